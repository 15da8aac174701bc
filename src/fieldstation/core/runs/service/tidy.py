"""What of runs is tidied from time to time."""

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.service.news import run_event
from fieldstation.core.runs.store import restored, submitted
from fieldstation.db import Tx
from fieldstation.db.outbox import Outbox

_BATCH = 5000


def forget_submits(tx: Tx) -> bool:
    """Forget the keys of submits that are older than 48 hours, a batch at a time; returns whether there are more."""
    return submitted.forget_old(tx, _BATCH) == _BATCH


def settle_restored(tx: Tx, outbox: Outbox) -> int:
    """Fail the runs that were under way when the backup was made; returns how many. What waited goes on waiting."""
    text = "the station was restored from a backup made while it ran"
    lost = restored.lose_attempts(tx, Reason.NODE_LOST, text)
    outbox.emit(
        tx,
        [
            run_event(run_id, project, State.FAILED, attempt=number, reason=Reason.NODE_LOST, text=text)
            for run_id, project, number in lost
        ],
    )
    return len(lost)
