"""Runs after a restore: what ran then runs nowhere now."""

from sqlalchemy import text

from fieldstation.db import Tx

_LOSE_ATTEMPTS = text("""
    UPDATE attempt SET state = 'ended', outcome = 'lost', reason = :reason, lost = true, holder = NULL,
           exited_at = coalesce(exited_at, station_now()), ended_at = station_now(), released_at = station_now()
     WHERE released_at IS NULL
""")
_FAIL_RUNS = text("""
    UPDATE run SET state = 'failed', reason = :reason, message = :message, ended_at = station_now()
     WHERE state IN ('staging', 'running', 'collecting') RETURNING id, project_id, attempts
""")


def lose_attempts(tx: Tx, reason: str, message: str) -> list[tuple[str, str, int]]:
    """End every attempt and fail its run; returns (run, project, attempts) of each."""
    rows = tx.all(_FAIL_RUNS, {"reason": reason, "message": message})
    tx.execute(_LOSE_ATTEMPTS, {"reason": reason})
    return [(row.id, row.project_id, row.attempts) for row in rows]
