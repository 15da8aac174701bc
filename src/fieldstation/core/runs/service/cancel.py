"""Stopping a run on request. A request, not a state: the evidence of how the process ended still decides."""

from collections.abc import Sequence

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
        self._ask(tx, caller, (run_id, run.project_id), first=run.cancel_requested_at is None)
        return self._runs.show(tx, caller, run_id)

    def end(self, tx: Tx, caller: Caller, project_id: str, run_ids: Sequence[str]) -> None:
        """Ask for the end of runs of a project; who calls has decided that they must end."""
        for run_id in run_ids:
            self._ask(tx, caller, (run_id, project_id), first=True)

    def _ask(self, tx: Tx, caller: Caller, which: tuple[str, str], *, first: bool) -> None:
        run_id, project_id = which
        state = request_cancel(tx, run_id, caller.user_id, Reason.STOPPED_BY_USER)
        if state == State.CANCELED:
            self._outbox.emit(tx, [run_event(run_id, project_id, State.CANCELED, reason=Reason.STOPPED_BY_USER)])
        elif state is not None and first:
            asked = Event(kind="run.cancel_requested", thing=run_id, audience=project_id, body={"by": caller.username})
            self._outbox.emit(tx, [asked])
