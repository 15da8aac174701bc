"""Following the events of a run live, until it is final."""

from collections.abc import AsyncIterator
from functools import partial

from fastapi import Request

from fieldstation.core.runs.service.show import Runs
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
            found = await call(partial(runs.events, run_id=run_id, after=after))
            for event in found:
                after = event.id
                yield sse(event.kind, event_out(event).model_dump(mode="json", exclude_none=True), event_id=event.id)
            run = await call(lambda tx, caller: runs.show(tx, caller, run_id))
            if run.state.final and not found:
                yield sse("end", {"state": run.state.value})
                return
            if not found:
                await watcher.wait()
