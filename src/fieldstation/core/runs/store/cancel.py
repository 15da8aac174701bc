"""The request to stop a run."""

from sqlalchemy import text

from fieldstation.db import Tx

_REQUEST = text("""
    UPDATE run SET cancel_requested_at = coalesce(cancel_requested_at, station_now()),
           cancel_requested_by = coalesce(cancel_requested_by, :user_id),
           state = CASE WHEN state IN ('held', 'queued') THEN 'canceled' ELSE state END,
           reason = CASE WHEN state IN ('held', 'queued') THEN :reason ELSE reason END,
           ended_at = CASE WHEN state IN ('held', 'queued') THEN station_now() END
     WHERE id = :id AND state NOT IN ('succeeded', 'failed', 'canceled')
    RETURNING state, attempts
""")


def request_cancel(tx: Tx, run_id: str, user_id: str, reason: str) -> str | None:
    """Ask for a run's end; a waiting one ends at once. Returns the state it has then, None when it was final."""
    row = tx.one_or_none(_REQUEST, {"id": run_id, "user_id": user_id, "reason": reason})
    return None if row is None else row.state
