"""Looking after applications: when they answer, what they cost, when their coins run out, and how they end."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fieldstation.core.accounting.service import ProcessingCharges
from fieldstation.core.apps.model.values import Attended, StopReason
from fieldstation.core.apps.service.apps import cost_of
from fieldstation.core.apps.service.launch import COIN_RATE
from fieldstation.core.apps.store import apps as store
from fieldstation.core.people.service import People
from fieldstation.core.runs.model.reasons import MEANINGS, Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.service.cancel import Cancels
from fieldstation.core.tasks.model import Level
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Tx
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Fault

_MOST = 1000
_WARN_SECONDS = 600.0  # before the coins run out
_AHEAD_SECONDS = 60.0  # what is not paid for so long ahead is stopped
_ACCRUE_SECONDS = 60.0


class Attending:
    """What the attendant does inside its transactions."""

    def __init__(self, people: People, cancels: Cancels, tasks: Tasks, charges: ProcessingCharges) -> None:
        self._people = people
        self._cancels = cancels
        self._tasks = tasks
        self._charges = charges

    def open(self, tx: Tx) -> Sequence[Attended]:
        """Return all applications that are not over."""
        return [_attended(row) for row in store.attended(tx, _MOST)]

    def answered(self, tx: Tx, one: Attended) -> None:
        """Tell that one answers: it can be opened from now on, and its first period begins."""
        if store.answered(tx, one.id):
            self._tasks.started(tx, one.task_id)
            self._accrue(tx, one, one.cost.of(one.units, 0.0))

    def silent(self, tx: Tx, one: Attended) -> None:
        """End one that did not answer in time."""
        why = f"it did not answer within {one.within_seconds:g} seconds of its start"
        self._stop(tx, one, StopReason.NO_ANSWER, f"{why}; its log says more: fieldstation run logs {one.run_id}")

    def count(self, tx: Tx, one: Attended) -> None:
        """Count what one has cost until now; warn its people before its coins run out, and end it when they do."""
        if one.paid_seconds is None or one.stopping:
            return
        coins = one.cost.of(one.units, one.paid_seconds)
        if one.accrued_ago is None or one.accrued_ago >= min(_ACCRUE_SECONDS, one.cost.period_seconds):
            self._accrue(tx, one, coins)
        ahead, long_ahead = (min(seconds, one.cost.period_seconds) for seconds in (_AHEAD_SECONDS, _WARN_SECONDS))
        if not self._room(tx, one, ahead):
            if not one.warned:
                self._warn(tx, one, ahead)
            self._stop(tx, one, StopReason.NO_COINS, "it was stopped because the coins of its project ran out")
        elif not one.warned and not self._room(tx, one, long_ahead + ahead):
            self._warn(tx, one, long_ahead)

    def ended(self, tx: Tx, one: Attended) -> None:
        """Follow the end of one: its task is done, and it is paid for; what the station failed costs nothing."""
        row = store.ended(tx, one.id)
        if row is None:
            return
        reason = None if row.reason is None else Reason(row.reason)
        ours = row.stop_text is None and reason is not None and MEANINGS[reason].fault is not Fault.YOURS
        failed = row.stop_text is not None or State(row.state) is State.FAILED
        why = row.stop_text or row.message or row.reason or row.state
        if one.paid_seconds is not None:
            self._accrue(tx, one, one.cost.of(one.units, one.paid_seconds), over=True)
        self._charges.capture(tx, one.id, refund=ours, detail=_detail(row, why if failed else None))
        code = (row.exit_code or 1) if failed else 0
        self._tasks.started(tx, one.task_id)
        self._tasks.finished(tx, one.task_id, code, why if failed else None)

    def is_over(self, tx: Tx, app_id: str) -> bool:
        """Tell whether one is over."""
        return store.is_over(tx, app_id)

    def _accrue(self, tx: Tx, one: Attended, coins: Decimal, *, over: bool = False) -> None:
        if store.accrued(tx, one.id, coins, over=over):
            self._charges.accrue(tx, one.id, coins, COIN_RATE)

    def _room(self, tx: Tx, one: Attended, ahead: float) -> bool:
        """Tell whether the product that pays has coins for one until so many seconds from now."""
        if one.product is None or one.paid_seconds is None:
            return True
        first = one.cost.coins * one.units  # was set aside at launch
        soon = one.cost.of(one.units, one.paid_seconds + ahead)
        more = soon - max(one.accrued or Decimal(0), first)
        return more <= 0 or self._charges.has_room(tx, one.product, more)

    def _warn(self, tx: Tx, one: Attended, seconds: float) -> None:
        if store.warned(tx, one.id):
            text = f"the coins of its project last for less than {seconds:g} seconds more; then it is stopped"
            self._tasks.event(tx, one.task_id, Level.WARNING, text)

    def _stop(self, tx: Tx, one: Attended, reason: StopReason, why: str) -> None:
        if store.stopping(tx, one.id, reason, why):
            self._tasks.event(tx, one.task_id, Level.ERROR, why)
            self._cancels.end(tx, self._people.caller(tx, one.user_id).caller, one.project, [one.run_id])


def _detail(row: Any, why: str | None) -> dict[str, Any]:
    """Return what the charge of an application tells of how it went."""
    told: dict[str, Any] = {} if why is None else {"error_message": why}
    if row.started_at is not None:
        told["started"] = wire_time(row.started_at)
    told["stopped"] = wire_time(row.ended_at)
    told["run_time"] = str(row.ended_at - (row.started_at or row.ended_at))
    return told


def _attended(row: Any) -> Attended:
    names = Attended.__dataclass_fields__.keys() - {"cost"}
    return Attended(cost=cost_of(row), **{name: getattr(row, name) for name in names})
