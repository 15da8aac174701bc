"""From queued to running: the claim, the start, and what is given back or refused."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import Outcome, State
from fieldstation.core.runs.model.values import Claim, End, Holder, Moved, TakenOver
from fieldstation.core.runs.service.news import end_event, run_event, run_events
from fieldstation.core.runs.service.rights import Rights
from fieldstation.core.runs.store import attempts as attempt_store
from fieldstation.core.runs.store import queue
from fieldstation.db import Tx
from fieldstation.db.outbox import Outbox

MOST_ATTEMPTS = 20  # also of attempts that never started: an engine that gives everything back must not spin for ever
_BACKLOG = 8  # attempts per slot that may wait for collecting before no more are started


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An attempt that will not be started: `reason` fails its run, or sends it back to the queue where `again`."""

    attempt_id: str
    run_id: str
    number: int
    fence: int
    reason: Reason
    text: str | None = None
    again: bool = False


class Dispatching:
    """What a dispatcher does inside its transactions; no process starts here."""

    def __init__(self, outbox: Outbox, rights: Rights) -> None:
        self._outbox = outbox
        self._rights = rights

    def claim(self, tx: Tx, holder: Holder, *, slots: int, uids: range | None) -> Sequence[Claim]:
        """Take as many of the next runs as there are free slots, with a uid of its own for each where `uids` are given.

        The intent is durable when the caller's transaction commits; only then may an engine be called. A claim that is
        `barred` must be refused: who submitted it lost a right since.
        """
        live = queue.live_attempts(tx, holder.engine)
        busy = sum(1 for _, state in live if state in ("staging", "running"))
        waiting = sum(1 for _, state in live if state != "listening")
        if waiting >= _BACKLOG * slots or busy >= slots:
            return []
        free = _free_uids(uids, {uid for uid, _ in live}, slots - busy)
        claims = queue.claim(tx, holder, free)
        self._outbox.emit(
            tx,
            [run_event(claim.run_id, claim.run.project_id, State.STAGING, attempt=claim.number) for claim in claims],
        )
        barred = self._rights.lost(tx, [claim.run_id for claim in claims]) if claims else {}
        return [replace(claim, barred=barred.get(claim.run_id)) for claim in claims] if barred else claims

    def started(self, tx: Tx, starts: Sequence[tuple[str, int, str]]) -> set[str]:
        """Record (attempt, fence, handle) as running; an attempt not returned is no longer the caller's: stop it."""
        moves = attempt_store.started(tx, starts)
        self._outbox.emit(tx, run_events(moves, State.RUNNING))
        return {move.attempt_id for move in moves}

    def refuse(self, tx: Tx, refusals: Sequence[Refusal]) -> Sequence[Moved]:
        """End attempts that never started, and fail their runs or queue them again."""
        moves = attempt_store.end(tx, [_end_of(refusal) for refusal in refusals])
        by_attempt = {refusal.attempt_id: refusal for refusal in refusals}
        refused = [(move, by_attempt[move.attempt_id]) for move in moves]
        self._outbox.emit(tx, [end_event(move, refusal.reason, refusal.text) for move, refusal in refused])
        return moves

    def over(self, tx: Tx, attempt_ids: Sequence[str]) -> Sequence[str]:
        """Return those of these attempts that ended."""
        return attempt_store.over(tx, attempt_ids) if attempt_ids else ()

    def take_over(self, tx: Tx, holder: Holder, dead: Sequence[str]) -> Sequence[TakenOver]:
        """Take the attempts in staging whose holder is gone; whether each was started only its engine knows."""
        return attempt_store.take_over(tx, holder, dead)

    def holders(self, tx: Tx, engine: str) -> Sequence[str]:
        """Return who holds claims now."""
        return attempt_store.holders(tx, engine)

    def renew(self, tx: Tx, holder: Holder, attempt_ids: Sequence[str]) -> set[str]:
        """Prolong claims; what is not returned was lost and must not be started."""
        return attempt_store.renew(tx, holder, attempt_ids)

    def hold_for_engine(self, tx: Tx) -> None:
        """Hold what is queued while no engine works."""
        rows = queue.hold_queued(tx, Reason.NO_ENGINE)
        self._outbox.emit(tx, [run_event(row.id, row.project_id, State.HELD, reason=Reason.NO_ENGINE) for row in rows])

    def engine_is_back(self, tx: Tx) -> None:
        """Queue again what was held for an engine."""
        rows = queue.unhold(tx, Reason.NO_ENGINE)
        self._outbox.emit(tx, [run_event(row.id, row.project_id, State.QUEUED) for row in rows])


def _again(refusal: Refusal) -> bool:
    return refusal.again and refusal.number < MOST_ATTEMPTS


def _end_of(refusal: Refusal) -> End:
    again = _again(refusal)
    return End(
        attempt_id=refusal.attempt_id,
        run_id=refusal.run_id,
        fence=refusal.fence,
        outcome=Outcome.UNSTARTED,
        reason=refusal.reason,
        message=None if again else refusal.text,
        exit_code=None,
        logs={},
        state=State.QUEUED if again else State.FAILED,
        run_reason=Reason.WAITING_FOR_RETRY if again else refusal.reason,
    )


def _free_uids(uids: range | None, taken: set[int | None], wanted: int) -> Sequence[int | None]:
    if uids is None:
        return [None] * wanted
    free: list[int | None] = []
    for uid in uids:
        if len(free) == wanted:
            break
        if uid not in taken:
            free.append(uid)
    return free
