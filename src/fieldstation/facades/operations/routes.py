"""The addresses that probes and Prometheus ask; none needs a sign-in, none tells of people or data."""

from http import HTTPStatus
from typing import Annotated

import anyio
import anyio.to_thread
from fastapi import APIRouter, Header, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from fieldstation.facades.operations.metrics import Metrics
from fieldstation.facades.operations.readiness import Readiness
from fieldstation.kernel.parts import Condition, Part, worst

_THREADS = 2  # apart from those of the doors, so that a busy station still answers


class AliveOut(BaseModel):
    """The process answers."""

    status: str = Field(default="ok", examples=["ok"])


class PartOut(BaseModel):
    """One part of the station."""

    name: str = Field(examples=["engines"])
    condition: Condition = Field(examples=["degraded"])
    text: str = Field(examples=["no engine works, so runs wait and everything else is served."])
    next_step: str | None = Field(default=None, description="what to do; absent when the part is ok")
    reason: str | None = Field(default=None, description="stable name of what is wrong", examples=["no_engine"])


class ReadyOut(BaseModel):
    """Whether requests can be served, and what does not work as it should."""

    condition: Condition = Field(description="of the worst part; `down` comes with status 503", examples=["ok"])
    parts: list[PartOut]


def part_out(part: Part) -> PartOut:
    """Write one part."""
    return PartOut(
        name=part.name, condition=part.condition, text=part.text, next_step=part.next_step, reason=part.reason
    )


def router(readiness: Readiness, metrics: Metrics) -> APIRouter:
    """Return /healthz, /readyz and /metrics."""
    routes = APIRouter(tags=["operations"])
    threads: list[anyio.CapacityLimiter] = []  # made in the event loop that serves

    def limiter() -> anyio.CapacityLimiter:
        if not threads:
            threads.append(anyio.CapacityLimiter(_THREADS))
        return threads[0]

    @routes.get("/healthz", operation_id="healthz", summary="Tell whether the process answers")
    async def healthz() -> AliveOut:
        return AliveOut()

    @routes.get(
        "/readyz",
        operation_id="readyz",
        summary="Tell whether requests can be served, part by part",
        response_model=ReadyOut,
        responses={503: {"model": ReadyOut, "description": "requests cannot be served"}},
    )
    async def readyz() -> JSONResponse:
        parts = await anyio.to_thread.run_sync(readiness.parts, limiter=limiter())
        answer = ReadyOut(condition=worst(parts), parts=[part_out(part) for part in parts])
        down = answer.condition is Condition.DOWN
        return JSONResponse(
            answer.model_dump(mode="json", exclude_none=True),
            status_code=HTTPStatus.SERVICE_UNAVAILABLE if down else HTTPStatus.OK,
            headers={"Cache-Control": "no-store"} | ({"Retry-After": "2"} if down else {}),
        )

    @routes.get(
        "/metrics",
        operation_id="metrics",
        summary="Measures of this process and lengths of queues, for Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {}}}},
    )
    async def measures(accept: Annotated[str, Header(include_in_schema=False)] = "") -> Response:
        body, content_type = await anyio.to_thread.run_sync(metrics.write, accept, limiter=limiter())
        return Response(body, headers={"Content-Type": content_type})

    return routes
