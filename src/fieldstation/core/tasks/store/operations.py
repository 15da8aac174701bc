"""The queue of operations: claimed for a time, done under a fence, gone with their end.

It is empty at one moment and holds 100,000 rows at the next, before the database counted them anew. So each statement
is planned when it is run: a plan made for an empty table reads the whole of a full one.
"""

from collections.abc import Sequence

from sqlalchemy import text

from fieldstation.core.tasks.model import Holder, Operation
from fieldstation.db import Tx

_FREE = """
    o.due_at <= station_now() AND o.work = ANY(:works)
    AND (o.holder IS NULL OR o.lease_expires <= station_now() OR o.holder = ANY(:dead))
"""
# Those who asked are served in turn. Of each some operations are looked at, for others may be claiming the first ones.
_CLAIM = text(f"""
    WITH RECURSIVE asking AS (
        (SELECT user_id FROM operation ORDER BY user_id LIMIT 1)
        UNION ALL
        SELECT (SELECT o.user_id FROM operation o WHERE o.user_id > asking.user_id ORDER BY o.user_id LIMIT 1)
          FROM asking WHERE asking.user_id IS NOT NULL
    ), candidate AS MATERIALIZED (
        SELECT o.task_id, o.due_at, turn.served_at
          FROM asking CROSS JOIN LATERAL (
                SELECT o.task_id, o.due_at FROM operation o
                 WHERE o.user_id = asking.user_id AND {_FREE} ORDER BY o.due_at LIMIT 8) o
          LEFT JOIN operation_turn turn ON turn.user_id = asking.user_id
    ), due AS (
        SELECT o.task_id, o.user_id FROM candidate c JOIN operation o ON o.task_id = c.task_id
         WHERE {_FREE} ORDER BY c.served_at NULLS FIRST, c.due_at LIMIT 1 FOR UPDATE OF o SKIP LOCKED
    ), served AS (
        INSERT INTO operation_turn (user_id, served_at) SELECT user_id, station_now() FROM due
        ON CONFLICT (user_id) DO UPDATE SET served_at = excluded.served_at
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
    """Claim an operation that is due and that nobody holds; `dead` are holders that are gone for sure.

    It is the oldest of who asked for one and was not served for longest.
    """
    values = {"holder": holder.name, "works": list(holder.works), "seconds": holder.lease_seconds, "dead": list(dead)}
    rows = tx.listed(_CLAIM, values)
    if not rows:
        return None
    (row,) = rows
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
    return [row.holder for row in tx.listed(_HOLDERS, {"works": list(works)})]


def counts(tx: Tx) -> tuple[int, int]:
    """Count the operations that wait, for their time too, and those that somebody holds."""
    row = tx.one(_COUNTS)
    return row.waiting, row.held


def renew(tx: Tx, operation: Operation, seconds: float) -> bool:
    """Prolong a claim; False means that it was lost."""
    values = {"task_id": operation.task_id, "fence": operation.fence, "seconds": seconds}
    return bool(tx.listed(_RENEW, values))


def hold(tx: Tx, operation: Operation) -> bool:
    """Tell whether a claim is still ours, and keep others from it until this transaction ends."""
    return bool(tx.listed(_HOLD, {"task_id": operation.task_id, "fence": operation.fence}))


def done(tx: Tx, operation: Operation) -> bool:
    """Strike an operation off; False when it was not ours any more."""
    return bool(tx.listed(_DONE, {"task_id": operation.task_id, "fence": operation.fence}))


def give_back(tx: Tx, operation: Operation, *, pause: float = 0.0, failed: bool = False) -> bool:
    """Let others claim an operation after a pause (seconds); False when it was not ours any more."""
    values = {"task_id": operation.task_id, "fence": operation.fence, "pause": pause, "failed": int(failed)}
    return bool(tx.listed(_GIVE_BACK, values))
