"""What is queued and at work, by project: two passes over indexes that hold nothing else."""

from typing import Any

from sqlalchemy import text

from fieldstation.core.runs.model.backlog import Backlog, ShareOfSlots
from fieldstation.db import Tx

_QUEUED = text("SELECT count(*) AS queued, min(queued_at) AS oldest FROM run WHERE state = 'queued'")
_SHARES = text("""
    WITH waiting AS (
        SELECT project_id, count(*) AS queued, min(queued_at) AS oldest
          FROM run WHERE state = 'queued' GROUP BY project_id
    ), busy AS (
        SELECT project_id, count(*) AS at_work
          FROM run WHERE state IN ('staging', 'running', 'collecting') GROUP BY project_id
    )
    SELECT p.id AS project_id, p.name AS project, u.username AS owner, coalesce(waiting.queued, 0) AS queued,
           coalesce(busy.at_work, 0) AS at_work, waiting.oldest,
           coalesce(used.used_seconds * power(0.5, extract(epoch FROM station_now() - used.counted_at) / 3600), 0)
           AS used_seconds
      FROM waiting FULL JOIN busy USING (project_id)
      JOIN project p ON p.id = project_id JOIN station_user u ON u.id = p.owner
      LEFT JOIN project_use used ON used.project_id = p.id
     ORDER BY queued DESC, at_work DESC, p.id LIMIT :limit
""")


def backlog(tx: Tx, limit: int) -> Backlog:
    """Return the queue as a whole and the `limit` projects with most in it."""
    whole = tx.one(_QUEUED)
    shares = [_share(row) for row in tx.all(_SHARES, {"limit": limit})]
    return Backlog(queued=whole.queued, oldest=whole.oldest, shares=shares)


def _share(row: Any) -> ShareOfSlots:
    return ShareOfSlots(**{**row._asdict(), "used_seconds": float(row.used_seconds)})
