"""What waits for a slot, for those who operate the station."""

from collections.abc import Sequence

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fieldstation.core.runs.model.backlog import Backlog
from fieldstation.core.runs.service.backlog import Backlogs
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.problems import responses
from fieldstation.kernel.clock import wire_time


class SlotsOut(BaseModel):
    """What one project has in the queue and at work; of two at the same level the one that used least comes first."""

    project: str = Field(description="its id")
    name: str
    owner: str
    queued: int
    at_work: int
    oldest: str | None = Field(default=None, description="since when its oldest queued run waits")
    used_seconds: float = Field(description="of slots of late; halved each hour")


class StationQueueOut(BaseModel):
    """The queue."""

    queued: int
    oldest: str | None = Field(default=None, description="since when the oldest queued run waits")
    shares: Sequence[SlotsOut] = Field(description="the projects with most in it, and those at work")


def queue_router(backlogs: Backlogs) -> APIRouter:
    """Return the route of the queue."""
    routes = APIRouter(prefix="/api/v1", tags=["operations"])

    @routes.get(
        "/station/queue",
        operation_id="show_queue",
        summary="Show what waits for a slot, since when, and whose it is (operators)",
        response_model_exclude_none=True,
        responses=responses(403),
    )
    async def show(call: CallerCall) -> StationQueueOut:
        return _out(await call(backlogs.show))

    return routes


def _out(backlog: Backlog) -> StationQueueOut:
    return StationQueueOut(
        queued=backlog.queued,
        oldest=wire_time(backlog.oldest) if backlog.oldest else None,
        shares=[
            SlotsOut(
                project=share.project_id,
                name=share.project,
                owner=share.owner,
                queued=share.queued,
                at_work=share.at_work,
                oldest=wire_time(share.oldest) if share.oldest else None,
                used_seconds=round(share.used_seconds, 1),
            )
            for share in backlog.shares
        ],
    )
