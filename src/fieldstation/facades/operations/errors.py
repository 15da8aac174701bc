"""Errors that nobody expected, for those who operate the station."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from fieldstation.core.incidents.model import KEPT, Incident
from fieldstation.core.incidents.service import Incidents
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.problems import responses
from fieldstation.kernel.clock import wire_time


class IncidentOut(BaseModel):
    """One error and how often it was met. It holds nothing that people sent: the station's log has the whole."""

    id: str = Field(examples=["error-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b17"])
    place: str = Field(description="where it was met", examples=["route GET /api/v1/runs/{run_id}", "chore blobs"])
    kind: str = Field(examples=["KeyError"])
    message: str = Field(description="without what was quoted in it")
    trace: str = Field(description="calls that led there, a line each, the innermost last")
    release: str = Field(description="of the station that met it last", examples=["0.1.0"])
    count: int
    requests: Sequence[str] = Field(description="ids of the latest requests that met it, as in `instance` of a problem")
    first_at: str
    last_at: str


class IncidentsOut(BaseModel):
    """Errors, those met last first."""

    items: Sequence[IncidentOut]


def errors_router(incidents: Incidents) -> APIRouter:
    """Return the routes of errors."""
    routes = APIRouter(prefix="/api/v1", tags=["operations"])

    @routes.get(
        "/station/errors",
        operation_id="list_errors",
        summary="List errors that nobody expected, those met last first (operators)",
        description=f"At most {KEPT} different ones are kept; one that repeats is counted.",
        responses=responses(403),
    )
    async def list_all(call: CallerCall, limit: Annotated[int, Query(ge=1, le=KEPT)] = 50) -> IncidentsOut:
        found = await call(lambda tx, caller: incidents.latest(tx, caller, limit))
        return IncidentsOut(items=[_out(one) for one in found])

    @routes.get(
        "/station/errors/{error}",
        operation_id="show_error",
        summary="Show an error, by its id or by that of a request which met it (operators)",
        responses=responses(403, 404),
    )
    async def show(error: str, call: CallerCall) -> IncidentOut:
        return _out(await call(lambda tx, caller: incidents.show(tx, caller, error)))

    return routes


def _out(incident: Incident) -> IncidentOut:
    return IncidentOut(
        id=incident.id,
        place=incident.place,
        kind=incident.kind,
        message=incident.message,
        trace=incident.trace,
        release=incident.release,
        count=incident.count,
        requests=incident.requests,
        first_at=wire_time(incident.first_at),
        last_at=wire_time(incident.last_at),
    )
