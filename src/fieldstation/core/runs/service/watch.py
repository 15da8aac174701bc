"""From running to collecting: exits are recorded, limits and cancels become stops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Due, Exit
from fieldstation.core.runs.service.news import run_events
from fieldstation.core.runs.store import attempts as attempt_store
from fieldstation.db import Tx
from fieldstation.db.outbox import Outbox

CANCEL_GRACE_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A signal to send, already recorded: SIGTERM with a grace, or SIGKILL at once where it is 0."""

    attempt_id: str
    grace_seconds: float


class Watching:
    """What a watcher does inside its transactions; no signal is sent here."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def running(self, tx: Tx, engine: str) -> Mapping[str, str]:
        """Return the handle of every running attempt."""
        return attempt_store.running(tx, engine)

    def exited(self, tx: Tx, exits: Sequence[Exit]) -> None:
        """Record how processes ended; their runs are collecting from now on."""
        moves = attempt_store.exited(tx, exits)
        self._outbox.emit(tx, run_events(moves, State.COLLECTING))

    def stops(self, tx: Tx, engine: str) -> Sequence[Stop]:
        """Record and return the stops that are due: cancels asked for, soft and hard time limits."""
        due = {item.attempt_id: item for item in attempt_store.due(tx, engine)}
        if not due:
            return []
        asked = attempt_store.stop_asked(tx, [(item.attempt_id, _reason(item), item.hard) for item in due.values()])
        return [Stop(attempt_id=attempt_id, grace_seconds=_grace(due[attempt_id])) for attempt_id in asked]

    def pending_stops(self, tx: Tx, engine: str) -> Sequence[Stop]:
        """Return the stops recorded earlier of attempts that still run."""
        return [
            Stop(attempt_id=attempt_id, grace_seconds=seconds)
            for attempt_id, seconds in attempt_store.stopping(tx, engine, CANCEL_GRACE_SECONDS)
        ]

    def next_deadline(self, tx: Tx, engine: str) -> float | None:
        """Return the seconds until a running attempt next meets a time limit."""
        return attempt_store.next_deadline(tx, engine)


def _reason(due: Due) -> Reason:
    if due.hard:
        return Reason.TIME_LIMIT
    return Reason.STOPPED_BY_USER if due.cancel else Reason.SOFT_TIME_LIMIT


def _grace(due: Due) -> float:
    if due.hard:
        return 0.0
    return min(CANCEL_GRACE_SECONDS, due.seconds_left) if due.cancel else due.seconds_left
