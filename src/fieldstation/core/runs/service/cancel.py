"""Stopping a run on request. A request, not a state: the evidence of how the process ended still decides."""

from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.service.news import run_event
from fieldstation.core.runs.service.show import Runs
from fieldstation.core.runs.store.cancel import request_cancel
from fieldstation.db import Tx
from fieldstation.db.outbox import Event, Outbox


class Cancels:
    """Takes requests to stop runs."""

    def __init__(self, runs: Runs, outbox: Outbox) -> None:
        self._runs = runs
        self._outbox = outbox

    def cancel(self, tx: Tx, caller: Caller, run_id: str) -> Run:
        """Ask for the end of a run and return it; a waiting one is canceled at once, a final one stays as it is."""
        run = self._runs.show(tx, caller, run_id, Permission.PROJECT_RUN)
        state = request_cancel(tx, run_id, caller.user_id, Reason.STOPPED_BY_USER)
        if state == State.CANCELED:
            self._outbox.emit(tx, [run_event(run_id, run.project_id, State.CANCELED, reason=Reason.STOPPED_BY_USER)])
        elif state is not None and run.cancel_requested_at is None:
            asked = Event(
                kind="run.cancel_requested", thing=run_id, audience=run.project_id, body={"by": caller.username}
            )
            self._outbox.emit(tx, [asked])
        return self._runs.show(tx, caller, run_id)
