"""Why a run waits, why a result was reused or not: answers in words, with the names of what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fieldstation.core.people.model import Caller
from fieldstation.core.runs.model.reasons import MEANINGS, Meaning, Reason
from fieldstation.core.runs.model.reuse import differences
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.service.show import Runs
from fieldstation.core.runs.store import queue
from fieldstation.core.runs.store import runs as run_store
from fieldstation.db import Tx


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Why a run waits: the reason, how many are before it, and an estimate in seconds where recent runs allow one."""

    reason: Reason
    meaning: Meaning
    ahead: int | None = None
    estimate_seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Reuse:
    """Whether a result was used again, and if not, why: in words, and by the names of the parts that differ."""

    wanted: bool
    reused_from: str | None
    text: str
    nearest: str | None = None
    differs: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """All that can be said of why a run is as it is."""

    run: Run
    waiting: Waiting | None
    ended: Meaning | None
    reuse: Reuse


class Explains:
    """Explains runs."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    def explain(self, tx: Tx, caller: Caller, run_id: str) -> Explanation:
        """Explain one run to somebody who may see it."""
        run = self._runs.show(tx, caller, run_id)
        return Explanation(
            run=run,
            waiting=_waiting(tx, run),
            ended=MEANINGS[run.reason] if run.state.final and run.reason else None,
            reuse=self._reuse(tx, caller, run),
        )

    def _reuse(self, tx: Tx, caller: Caller, run: Run) -> Reuse:
        wanted, _, parts = run_store.reuse_parts(tx, run.id)
        if run.reused_from:
            return Reuse(
                wanted=True, reused_from=run.reused_from, text=f"the result of {run.reused_from} was used again"
            )
        if "not_reusable" in parts:
            return Reuse(wanted=wanted, reused_from=None, text=f"never reused: {parts['not_reusable']}")
        if not wanted:
            return Reuse(wanted=False, reused_from=None, text="it was submitted with reuse switched off")
        return self._nearest(tx, caller, run, parts)

    def _nearest(self, tx: Tx, caller: Caller, run: Run, parts: Mapping[str, Any]) -> Reuse:
        alike = run_store.latest_alike(tx, run.tool_id, run.id)
        seen = self._runs.several(tx, caller, [other for other, _ in alike])
        named = [
            (seen[other], differences(parts, other_parts))
            for other, other_parts in alike
            if other in seen and "not_reusable" not in other_parts
        ]
        if not named:
            return Reuse(wanted=True, reused_from=None, text="no run of this tool that you may see succeeded before it")
        nearest, names = min(named, key=lambda one: len(one[1]))
        text = _difference(run, nearest, names)
        return Reuse(wanted=True, reused_from=None, text=text, nearest=nearest.id, differs=names)


def _difference(run: Run, nearest: Run, names: Sequence[str]) -> str:
    if names:
        return f"differs from {nearest.id} in {', '.join(names)}"
    if nearest.ended_at is not None and nearest.ended_at > run.created_at:
        return f"{nearest.id} had not ended yet when it was submitted"
    return f"the result of {nearest.id} is gone or not yours to read"


def _waiting(tx: Tx, run: Run) -> Waiting | None:
    if run.state is State.HELD:
        reason = run.reason or Reason.NO_ENGINE
        return Waiting(reason=reason, meaning=MEANINGS[reason])
    if run.state is not State.QUEUED:
        return None
    reason = run.reason or Reason.WAITING_FOR_SLOTS
    before = queue.ahead(tx, run.id)
    estimate = queue.estimate(tx, before)
    return Waiting(reason=reason, meaning=MEANINGS[reason], ahead=before, estimate_seconds=estimate)
