"""What was done about organisations, units and products, live and of the past."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from fieldstation.core.actions.service import TOPIC
from fieldstation.core.people.model import Caller
from fieldstation.core.people.service import Organisations, Units
from fieldstation.core.streams.model import Done, Wanted
from fieldstation.core.streams.service import Actions, Step
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import Call, CallerCall
from fieldstation.facades.kit.hub import Hub
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.kit.sse import event_stream, last_event, sse, wants_events
from fieldstation.facades.rest.names import Moment, Text
from fieldstation.kernel.clock import wire_time

_GATHER_SECONDS = 0.2  # between two looks, however much is done


class ActionOut(BaseModel):
    """Something that was done; `body` depends on the kind."""

    id: int
    at: str
    kind: str = Field(examples=["product.created", "charge.processing"])
    actor: str = Field(description="a username, or `station`", examples=["ada"])
    organisation: str | None = Field(default=None, description="id of what it concerns")
    unit: str | None = None
    product: str | None = None
    body: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which actions are asked for; unit and organisation by id or name."""

    unit: str | None
    organisation: str | None
    wanted: Wanted


def _of_time(
    since: Annotated[Moment | None, Query(description="from then on")] = None,
    until: Annotated[Moment | None, Query(description="before then")] = None,
) -> Wanted:
    return Wanted(since=since, until=until)


def _asked(
    times: Annotated[Wanted, Depends(_of_time)],
    organisation: Annotated[Text | None, Query(description="only those about this one, by id or name")] = None,
    unit: Annotated[Text | None, Query(description="only those about this one, by id or name")] = None,
    product: Annotated[Text | None, Query(max_length=100, description="only those about this one (id)")] = None,
    kind: Annotated[
        str | None, Query(pattern=r"^[a-z_]{1,40}(\.[a-z_]{1,40})?$", description="such as `charge`, `unit.joined`")
    ] = None,
) -> Asked:
    wanted = replace(times, product=product, kind=_pattern(kind))
    return Asked(unit=unit, organisation=organisation, wanted=wanted)


def router(actions: Actions, units: Units, organisations: Organisations, hub: Hub) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["actions"])

    @routes.get(
        "/actions",
        operation_id="list_actions",
        summary="List what was done about your organisations, units and products; live with Accept: text/event-stream",
        description="Newest first. The stream begins now, or behind `Last-Event-ID`, in an order without gaps, and is "
        "not narrowed; each event is named `action`, the first `here`, whose id is now.",
        response_model=PageOut[ActionOut],
        response_model_exclude_none=True,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}, **responses(403, 404, 409)},
    )
    async def listed(
        request: Request, call: CallerCall, page: ById, asked: Annotated[Asked, Depends(_asked)]
    ) -> Response | PageOut[ActionOut]:
        if wants_events(request):
            start = last_event(request) or await call(actions.here)
            return event_stream(_followed(call, actions, hub, start))

        def work(tx: Tx, caller: Caller) -> PageOut[ActionOut]:
            unit, organisation = asked.unit, asked.organisation
            wanted = replace(
                asked.wanted,
                organisation=None if organisation is None else organisations.show(tx, caller, organisation).id,
                unit=None if unit is None else units.show(tx, caller, unit).id,
            )
            return page_out(actions.list(tx, caller, page, wanted), _out)

        return await call(work)

    return routes


async def _followed(call: Call, actions: Actions, hub: Hub, place: int) -> AsyncIterator[bytes]:
    with hub.watching(TOPIC) as watcher:
        yield sse("here", {}, event_id=place)
        while True:
            step = await call(partial(_behind, actions, place))
            place = step.position
            for done in step.items:
                yield sse("action", _out(done).model_dump(mode="json", exclude_none=True), event_id=done.place)
            if not step.more:
                await asyncio.sleep(_GATHER_SECONDS)
                await watcher.wait()


def _behind(actions: Actions, place: int, tx: Tx, caller: Caller) -> Step:
    return actions.behind(tx, caller, place)


def _pattern(kind: str | None) -> str | None:
    """Return how kinds are compared: one kind, or all of a feature."""
    if kind is None:
        return None
    escaped = kind.replace("_", r"\_")
    return escaped if "." in kind else f"{escaped}.%"


def _out(done: Done) -> ActionOut:
    return ActionOut(
        id=done.id,
        at=wire_time(done.at),
        kind=done.kind,
        actor=done.actor,
        organisation=done.organisation,
        unit=done.unit,
        product=done.product,
        body=dict(done.body),
    )
