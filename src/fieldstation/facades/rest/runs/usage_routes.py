"""The route that tells what a run used over time."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from fieldstation.core.runs.service.logs import Logs
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.problems import responses
from fieldstation.ports.engine import Sample


class PointOut(BaseModel):
    """What an attempt had used by one moment; what its engine cannot tell is absent."""

    seconds: float = Field(description="since the attempt's process started")
    cpu_seconds: float | None = Field(default=None, description="of all processors together, so far")
    cores: float | None = Field(default=None, description="processors at work since the point before, on average")
    memory_bytes: int | None = Field(default=None, description="resident then")
    disk_bytes: int | None = Field(default=None, description="written to /outputs by then")


class UsageOut(BaseModel):
    """What an attempt used over time: at most 240 points, at even distances that grow with its age."""

    attempt: int | None = Field(default=None, description="its number; absent before the first")
    over: bool = Field(description="whether no point will be added")
    items: Sequence[PointOut]


def add_usage_routes(routes: APIRouter, logs: Logs) -> None:
    """Add the route to those of runs."""

    @routes.get(
        "/{run_id}/usage",
        operation_id="show_run_usage",
        summary="Show what a run used over time",
        response_model=UsageOut,
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def usage(
        call: CallerCall,
        run_id: str,
        attempt: Annotated[int | None, Query(ge=1, le=1000, description="its number; absent: the newest")] = None,
    ) -> UsageOut:
        """Show processors, memory and disk over the time of an attempt, also while it is at work.

        The first point is taken after a second; who was done before has none.
        """
        place = await call(lambda tx, caller: logs.place(tx, caller, run_id, attempt))
        samples = await call.core.thread(lambda: logs.samples(place))
        number = place.attempt.number if place.attempt else None
        return UsageOut(attempt=number, over=place.over, items=points(samples))


def points(samples: Sequence[Sample]) -> Sequence[PointOut]:
    """Write samples, each with the processors that were at work since the one before."""
    before = [Sample(seconds=0.0, cpu_seconds=0.0), *samples]
    return [
        PointOut(
            seconds=sample.seconds,
            cpu_seconds=sample.cpu_seconds,
            cores=_cores(last, sample),
            memory_bytes=sample.memory_bytes,
            disk_bytes=sample.disk_bytes,
        )
        for last, sample in zip(before, samples, strict=False)
    ]


def _cores(last: Sample, sample: Sample) -> float | None:
    if last.cpu_seconds is None or sample.cpu_seconds is None or sample.seconds <= last.seconds:
        return None
    return round(max(0.0, sample.cpu_seconds - last.cpu_seconds) / (sample.seconds - last.seconds), 3)
