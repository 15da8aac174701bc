"""How the station is, for those who operate it: every part, every engine, what waits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio.to_thread
from fastapi import APIRouter
from pydantic import BaseModel, Field

from fieldstation import __version__
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service import Access
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.operations.readiness import EngineProbes, Readiness
from fieldstation.facades.operations.routes import PartOut, part_out
from fieldstation.kernel.parts import Condition, worst
from fieldstation.ports.engine import Engine


class EngineOut(BaseModel):
    """One engine: whether it works, and what it can."""

    name: str = Field(examples=["sandbox"])
    works: bool
    missing: str | None = Field(default=None, description="what it lacks, and what to do; absent when it works")
    slots: int = Field(description="how many attempts run at once")
    isolation: str
    limits: str = Field(description="whether limits are kept exactly, or sampled")
    images: Sequence[str] = Field(description="kinds of images that it runs", examples=[["host", "station"]])
    traits: Sequence[str] = Field(description="what else it can", examples=[["own_uid", "shares_files"]])


class StationOut(BaseModel):
    """The station as a whole."""

    url: str
    version: str
    condition: Condition
    parts: Sequence[PartOut]
    engines: Sequence[EngineOut]
    runs: dict[str, int] = Field(description="how many runs are in each state that is not final")


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What the overview is made of."""

    access: Access
    readiness: Readiness
    probes: EngineProbes
    engines: Mapping[str, Engine]
    slots: int
    url: str
    counts: Callable[[Tx], Mapping[str, int]]


_FLAGS = ("own_uid", "network", "ports", "gpu", "shares_files", "survives_restart")


def station_router(overview: Overview) -> APIRouter:
    """Return the overview for operators."""
    routes = APIRouter(prefix="/api/v1", tags=["operations"])

    @routes.get(
        "/station",
        operation_id="show_station",
        summary="Show how the station is, part by part (operators)",
        response_model=StationOut,
        response_model_exclude_none=True,
        responses=responses(403),
    )
    async def station(call: CallerCall) -> Any:
        def allowed(tx: Tx, caller: Caller) -> Mapping[str, int]:
            overview.access.require(caller, Permission.STATION_OPERATE)
            return overview.counts(tx)

        counts = await call(allowed)
        parts = await anyio.to_thread.run_sync(overview.readiness.parts)
        found = await anyio.to_thread.run_sync(overview.probes.findings)
        return StationOut(
            url=overview.url,
            version=__version__,
            condition=worst(parts),
            parts=[part_out(part) for part in parts],
            engines=[_engine_out(name, engine, found.get(name), overview) for name, engine in overview.engines.items()],
            runs=dict(counts),
        )

    return routes


def _engine_out(name: str, engine: Engine, missing: str | None, overview: Overview) -> EngineOut:
    traits = engine.traits
    return EngineOut(
        name=name,
        works=missing is None,
        missing=missing,
        slots=overview.slots,
        isolation=traits.isolation.value,
        limits=traits.limits.value,
        images=sorted(traits.image_kinds),
        traits=[flag for flag in _FLAGS if getattr(traits, flag)],
    )
