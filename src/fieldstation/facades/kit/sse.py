"""Server-sent events: what happened, live, resumable by the id of the last event seen."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse

MEDIA_TYPE = "text/event-stream"
KEEP_ALIVE_SECONDS = 15.0


def wants_events(request: Request) -> bool:
    """Tell whether the client asked for a stream of events."""
    return MEDIA_TYPE in request.headers.get("accept", "")


def last_event(request: Request) -> int:
    """Return the id of the last event the client saw, 0 for none or one that we never sent."""
    text = request.headers.get("last-event-id", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def sse(name: str, data: Mapping[str, Any], *, event_id: int | str | None = None) -> bytes:
    """Write one event."""
    lines = [] if event_id is None else [f"id: {event_id}"]
    return "\n".join([*lines, f"event: {name}", f"data: {json.dumps(data)}", "", ""]).encode()


KEEP_ALIVE = b": still here\n\n"


def event_stream(events: AsyncIterator[bytes]) -> StreamingResponse:
    """Answer with a stream; nothing on the way may keep or change it."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_kept_alive(events), media_type=MEDIA_TYPE, headers=headers)


async def _kept_alive(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    source = aiter(events)
    upcoming: asyncio.Task[bytes] | None = None
    try:
        while True:
            if upcoming is None:
                upcoming = asyncio.ensure_future(_next(source))
            done, _ = await asyncio.wait({upcoming}, timeout=KEEP_ALIVE_SECONDS)
            if not done:
                yield KEEP_ALIVE
                continue
            finished, upcoming = upcoming, None
            try:
                yield finished.result()
            except StopAsyncIteration:
                return
    finally:
        if upcoming is not None:
            upcoming.cancel()


async def _next(source: AsyncIterator[bytes]) -> bytes:
    return await anext(source)
