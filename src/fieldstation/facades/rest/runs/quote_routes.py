"""The route that says what a run would use and get, before it is submitted."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fieldstation.core.datasets.model import Account
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Caller
from fieldstation.core.runs.model.quote import Experience, Quote, Spread
from fieldstation.core.runs.service.quote import Quotes
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.runs.shapes import InputOut, Names, RunIn, RunToolOut, input_out


class TargetOut(BaseModel):
    """The data set that would take the outputs; one without an id would be made."""

    name: str
    id: str | None = None


class ForetoldOut(BaseModel):
    """Whether the result of an identical run would be used."""

    run: str | None = Field(default=None, description="whose result would be used; absent: it would run")
    text: str


class PlaceOut(BaseModel):
    """The place that it would have in the queue now."""

    ahead: int = Field(description="how many runs would be before it")
    estimate_seconds: float | None = Field(default=None, description="until it may start, as runs ended of late")


class SpreadOut(BaseModel):
    """At most so much for half of the runs, and for nine in ten."""

    median: float
    p90: float


class BeforeOut(BaseModel):
    """What the last runs of the tool took that you may see and that succeeded; at most 100 of them."""

    runs: int
    seconds: SpreadOut | None = None
    output_bytes: SpreadOut | None = None
    memory_bytes: SpreadOut | None = Field(default=None, description="at its peak")
    cpu_seconds: SpreadOut | None = None


class RoomOut(BaseModel):
    """What is left of your quota, in bytes."""

    quota: int
    free: int


class QuoteOut(BaseModel):
    """What a run would come to now. Nothing is reserved by asking."""

    tool: RunToolOut
    parameters: dict[str, Any] = Field(description="with defaults filled in")
    inputs: Sequence[InputOut]
    output: TargetOut
    resources: dict[str, Any] = Field(description="what it may use")
    soft_seconds: float = Field(description="then it is asked to end")
    hard_seconds: float = Field(description="then it is killed")
    reuse: ForetoldOut
    queue: PlaceOut
    before: BeforeOut
    room: RoomOut | None = Field(default=None, description="absent where the outputs count on somebody else's quota")


def add_quote_routes(routes: APIRouter, quotes: Quotes, use: DataUse) -> None:
    """Add the route to those of runs."""

    @routes.post(
        "/quote",
        operation_id="quote_run",
        summary="Tell what a run would use and get",
        response_model=QuoteOut,
        response_model_exclude_none=True,
        responses=responses(402, 403, 404, 409),
    )
    async def quote(call: CallerCall, body: RunIn) -> QuoteOut:
        """Check a run as submitting it would, and say what it would come to. Nothing is changed."""
        submission = body.submission()

        def work(tx: Tx, caller: Caller) -> QuoteOut:
            found = quotes.quote(tx, caller, submission)
            return _quote(found, use.names(tx, caller, [item.dataset_id for item in found.inputs]))

        return await call(work)


def _quote(quote: Quote, names: Names) -> QuoteOut:
    tool = quote.tool
    return QuoteOut(
        tool=RunToolOut(id=tool.tool_id, name=tool.name, version=tool.version, revision=tool.revision),
        parameters=dict(quote.parameters),
        inputs=[input_out(item, names) for item in quote.inputs],
        output=TargetOut(name=quote.output_name, id=quote.output_id),
        resources=dict(quote.resources),
        soft_seconds=quote.soft_seconds,
        hard_seconds=quote.hard_seconds,
        reuse=ForetoldOut(run=quote.reuse.run, text=quote.reuse.text),
        queue=PlaceOut(ahead=quote.ahead, estimate_seconds=quote.estimate_seconds),
        before=_before(quote.before),
        room=_room(quote.account),
    )


def _before(found: Experience) -> BeforeOut:
    return BeforeOut(
        runs=found.runs,
        seconds=_spread(found.seconds),
        output_bytes=_spread(found.output_bytes),
        memory_bytes=_spread(found.memory_bytes),
        cpu_seconds=_spread(found.cpu_seconds),
    )


def _spread(found: Spread | None) -> SpreadOut | None:
    return None if found is None else SpreadOut(median=found.median, p90=found.p90)


def _room(account: Account | None) -> RoomOut | None:
    return None if account is None else RoomOut(quota=account.quota, free=account.free)
