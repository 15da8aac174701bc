"""Instances follow their runs: their tasks move, what their programs tell becomes events, and costs are counted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from fieldstation.core.instances.model.lines import Cost, Read
from fieldstation.core.instances.service.callbacks import tell
from fieldstation.core.instances.service.tokens import LASTS_SECONDS
from fieldstation.core.instances.store import following as store
from fieldstation.core.runs.model.states import State
from fieldstation.core.tasks.model import NewEvent
from fieldstation.core.tasks.model import State as TaskState
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Tx

_BEGUN = frozenset({State.STAGING, State.RUNNING, State.COLLECTING})


@dataclass(frozen=True, kw_only=True)
class Followed:
    """An instance that is not over, and what its run came to."""

    id: str
    run_id: str
    task_id: str
    state: State
    before: State
    exit_code: int | None
    why: str | None
    log_offset: int
    cost: Cost

    @property
    def over(self) -> bool:
        """Whether its run has ended."""
        return self.state.final


class Following:
    """What the follower does inside its transactions."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    def moved(self, tx: Tx, limit: int) -> Sequence[Followed]:
        """Return instances whose run is in another state than was followed, locked until the transaction ends."""
        return [_followed(row) for row in store.moved(tx, limit)]

    def running(self, tx: Tx, limit: int) -> Sequence[Followed]:
        """Return instances whose programs may be telling something."""
        return [_followed(row) for row in store.running(tx, limit)]

    def begun(self, tx: Tx, one: Followed) -> None:
        """Follow a run that has not ended."""
        if store.followed(tx, one.id, one.state) and one.state in _BEGUN:
            self._started(tx, one)

    def _started(self, tx: Tx, one: Followed) -> None:
        if self._tasks.started(tx, one.task_id):
            tell(tx, one.id, TaskState.STARTED)

    def told(self, tx: Tx, one: Followed, read: Read, offset: int) -> Followed | None:
        """Take note of what a log said up to `offset`; returns the instance then, None where another did so."""
        cost = read.cost.total if read.cost.told else None
        if not store.told(tx, one.id, (one.log_offset, offset), cost, read.cost.sequence):
            return None
        events = [NewEvent(task_id=one.task_id, text=said.text, level=said.level) for said in read.events]
        self._tasks.tell_many(tx, events)
        return replace(one, log_offset=offset, cost=read.cost)

    def is_over(self, tx: Tx, instance_id: str) -> bool:
        """Tell whether the run of an instance has ended."""
        return store.is_over(tx, instance_id)

    def ended(self, tx: Tx, one: Followed) -> None:
        """Follow a run that has ended, once all that it said was told."""
        if not store.ended(tx, one.id, one.state, LASTS_SECONDS):
            return
        self._started(tx, one)
        well = one.state is State.SUCCEEDED
        exit_code = 0 if well else one.exit_code or 1
        self._tasks.finished(tx, one.task_id, exit_code, None if well else one.why or one.state.value)
        tell(tx, one.id, TaskState.SUCCESS if well else TaskState.FAILURE, exit_code)


def _followed(row: Any) -> Followed:
    return Followed(
        id=row.id,
        run_id=row.run_id,
        task_id=row.task_id,
        state=State(row.state),
        before=State(row.followed),
        exit_code=row.exit_code,
        why=row.message or row.reason,
        log_offset=row.log_offset,
        cost=Cost(total=row.cost or Decimal(0), sequence=row.cost_sequence, told=row.cost is not None),
    )
