"""Telling what becomes of instances: what their runs came to and what their programs said, as messages in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from fieldstation.core.instances.model.lines import Cost, Read
from fieldstation.core.instances.model.messages import PodPhase
from fieldstation.core.instances.service.messages import COST, EVENT, POD, tell
from fieldstation.core.instances.store import following as store
from fieldstation.core.runs.model.states import State
from fieldstation.core.tasks.model import Level
from fieldstation.db import Tx
from fieldstation.kernel.clock import wire_time

_BEGUN = frozenset({State.STAGING, State.RUNNING, State.COLLECTING})


@dataclass(frozen=True, kw_only=True)
class Watched:
    """An instance that is not over, what its run came to, and what was told of it up to `log_offset`."""

    id: str
    run_id: str
    task_id: str
    state: State
    exit_code: int | None
    log_offset: int
    cost: Cost
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def over(self) -> bool:
        """Whether its run has ended."""
        return self.state.final


class Telling:
    """What the watcher of instances does inside its transactions."""

    def moved(self, tx: Tx, limit: int) -> Sequence[Watched]:
        """Return instances whose run is in another state than was told, locked until the transaction ends."""
        return [_watched(row) for row in store.moved(tx, limit)]

    def running(self, tx: Tx, limit: int) -> Sequence[Watched]:
        """Return instances whose programs may be telling something."""
        return [_watched(row) for row in store.running(tx, limit)]

    def begun(self, tx: Tx, one: Watched) -> None:
        """Tell of a run that has not ended."""
        if store.followed(tx, one.id, one.state):
            phase = PodPhase.RUNNING if one.state in _BEGUN else PodPhase.PENDING
            tell(tx, one.id, one.task_id, [(POD, _pod(one, phase))])

    def said(self, tx: Tx, one: Watched, read: Read, offset: int) -> Watched | None:
        """Tell what a log said up to `offset`; returns the instance then, None where another did so."""
        cost = read.cost
        if not store.read(tx, one.id, (one.log_offset, offset), cost.total if cost.told else None, cost.sequence):
            return None
        messages: list[tuple[str, Mapping[str, Any]]] = [
            (EVENT, {"level": said.level.name, "text": said.text}) for said in read.events
        ]
        if cost != one.cost:
            messages.append((COST, _cost(cost)))
        tell(tx, one.id, one.task_id, messages)
        return replace(one, log_offset=offset, cost=cost)

    def ended(self, tx: Tx, one: Watched, faults: Sequence[str] = ()) -> None:
        """Tell of a run that has ended, once all that it said was told; `faults` are what went wrong behind it."""
        if not store.followed(tx, one.id, one.state):
            return
        well = one.state is State.SUCCEEDED
        pod = _pod(one, PodPhase.SUCCEEDED if well else PodPhase.FAILED)
        pod["exit_code"] = 0 if well else one.exit_code or 1
        last = [(COST, {**_cost(one.cost), "over": True})] if one.cost.told else []
        warnings = [(EVENT, {"level": Level.WARNING.name, "text": fault}) for fault in faults]
        tell(tx, one.id, one.task_id, [*warnings, *last, (POD, pod)])

    def is_over(self, tx: Tx, instance_id: str) -> bool:
        """Tell whether the run of an instance has ended."""
        return store.is_over(tx, instance_id)


def _pod(one: Watched, phase: PodPhase) -> dict[str, Any]:
    times = {"started_at": one.started_at, "stopped_at": one.ended_at}
    return {"phase": phase.value} | {name: wire_time(at) for name, at in times.items() if at is not None}


def _cost(cost: Cost) -> Mapping[str, Any]:
    return {"cost": str(cost.total), "sequence": cost.sequence}


def _watched(row: Any) -> Watched:
    return Watched(
        id=row.id,
        run_id=row.run_id,
        task_id=row.task_id,
        state=State(row.state),
        exit_code=row.exit_code,
        log_offset=row.log_offset,
        cost=Cost(total=row.told_cost or Decimal(0), sequence=row.told_sequence, told=row.told_cost is not None),
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
