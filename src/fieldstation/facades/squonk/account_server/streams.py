"""What was done, and the streams by which people hear of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from fieldstation.core.accounting.service.merchants import ONLY
from fieldstation.core.actions.model import MESSAGES
from fieldstation.core.people.model import Caller
from fieldstation.core.streams.model import Done, Form, Stream, Wanted
from fieldstation.core.streams.service import Actions, Streams
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.account_server.messages import content, written
from fieldstation.facades.squonk.account_server.shapes import Body
from fieldstation.facades.squonk.account_server.sockets import PATH
from fieldstation.facades.squonk.application import refusals
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid

FormName = Literal["PROTOCOL_STRING", "JSON_STRING"]
FORMS: Mapping[FormName, Form] = {"PROTOCOL_STRING": Form.PROTOCOL, "JSON_STRING": Form.JSON}
_NAMES: Mapping[Form, FormName] = {form: name for name, form in FORMS.items()}
_MOST = 10_000


class EventStreamIn(Body):
    """The stream to make."""

    format: FormName = "PROTOCOL_STRING"


class EventStreamOut(BaseModel):
    """Somebody's stream: whoever knows its location reads it with their rights."""

    id: int
    name: str
    location: str = Field(
        description="where to open a WebSocket", examples=["wss://station.example.org/event-stream/…"]
    )
    format: FormName


class EventStreamVersionOut(BaseModel):
    """What serves the streams."""

    name: str = "Fieldstation"
    version: str
    protocol: Literal["WEBSOCKET"] = "WEBSOCKET"


class MerchantSummaryOut(BaseModel):
    """Who provides."""

    id: int = ONLY
    kind: str = "DATA_MANAGER"
    name: str


class ActionOut(BaseModel):
    """Something that was done; a content for which there is no message is a structure of protocol buffers."""

    id: int
    action: str = Field(examples=["MERCHANT_PROCESSING_CHARGE", "PRODUCT_CREATED"])
    content: str
    timestamp: str
    merchant: MerchantSummaryOut | None = None
    product_id: str | None = None
    unit_id: str | None = None
    org_id: str | None = None


class ActionsOut(BaseModel):
    """What was done, oldest first."""

    count: int
    actions: list[ActionOut]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Which actions are asked for."""

    wanted: Wanted
    merchant: int | None


def _of_time(
    since: Annotated[str | None, Query(alias="from", description="a date or a time, UTC unless it says")] = None,
    until: Annotated[str | None, Query(description="what is before this date or time")] = None,
) -> Wanted:
    return Wanted(since=_moment("from", since), until=_moment("until", until))


def _asked(
    times: Annotated[Wanted, Depends(_of_time)],
    m_id: Annotated[int | None, Query(ge=1)] = None,
    org_id: Annotated[str | None, Query()] = None,
    unit_id: Annotated[str | None, Query()] = None,
    product_id: Annotated[str | None, Query()] = None,
) -> _Asked:
    if sum(one is not None for one in (m_id, org_id, unit_id, product_id)) > 1:
        raise Invalid("several ids at once", next_step="ask for one of m_id, org_id, unit_id and product_id")
    return _Asked(wanted=replace(times, organisation=org_id, unit=unit_id, product=product_id), merchant=m_id)


def router(streams: Streams, actions: Actions, release: str, address: str, merchant: str) -> APIRouter:
    """Return the routes; the station is reached at `address`."""
    routes = APIRouter()
    _add_streams(routes, streams, release, address)
    _add_actions(routes, actions, merchant)
    return routes


def _add_streams(routes: APIRouter, streams: Streams, release: str, address: str) -> None:
    where = "ws" + address.rstrip("/").removeprefix("http")

    def out(stream: Stream) -> EventStreamOut:
        location = f"{where}{PATH}/{stream.key}"
        return EventStreamOut(id=stream.id, name=f"stream-{stream.id}", location=location, format=_NAMES[stream.form])

    @routes.get(
        "/event-stream/version",
        tags=["event-stream"],
        operation_id="get_event_stream_version",
        summary="What serves event streams, and how",
    )
    async def version() -> EventStreamVersionOut:
        return EventStreamVersionOut(version=release)

    @routes.get(
        "/event-stream",
        tags=["event-stream"],
        operation_id="get_event_stream",
        summary="Your event stream",
        responses=refusals(404),
    )
    async def show(call: CallerCall) -> EventStreamOut:
        return await call(lambda tx, caller: out(streams.show(tx, caller)))

    @routes.post(
        "/event-stream",
        tags=["event-stream"],
        operation_id="create_event_stream",
        summary="Make your event stream; one for each user",
        status_code=201,
        responses=refusals(409),
    )
    async def create(body: EventStreamIn, call: CallerCall) -> EventStreamOut:
        return await call(lambda tx, caller: out(streams.create(tx, caller, FORMS[body.format])))

    @routes.delete(
        "/event-stream/{event_stream_id}",
        tags=["event-stream"],
        operation_id="delete_event_stream",
        summary="Remove your event stream; whoever reads it is sent away",
        status_code=204,
        responses=refusals(404),
    )
    async def remove(event_stream_id: int, call: CallerCall) -> None:
        await call(lambda tx, caller: streams.remove(tx, caller, event_stream_id))


def _add_actions(routes: APIRouter, actions: Actions, merchant: str) -> None:
    @routes.get(
        "/action",
        tags=["actions"],
        operation_id="get_actions",
        summary="What was done, for administrators; without a date, today",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def listed(
        call: CallerCall,
        asked: Annotated[_Asked, Depends(_asked)],
        form: Annotated[FormName, Query(alias="format", description="of each content")] = "PROTOCOL_STRING",
    ) -> ActionsOut:
        def work(tx: Tx, caller: Caller) -> ActionsOut:
            wanted = asked.wanted
            if wanted.since is None and wanted.until is None:
                wanted = replace(wanted, since=datetime.combine(tx.now().astimezone(UTC).date(), time(), UTC))
            found = actions.all(tx, caller, wanted, _MOST)
            if asked.merchant is not None:
                found = [one for one in found if asked.merchant == ONLY and one.kind in MESSAGES]
            items = [_action_out(one, FORMS[form], merchant) for one in found]
            return ActionsOut(count=len(items), actions=items)

        return await call(work)


def _moment(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(f"{name} is {text[:40]!r}, which is no date", next_step="write it like 2026-01-31") from None


def _action_out(done: Done, form: Form, merchant: str) -> ActionOut:
    found = written(done, merchant)
    return ActionOut(
        id=done.id,
        action=found.action,
        content=content(found, form),
        timestamp=wire_time(done.at),
        merchant=None if found.name is None else MerchantSummaryOut(name=merchant),
        product_id=done.product,
        unit_id=done.unit,
        org_id=done.organisation,
    )
