"""The routes of runs."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Caller
from fieldstation.core.runs.service.again import Again
from fieldstation.core.runs.service.cancel import Cancels
from fieldstation.core.runs.service.crates import Crates
from fieldstation.core.runs.service.explain import Explains
from fieldstation.core.runs.service.logs import Logs
from fieldstation.core.runs.service.quote import Quotes
from fieldstation.core.runs.service.show import Runs
from fieldstation.core.runs.service.submit import Submits
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.hub import Hub
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.kit.sse import event_stream, wants_events
from fieldstation.facades.kit.waiting import LONGEST_WAIT_SECONDS, waited
from fieldstation.facades.rest.runs.again_routes import add_again_routes
from fieldstation.facades.rest.runs.crate_routes import add_crate_routes
from fieldstation.facades.rest.runs.find_routes import add_find_routes
from fieldstation.facades.rest.runs.follow import followed_events, last_seen
from fieldstation.facades.rest.runs.keys import IdempotencyKey, key_for
from fieldstation.facades.rest.runs.log_routes import add_log_routes
from fieldstation.facades.rest.runs.quote_routes import add_quote_routes
from fieldstation.facades.rest.runs.shapes import (
    AttemptsOut,
    EventsOut,
    ExplanationOut,
    RunIn,
    RunOut,
    attempt_out,
    event_out,
    explanation_out,
)
from fieldstation.facades.rest.runs.usage_routes import add_usage_routes
from fieldstation.facades.rest.runs.writing import Writing
from fieldstation.ports.storage import BlobStore

_ROUTE = "POST /api/v1/runs"


@dataclass(frozen=True, kw_only=True)
class RunsDoor:
    """What the routes stand on."""

    submits: Submits
    quotes: Quotes
    use: DataUse
    runs: Runs
    cancels: Cancels
    explains: Explains
    logs: Logs
    again: Again
    crates: Crates
    hub: Hub
    store: BlobStore
    movers: Movers


def router(door: RunsDoor) -> APIRouter:
    """Return the routes of runs."""
    routes = APIRouter(prefix="/runs", tags=["runs"])
    writing = Writing(use=door.use)
    _add_submit(routes, door, writing)
    add_quote_routes(routes, door.quotes, door.use)
    add_find_routes(routes, door.runs, writing)
    _add_reads(routes, door, writing)
    _add_events(routes, door)
    add_log_routes(routes, door.logs, door.hub)
    add_usage_routes(routes, door.logs)
    add_again_routes(routes, door.again, writing)
    add_crate_routes(routes, door.crates, door.store, door.movers)
    return routes


def _add_submit(routes: APIRouter, door: RunsDoor, writing: Writing) -> None:
    @routes.post(
        "",
        operation_id="submit_run",
        summary="Run a tool beside the data",
        status_code=201,
        response_model=RunOut,
        response_model_exclude_none=True,
        responses={
            **responses(402, 403, 404, 409),
            200: {"model": RunOut, "description": "The same key made this run before"},
        },
    )
    async def submit(
        call: CallerCall,
        body: RunIn,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> RunOut:
        """Queue a run of a tool on data that you may read. Outputs become a new version of a data set of yours."""
        make = key_for(idempotency_key, _ROUTE, body.model_dump(mode="json"))
        submission = body.submission()

        def work(tx: Tx, caller: Caller) -> tuple[bool, RunOut]:
            answer = door.submits.submit(tx, caller, submission, make(caller.user_id))
            return answer.repeated, writing.one(tx, caller, answer.run)

        repeated, run = await call(work)
        response.status_code = 200 if repeated else 201
        response.headers["Location"] = f"/api/v1/runs/{run.id}"
        return run

    @routes.post(
        "/{run_id}/cancel",
        operation_id="cancel_run",
        summary="Ask for the end of a run",
        response_model=RunOut,
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def cancel(call: CallerCall, run_id: str) -> RunOut:
        """Ask a run to stop: a waiting one is canceled at once, a running one is asked to end, a final one stays."""
        return await call(lambda tx, caller: writing.one(tx, caller, door.cancels.cancel(tx, caller, run_id)))


def _add_reads(routes: APIRouter, door: RunsDoor, writing: Writing) -> None:
    @routes.get(
        "/{run_id}",
        operation_id="show_run",
        summary="Show a run",
        response_model=RunOut,
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def show(
        call: CallerCall,
        run_id: str,
        wait_seconds: Annotated[
            float, Query(ge=0, le=LONGEST_WAIT_SECONDS, description="answer when the run is final, or after so long")
        ] = 0.0,
    ) -> RunOut:
        """Show one run; with `wait_seconds` the answer comes as soon as its state is final."""

        def look(tx: Tx, caller: Caller) -> RunOut:
            return writing.one(tx, caller, door.runs.show(tx, caller, run_id))

        return await waited(call, look, door.hub, run_id, wait_seconds, lambda run: run.state.final)

    @routes.get(
        "/{run_id}/attempts",
        operation_id="list_attempts",
        summary="List the attempts of a run",
        response_model=AttemptsOut,
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def attempts(call: CallerCall, run_id: str) -> AttemptsOut:
        """List all tries at a run, with the times that split each into staging, running and collecting."""
        found = await call(lambda tx, caller: door.runs.attempts(tx, caller, run_id))
        return AttemptsOut(items=[attempt_out(attempt) for attempt in found])

    @routes.get(
        "/{run_id}/explain",
        operation_id="explain_run",
        summary="Explain why a run is as it is",
        response_model=ExplanationOut,
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def explain(call: CallerCall, run_id: str) -> ExplanationOut:
        """Say why a run waits, how it ended, and why a result was or was not used again."""
        return explanation_out(await call(lambda tx, caller: door.explains.explain(tx, caller, run_id)))


def _add_events(routes: APIRouter, door: RunsDoor) -> None:
    @routes.get(
        "/{run_id}/events",
        operation_id="list_run_events",
        summary="What happened to a run",
        response_model=EventsOut,
        response_model_exclude_none=True,
        responses={
            **responses(404),
            200: {
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
                "description": "Events, as a list or live",
            },
        },
    )
    async def events(call: CallerCall, request: Request, run_id: str) -> Any:
        """List the events of a run; with `Accept: text/event-stream` they come live until the run is final."""
        after = last_seen(request)
        if wants_events(request):
            await call(lambda tx, caller: door.runs.show(tx, caller, run_id))
            return event_stream(followed_events(call, door.runs, door.hub, run_id, after))
        found = await call(lambda tx, caller: door.runs.events(tx, caller, run_id, after))
        return EventsOut(items=[event_out(event) for event in found])
