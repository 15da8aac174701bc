"""What happens, live: one stream for everything that the caller may see."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from fieldstation.core.news.service import WINDOW, News, NewsItem, Position, Step
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import Call, CallerCall
from fieldstation.facades.kit.hub import EVERYTHING, Hub
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.kit.sse import event_stream, sse, wants_events
from fieldstation.kernel.clock import wire_time

_MOST = 200
_GATHER_SECONDS = 0.2  # between two looks, however much happens
_DIGITS = 18


class NewsOut(BaseModel):
    """Something that happened; `body` depends on the kind."""

    id: str = Field(description="its place among all events", examples=["1042-77"])
    at: str
    kind: str = Field(examples=["run.succeeded"])
    thing: str = Field(description="id of what it happened to")
    body: dict[str, Any]


class NewsPageOut(BaseModel):
    """Events, newest first."""

    items: Sequence[NewsOut]


def router(news: News, hub: Hub) -> APIRouter:
    """Serve the events of all things."""
    routes = APIRouter(tags=["events"])

    @routes.get(
        "/events",
        operation_id="list_events",
        summary="See what happened of late to what you may see; live with Accept: text/event-stream",
        description=f"Newest first, of the last {WINDOW} events of the station. The stream begins now, or behind "
        "`Last-Event-ID`, in an order without gaps; each event is named by its kind. The first is `here`, "
        "whose id is now.",
        response_model=NewsPageOut,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}, **responses(401, 422)},
    )
    async def events(
        request: Request, call: CallerCall, limit: Annotated[int, Query(ge=1, le=_MOST)] = 50
    ) -> Response | NewsPageOut:
        if wants_events(request):
            seen = _position(request.headers.get("last-event-id", ""))
            start = await call(news.here) if seen is None else seen
            return event_stream(_followed(call, news, hub, start))
        found = await call(lambda tx, caller: news.newest(tx, caller, limit))
        return NewsPageOut(items=[_out(item) for item in found])

    return routes


async def _followed(call: Call, news: News, hub: Hub, position: Position) -> AsyncIterator[bytes]:
    with hub.watching(EVERYTHING) as watcher:
        yield sse("here", {}, event_id=_written(position))
        while True:
            step = await call(partial(_behind, news, position))
            position = step.position
            for item in step.items:
                out = _out(item)
                yield sse(item.kind, out.model_dump(mode="json"), event_id=out.id)
            if not step.more:
                await asyncio.sleep(_GATHER_SECONDS)
                await watcher.wait()


def _behind(news: News, position: Position, tx: Tx, caller: Caller) -> Step:
    return news.behind(tx, caller, position)


def _position(text: str) -> Position | None:
    xid, _, number = text.partition("-")
    good = all(part.isascii() and part.isdigit() and len(part) <= _DIGITS for part in (xid, number))
    return Position(xid=int(xid), id=int(number)) if good else None


def _written(position: Position) -> str:
    return f"{position.xid}-{position.id}"


def _out(item: NewsItem) -> NewsOut:
    return NewsOut(
        id=_written(item.position), at=wire_time(item.at), kind=item.kind, thing=item.thing, body=dict(item.body)
    )
