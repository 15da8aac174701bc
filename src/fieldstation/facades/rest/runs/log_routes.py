"""The routes of logs."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from fieldstation.core.runs.service.logs import Logs
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.hub import Hub
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.kit.sse import event_stream, last_event, wants_events
from fieldstation.facades.rest.runs.follow_log import FollowedLog, Position, position_of
from fieldstation.ports.engine import Stream

_MOST_BYTES = 8 << 20


class LogPart(BaseModel):
    """Which part of which log."""

    offset: int = Field(default=0, ge=0, le=2**53 - 1, description="of the bytes that the program wrote")
    limit: int = Field(default=1 << 20, ge=1, le=_MOST_BYTES, description="at most so many bytes")
    attempt: int | None = Field(default=None, ge=1, le=1000, description="number of the attempt; absent: the newest")


def add_log_routes(routes: APIRouter, logs: Logs, hub: Hub) -> None:
    """Add the routes of logs to those of runs."""

    @routes.get(
        "/{run_id}/logs/{stream}",
        operation_id="read_run_log",
        summary="Read or follow a log of a run",
        response_class=Response,
        responses={
            **responses(404),
            200: {
                "content": {
                    "text/plain": {"schema": {"type": "string"}},
                    "text/event-stream": {"schema": {"type": "string"}},
                },
                "description": "Bytes of the log from `offset`, or live as events",
                "headers": {
                    "Log-Offset": {"description": "offset of the first byte given", "schema": {"type": "integer"}},
                    "Log-Next": {"description": "offset to go on from", "schema": {"type": "integer"}},
                    "Log-Attempt": {"description": "number of the attempt, 0: none", "schema": {"type": "integer"}},
                    "Log-Over": {"description": "`true` when nothing will be added", "schema": {"type": "string"}},
                },
            },
        },
    )
    async def read(
        call: CallerCall,
        request: Request,
        run_id: str,
        stream: Stream,
        part: Annotated[LogPart, Query()],
    ) -> Any:
        """Read what a run wrote, also after it failed; with `Accept: text/event-stream` it comes live to the end."""
        start = Position(attempt=part.attempt, offset=part.offset, only=part.attempt is not None)
        if wants_events(request) and (seen := last_event(request)):
            start = replace(position_of(seen), only=start.only)
        place = await call(lambda tx, caller: logs.place(tx, caller, run_id, start.attempt))
        if wants_events(request):
            followed = FollowedLog(logs=logs, hub=hub, run_id=run_id, stream=stream)
            return event_stream(followed.pieces(call, start))
        chunk = await call.core.thread(lambda: logs.read(place, stream, part.offset, part.limit))
        end = chunk.offset + len(chunk.data)
        return Response(
            content=chunk.data,
            media_type="text/plain; charset=utf-8",
            headers={
                "Log-Offset": str(chunk.offset),
                "Log-Next": str(end),
                "Log-Attempt": str(place.attempt.number if place.attempt else 0),
                "Log-Over": "true" if place.over and not chunk.data else "false",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store",
            },
        )
