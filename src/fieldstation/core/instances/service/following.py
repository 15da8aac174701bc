"""Instances follow what is told of them: their tasks move, what programs said becomes events, costs are counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fieldstation.core.accounting.model.ledger import coins_of
from fieldstation.core.accounting.service import ProcessingCharges
from fieldstation.core.instances.model.messages import CostTold, EventTold, PodPhase, PodTold, Told
from fieldstation.core.instances.service.callbacks import REVOKED, tell
from fieldstation.core.instances.service.tokens import LASTS_SECONDS
from fieldstation.core.instances.store import following as store
from fieldstation.core.runs.model.reasons import MEANINGS, Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.tasks.model import NewEvent, TaskState
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Tx
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Fault, NotFound

_BEGUN = frozenset(PodPhase) - {PodPhase.PENDING}


@dataclass(frozen=True, kw_only=True)
class Followed:
    """An instance of which something is told; `why` is what its run says of its end.

    `ours`: the station failed it; `canceled`: somebody ended it. `began` and `over_at` are its run's.
    """

    id: str
    task_id: str
    over: bool
    why: str
    ours: bool
    canceled: bool
    began: datetime | None
    over_at: datetime | None


class Following:
    """What the follower does inside its transactions."""

    def __init__(self, tasks: Tasks, charges: ProcessingCharges) -> None:
        self._tasks = tasks
        self._charges = charges

    def hear(self, tx: Tx, messages: Sequence[Told]) -> None:
        """Follow what is told, in its order; of an instance that is over nothing counts any more.

        Raises NotFound when one of the messages is about an instance that there is not; then none of them counts.
        """
        known = {row.id: _followed(row) for row in store.locked(tx, [told.instance_id for told in messages])}
        events: list[NewEvent] = []
        over = {one.id for one in known.values() if one.over}
        for told in messages:
            one = known.get(told.instance_id)
            if one is None:
                raise _unknown(told.instance_id)
            if one.id in over:
                continue
            if isinstance(told, EventTold):
                events.append(_event(one, told))
            elif isinstance(told, CostTold):
                self._cost(tx, one, told)
            else:
                self._tasks.tell_many(tx, events)
                events = []
                if self._moved(tx, one, told):
                    over.add(one.id)
        self._tasks.tell_many(tx, events)

    def instances_of(self, tx: Tx, tasks: Sequence[str]) -> Mapping[str, str]:
        """Return the instances that these tasks launched, by task."""
        return store.of_tasks(tx, tasks)

    def _cost(self, tx: Tx, one: Followed, told: CostTold) -> None:
        row = store.cost(tx, one.id, told.cost, told.sequence, more=told.more)
        if row is not None:
            store.coins(tx, one.id, coins_of(row.cost, row.rate))
            self._charges.accrue(tx, one.id, row.cost, row.rate)

    def _moved(self, tx: Tx, one: Followed, told: PodTold) -> bool:
        """Follow a pod; returns whether the instance is over."""
        if told.exit_code is not None:
            self._ended(tx, one, told.exit_code)
        elif told.phase in _BEGUN:
            self._started(tx, one)
        return told.exit_code is not None

    def _started(self, tx: Tx, one: Followed) -> None:
        if self._tasks.started(tx, one.task_id):
            tell(tx, one.id, TaskState.STARTED.name)

    def _ended(self, tx: Tx, one: Followed, exit_code: int) -> None:
        """Follow the end of an instance, which is now paid for; what the station failed costs nothing."""
        if not store.ended(tx, one.id, LASTS_SECONDS, refund=one.ours):
            return
        self._charges.capture(tx, one.id, refund=one.ours, detail=_detail(one, exit_code))
        self._started(tx, one)
        self._tasks.finished(tx, one.task_id, exit_code, one.why if exit_code else None)
        failed = REVOKED if one.canceled else TaskState.FAILURE.name
        tell(tx, one.id, failed if exit_code else TaskState.SUCCESS.name, exit_code)


def _event(one: Followed, told: EventTold) -> NewEvent:
    return NewEvent(task_id=one.task_id, text=told.text, level=told.level, replace_prior=told.replace_prior)


def _detail(one: Followed, exit_code: int) -> dict[str, Any]:
    """Return what the charge of an instance tells of how it went."""
    told: dict[str, Any] = {"error_message": one.why} if exit_code else {}
    if one.began is not None:
        told["started"] = wire_time(one.began)
    if one.over_at is not None:
        told["stopped"] = wire_time(one.over_at)
        told["run_time"] = str(one.over_at - (one.began or one.over_at))
    return told


def _followed(row: Any) -> Followed:
    why = row.message or row.reason or row.state
    return Followed(
        id=row.id,
        task_id=row.task_id,
        over=row.ended_at is not None,
        why=why,
        ours=row.reason is not None and MEANINGS[Reason(row.reason)].fault is not Fault.YOURS,
        canceled=row.state == State.CANCELED,
        began=row.started_at,
        over_at=row.over_at,
    )


def _unknown(instance_id: str) -> NotFound:
    return NotFound(
        f"a message is about {instance_id[:100] or 'no instance'}, which is no instance of this station",
        next_step="look who sends messages to this station's broker; each station needs a virtual host of its own",
        reason="unknown_instance",
    )
