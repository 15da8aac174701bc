"""From running to collecting: exits are recorded, limits and cancels become stops."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Exit, Running
from fieldstation.core.runs.service.news import run_events
from fieldstation.core.runs.store import attempts as attempt_store
from fieldstation.db import Tx
from fieldstation.db.outbox import Outbox


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A signal to send: SIGTERM with a grace, or SIGKILL at once where it is 0."""

    attempt_id: str
    reason: Reason
    grace_seconds: float


class Watching:
    """What a watcher does inside its transactions; no signal is sent here."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def running(self, tx: Tx, engine: str) -> Sequence[Running]:
        """Return every running attempt."""
        return attempt_store.running(tx, engine)

    def exited(self, tx: Tx, exits: Sequence[Exit]) -> None:
        """Record how processes ended; their runs are collecting from now on."""
        moves = attempt_store.exited(tx, exits)
        self._outbox.emit(tx, run_events(moves, State.COLLECTING))

    def stopping(self, tx: Tx, stops: Sequence[Stop]) -> set[str]:
        """Record stops before any signal is sent; returns the attempts that still run."""
        wanted = [(stop.attempt_id, stop.reason.value, stop.reason is Reason.TIME_LIMIT) for stop in stops]
        return set(attempt_store.stop_asked(tx, wanted))


def due(running: Sequence[Running]) -> Iterator[Stop]:
    """Yield the stops that are due and not recorded yet: cancels asked for, soft and hard time limits."""
    for attempt in running:
        if attempt.killed:
            continue
        if attempt.hard_left <= 0:
            yield Stop(attempt_id=attempt.id, reason=Reason.TIME_LIMIT, grace_seconds=0.0)
        elif attempt.cancel and attempt.stop_reason != Reason.STOPPED_BY_USER:
            grace = min(attempt.grace, attempt.hard_left)
            yield Stop(attempt_id=attempt.id, reason=Reason.STOPPED_BY_USER, grace_seconds=grace)
        elif attempt.soft_left <= 0 and not attempt.asked:
            yield Stop(attempt_id=attempt.id, reason=Reason.SOFT_TIME_LIMIT, grace_seconds=attempt.hard_left)


def pending(running: Sequence[Running]) -> Iterator[Stop]:
    """Yield the stops recorded earlier of attempts that still run: their signal may have been lost with its sender."""
    for attempt in running:
        if attempt.stop_reason is None:
            continue
        left = attempt.hard_left
        if attempt.stop_reason == Reason.STOPPED_BY_USER:
            left = min(left, attempt.grace - (attempt.asked_ago or 0.0))
        grace = 0.0 if attempt.killed else max(0.0, left)
        yield Stop(attempt_id=attempt.id, reason=Reason(attempt.stop_reason), grace_seconds=grace)


def next_deadline(running: Sequence[Running]) -> float | None:
    """Return the seconds until an attempt next meets a time limit."""
    left = [attempt.hard_left if attempt.asked else attempt.soft_left for attempt in running if not attempt.killed]
    return min(left, default=None)
