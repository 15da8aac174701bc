"""The queue of operations: claimed for a time, done under a fence, gone with their end."""

from collections.abc import Sequence

from sqlalchemy import text

from fieldstation.core.tasks.model import Holder, Operation
from fieldstation.db import Tx

_CLAIM = text("""
    WITH due AS (
        SELECT task_id FROM operation
         WHERE due_at <= station_now() AND work = ANY(:works)
           AND (holder IS NULL OR lease_expires <= station_now() OR holder = ANY(:dead))
         ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE operation o SET holder = :holder, fence = nextval('fence'), deaths = deaths + (holder IS NOT NULL)::int,
           lease_expires = station_now() + :seconds * interval '1 second'
      FROM due, task t WHERE o.task_id = due.task_id AND t.id = due.task_id
    RETURNING o.task_id, o.work, o.payload, t.purpose_id, t.project_id, t.user_id, o.request_id, o.fence, o.failures,
              o.deaths
""")
_HOLDERS = text("SELECT DISTINCT holder FROM operation WHERE holder IS NOT NULL AND work = ANY(:works)")
_COUNTS = text("""
    SELECT count(*) FILTER (WHERE holder IS NULL) AS waiting, count(*) FILTER (WHERE holder IS NOT NULL) AS held
      FROM operation
""")
_RENEW = text("""
    UPDATE operation SET lease_expires = station_now() + :seconds * interval '1 second'
     WHERE task_id = :task_id AND fence = :fence AND holder IS NOT NULL RETURNING task_id
""")
# Whoever claims locks the row FOR UPDATE, which waits for this; renewing the lease does not.
_HOLD = text("""
    SELECT task_id FROM operation WHERE task_id = :task_id AND fence = :fence AND holder IS NOT NULL FOR KEY SHARE
""")
_DONE = text("DELETE FROM operation WHERE task_id = :task_id AND fence = :fence RETURNING task_id")
_GIVE_BACK = text("""
    UPDATE operation SET holder = NULL, lease_expires = NULL, failures = failures + :failed,
           due_at = station_now() + :pause * interval '1 second'
     WHERE task_id = :task_id AND fence = :fence AND holder IS NOT NULL RETURNING task_id
""")


def claim(tx: Tx, holder: Holder, dead: Sequence[str]) -> Operation | None:
    """Claim the operation that is due for longest and that nobody holds; `dead` are holders that are gone for sure."""
    values = {"holder": holder.name, "works": list(holder.works), "seconds": holder.lease_seconds, "dead": list(dead)}
    row = tx.one_or_none(_CLAIM, values)
    if row is None:
        return None
    return Operation(
        task_id=row.task_id,
        work=row.work,
        payload=row.payload,
        purpose_id=row.purpose_id,
        project=row.project_id,
        user_id=row.user_id,
        request_id=row.request_id,
        fence=row.fence,
        failures=row.failures,
        deaths=row.deaths,
    )


def holders(tx: Tx, works: Sequence[str]) -> Sequence[str]:
    """Return who holds operations of these works."""
    return [row.holder for row in tx.all(_HOLDERS, {"works": list(works)})]


def counts(tx: Tx) -> tuple[int, int]:
    """Count the operations that wait, for their time too, and those that somebody holds."""
    row = tx.one(_COUNTS)
    return row.waiting, row.held


def renew(tx: Tx, operation: Operation, seconds: float) -> bool:
    """Prolong a claim; False means that it was lost."""
    values = {"task_id": operation.task_id, "fence": operation.fence, "seconds": seconds}
    return tx.scalar(_RENEW, values) is not None


def hold(tx: Tx, operation: Operation) -> bool:
    """Tell whether a claim is still ours, and keep others from it until this transaction ends."""
    return tx.scalar(_HOLD, {"task_id": operation.task_id, "fence": operation.fence}) is not None


def done(tx: Tx, operation: Operation) -> bool:
    """Strike an operation off; False when it was not ours any more."""
    return tx.scalar(_DONE, {"task_id": operation.task_id, "fence": operation.fence}) is not None


def give_back(tx: Tx, operation: Operation, *, pause: float = 0.0, failed: bool = False) -> bool:
    """Let others claim an operation after a pause (seconds); False when it was not ours any more."""
    values = {"task_id": operation.task_id, "fence": operation.fence, "pause": pause, "failed": int(failed)}
    return tx.scalar(_GIVE_BACK, values) is not None
