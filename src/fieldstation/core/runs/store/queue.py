"""The queue: who is next, and the claim that starts an attempt.

Order: level (priority, plus one for each 30 minutes of waiting), then the project that used slots least of late
(decayed, half-life one hour), then age. Only the oldest runs of each (project, priority) can be next, so the claim
looks at those alone and costs the same with 100 queued as with 100,000.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.runs.model.values import Claim, Holder
from fieldstation.core.runs.store.runs import runs_by_ids
from fieldstation.db import Tx
from fieldstation.kernel.ids import new_id

_SLOT_SECONDS = 60  # what a run that just started counts as, until its real use is known

_NEXT = text("""
    WITH RECURSIVE pair AS (
        (SELECT project_id, priority FROM run WHERE state = 'queued' ORDER BY project_id, priority LIMIT 1)
        UNION ALL
        SELECT following.* FROM pair CROSS JOIN LATERAL (
            SELECT project_id, priority FROM run
             WHERE state = 'queued' AND (project_id, priority) > (pair.project_id, pair.priority)
             ORDER BY project_id, priority LIMIT 1
        ) following
    ), head AS (
        SELECT oldest.*, floor(oldest.priority + extract(epoch FROM station_now() - oldest.queued_at) / 1800) AS level
          FROM pair CROSS JOIN LATERAL (
            SELECT id, project_id, priority, queued_at FROM run
             WHERE state = 'queued' AND project_id = pair.project_id AND priority = pair.priority
               AND (:containers OR image IS NULL)
             ORDER BY queued_at, id LIMIT :slots
        ) oldest
    ), busy AS (
        SELECT project_id, count(*) AS slots FROM run WHERE state IN ('staging', 'running') GROUP BY project_id
    ), ranked AS (
        SELECT head.id, head.level, head.queued_at,
               coalesce(used.used_seconds * power(0.5, extract(epoch FROM station_now() - used.counted_at) / 3600), 0)
               + :slot_seconds * (coalesce(busy.slots, 0) + row_number() OVER (
                     PARTITION BY head.project_id ORDER BY head.level DESC, head.queued_at, head.id)) AS share
          FROM head LEFT JOIN project_use used USING (project_id) LEFT JOIN busy USING (project_id)
    ), chosen AS (
        SELECT id, row_number() OVER (ORDER BY level DESC, share, queued_at, id) AS place
          FROM ranked ORDER BY level DESC, share, queued_at, id LIMIT :slots
    )
    SELECT run.id FROM run JOIN chosen USING (id)
     WHERE run.state = 'queued' ORDER BY chosen.place FOR UPDATE OF run SKIP LOCKED
""")
_START = text("""
    WITH taken AS (
        UPDATE run SET state = 'staging', reason = NULL, message = NULL, attempts = attempts + 1,
               started_at = coalesce(started_at, station_now())
          FROM unnest(cast(:ids AS text[]), cast(:run_ids AS text[]), cast(:uids AS integer[])) AS row (id, run_id, uid)
         WHERE run.id = row.run_id AND run.state = 'queued'
        RETURNING row.id, run.id AS run_id, run.attempts, row.uid, run.soft_seconds, run.hard_seconds
    ), fenced AS (SELECT nextval('fence') AS fence)
    INSERT INTO attempt (id, run_id, number, engine, uid, state, holder, fence, lease_expires,
           soft_deadline, hard_deadline, claimed_at)
    SELECT id, run_id, attempts, :engine, uid, 'staging', :holder, fence,
           station_now() + :lease_seconds * interval '1 second',
           station_now() + soft_seconds * interval '1 second',
           station_now() + hard_seconds * interval '1 second', station_now()
      FROM taken, fenced
    RETURNING id, run_id, number, uid, fence
""")
# What listens runs until somebody ends it: it needs a slot to start, and then leaves that to others.
_LIVE = text("""
    SELECT uid, CASE WHEN state = 'running' AND EXISTS (
               SELECT 1 FROM run_plan p WHERE p.run_id = attempt.run_id AND p.plan ->> 'door' = 'true')
           THEN 'listening' ELSE state END AS state
      FROM attempt WHERE engine = :engine AND released_at IS NULL
""")
_AHEAD = text("""
    WITH waiting AS (
        SELECT id, queued_at, floor(priority + extract(epoch FROM station_now() - queued_at) / 1800) AS level
          FROM run WHERE state = 'queued'
    )
    SELECT count(*) FROM waiting other, waiting mine
     WHERE mine.id = :id AND (other.level, mine.queued_at, mine.id) > (mine.level, other.queued_at, other.id)
""")
_AHEAD_OF_NEW = text("""
    SELECT count(*) FROM run
     WHERE state = 'queued' AND floor(priority + extract(epoch FROM station_now() - queued_at) / 1800) >= :priority
""")
_PACE = text("""
    SELECT count(*) AS ended, extract(epoch FROM max(ended_at) - min(ended_at)) AS seconds
      FROM (SELECT ended_at FROM run WHERE ended_at > station_now() - interval '1 hour'
             ORDER BY ended_at DESC LIMIT 200) recent
""")
_HOLD_ALL = text("UPDATE run SET state = 'held', reason = :reason WHERE state = 'queued' RETURNING id, project_id")
_UNHOLD = text(
    "UPDATE run SET state = 'queued', reason = NULL WHERE state = 'held' AND reason = :reason RETURNING id, project_id"
)
_COUNTS = text(
    "SELECT state, count(*) AS runs FROM run WHERE state NOT IN ('succeeded', 'failed', 'canceled') GROUP BY state"
)


def claim(tx: Tx, holder: Holder, uids: Sequence[int | None]) -> Sequence[Claim]:
    """Take the next runs, at most one for each of `uids`, and write the intent to start an attempt of each."""
    asked = {"slots": len(uids), "slot_seconds": _SLOT_SECONDS, "containers": holder.containers}
    ids = [row.id for row in tx.all(_NEXT, asked)]
    if not ids:
        return []
    values = {
        "ids": [new_id("attempt") for _ in ids],
        "run_ids": ids,
        "uids": list(uids[: len(ids)]),
        "engine": holder.engine,
        "holder": holder.name,
        "lease_seconds": holder.lease_seconds,
    }
    started = {row.run_id: row for row in tx.all(_START, values)}
    runs = runs_by_ids(tx, ids)
    ordered = [started[run_id] for run_id in ids]
    return [
        Claim(
            attempt_id=row.id,
            run_id=row.run_id,
            number=row.number,
            fence=row.fence,
            uid=row.uid,
            run=runs[row.run_id],
        )
        for row in ordered
    ]


def live_attempts(tx: Tx, engine: str) -> Sequence[tuple[int | None, str]]:
    """Return (uid, state) of every attempt of an engine that may still have traces; `listening`: it takes no slot."""
    return [(row.uid, row.state) for row in tx.all(_LIVE, {"engine": engine})]


def ahead(tx: Tx, run_id: str) -> int:
    """Return how many queued runs are of a higher level, or of the same and older."""
    return int(tx.scalar(_AHEAD, {"id": run_id}))


def ahead_of_new(tx: Tx, priority: int) -> int:
    """Return how many queued runs would be before one submitted now."""
    return int(tx.scalar(_AHEAD_OF_NEW, {"priority": priority}))


def estimate(tx: Tx, before: int) -> float | None:
    """Return in how many seconds a run with so many before it may start; None where too few ended of late to tell."""
    ended, seconds = pace(tx)
    return (before + 1) * seconds / ended if ended > 1 and seconds else None


def pace(tx: Tx) -> tuple[int, float]:
    """Return (how many runs ended of late, in how many seconds), for an estimate."""
    row = tx.one_or_none(_PACE)
    assert row is not None
    return int(row.ended), float(row.seconds or 0)


def hold_queued(tx: Tx, reason: str) -> Sequence[Any]:
    """Hold everything queued; returns (id, project_id) of each."""
    return tx.all(_HOLD_ALL, {"reason": reason})


def unhold(tx: Tx, reason: str) -> Sequence[Any]:
    """Queue again what was held for `reason`; returns (id, project_id) of each."""
    return tx.all(_UNHOLD, {"reason": reason})


def counts(tx: Tx) -> dict[str, int]:
    """Return how many runs are in each state that is not final."""
    return {row.state: row.runs for row in tx.all(_COUNTS)}
