"""Following the events of a run live, until it is final."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

from fastapi import Request

from fieldstation.core.people.model import Caller
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.service.show import Runs
from fieldstation.db import Tx
from fieldstation.db.outbox import StoredEvent
from fieldstation.facades.kit.calls import Call
from fieldstation.facades.kit.hub import Hub
from fieldstation.facades.kit.sse import last_event, sse
from fieldstation.facades.rest.runs.shapes import event_out


def last_seen(request: Request) -> int:
    """Return the id of the last event that the client has."""
    return last_event(request)


async def followed_events(call: Call, runs: Runs, hub: Hub, run_id: str, after: int) -> AsyncIterator[bytes]:
    """Yield each event behind `after` as it comes; ends after the event of a final state, with an event `end`."""
    with hub.watching(run_id) as watcher:
        while True:
            run, found = await call(partial(_state_then_events, runs, run_id, after))
            for event in found:
                after = event.id
                yield sse(event.kind, event_out(event).model_dump(mode="json", exclude_none=True), event_id=event.id)
            if run.state.final and not found:
                yield sse("end", {"state": run.state.value})
                return
            if not found:
                await watcher.wait()


def _state_then_events(
    runs: Runs, run_id: str, after: int, tx: Tx, caller: Caller
) -> tuple[Run, Sequence[StoredEvent]]:
    # The state first: the events that are read behind a final state are all there will be.
    return runs.show(tx, caller, run_id), runs.events(tx, caller, run_id, after)
