"""Attempts after their claim: started, stopped, exited, collected, ended. Each write moves only from the state and
under the fence that its writer saw; who hits no row reads again and obeys.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Collectable, End, Exit, Holder, Moved, Running, RunOutput, TakenOver
from fieldstation.db import Tx

_STARTED = text("""
    WITH moved AS (
        UPDATE attempt SET state = 'running', handle = row.handle, holder = NULL, running_at = station_now()
          FROM unnest(cast(:ids AS text[]), cast(:fences AS bigint[]), cast(:handles AS text[]))
               AS row (id, fence, handle)
         WHERE attempt.id = row.id AND attempt.fence = row.fence AND attempt.state = 'staging'
        RETURNING attempt.id, attempt.run_id
    ), followed AS (
        UPDATE run SET state = 'running' FROM moved WHERE run.id = moved.run_id
        RETURNING run.id, run.project_id, run.attempts
    )
    SELECT moved.id AS attempt_id, followed.id AS run_id, followed.project_id, followed.attempts
      FROM moved JOIN followed ON followed.id = moved.run_id
""")
_EXITED = text("""
    WITH moved AS (
        UPDATE attempt SET state = 'collecting', exited_at = station_now(), lost = row.lost, exit_code = row.exit_code,
               stop_reason = CASE WHEN NOT row.stopped THEN NULL
                                  WHEN stop_reason = 'soft_time_limit' AND row.exit_code = 128 + 9
                                       AND hard_deadline <= station_now() THEN 'time_limit'
                                  ELSE stop_reason END,
               breaches = ARRAY(SELECT jsonb_array_elements_text(row.breaches)), usage = row.usage
          FROM jsonb_to_recordset(cast(:exits AS jsonb))
               AS row (id text, lost boolean, stopped boolean, exit_code integer, breaches jsonb, usage jsonb)
         WHERE attempt.id = row.id AND attempt.state = 'running'
        RETURNING attempt.id, attempt.run_id
    ), followed AS (
        UPDATE run SET state = 'collecting' FROM moved WHERE run.id = moved.run_id
        RETURNING run.id, run.project_id, run.attempts
    )
    SELECT moved.id AS attempt_id, followed.id AS run_id, followed.project_id, followed.attempts
      FROM moved JOIN followed ON followed.id = moved.run_id
""")
_RUNNING = text("""
    SELECT a.id, a.handle, a.stop_reason, a.stop_asked_at IS NOT NULL AS asked, a.kill_asked_at IS NOT NULL AS killed,
           r.cancel_requested_at IS NOT NULL AS cancel,
           cast(extract(epoch FROM a.soft_deadline - station_now()) AS float8) AS soft_left,
           cast(extract(epoch FROM a.hard_deadline - station_now()) AS float8) AS hard_left,
           cast(extract(epoch FROM station_now() - a.stop_asked_at) AS float8) AS asked_ago,
           r.grace_seconds AS grace
      FROM attempt a JOIN run r ON r.id = a.run_id
     WHERE a.engine = :engine AND a.state = 'running' AND a.released_at IS NULL
""")
_STOP_ASKED = text("""
    UPDATE attempt SET stop_reason = CASE WHEN stop_reason = 'stopped_by_user' THEN stop_reason ELSE row.reason END,
           stop_asked_at = CASE WHEN row.kill THEN coalesce(stop_asked_at, station_now()) ELSE station_now() END,
           kill_asked_at = CASE WHEN row.kill THEN station_now() END
      FROM unnest(cast(:ids AS text[]), cast(:reasons AS text[]), cast(:kills AS boolean[])) AS row (id, reason, kill)
     WHERE attempt.id = row.id AND attempt.state = 'running'
    RETURNING attempt.id
""")
_RENEW = text("""
    UPDATE attempt SET lease_expires = station_now() + :seconds * interval '1 second'
     WHERE id = ANY(:ids) AND holder = :holder AND state IN ('staging', 'collecting') RETURNING id
""")
_CLAIM_COLLECT = text("""
    UPDATE attempt SET holder = :holder, fence = nextval('fence'),
           lease_expires = station_now() + :seconds * interval '1 second'
     WHERE id IN (SELECT id FROM attempt
                   WHERE engine = :engine AND state = 'collecting' AND released_at IS NULL
                     AND (holder IS NULL OR lease_expires <= station_now() OR holder = ANY(:dead))
                   ORDER BY exited_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING id, run_id, number, fence, lost, exit_code, breaches, usage, stop_reason, claimed_at,
           (SELECT count(*) FROM attempt tried
             WHERE tried.run_id = attempt.run_id AND tried.running_at IS NOT NULL) AS tries
""")
_UNDER_WAY = text("""
    SELECT count(*) FROM attempt WHERE engine = :engine AND released_at IS NULL AND state IN ('staging', 'running')
""")
_TAKE_OVER = text("""
    UPDATE attempt SET holder = :holder, fence = nextval('fence'),
           lease_expires = station_now() + :seconds * interval '1 second'
     WHERE engine = :engine AND state = 'staging' AND released_at IS NULL
       AND (lease_expires <= station_now() OR holder = ANY(:dead))
    RETURNING id, run_id, number, fence, uid
""")
_STAGING_HOLDERS = text("""
    SELECT DISTINCT holder FROM attempt
     WHERE engine = :engine AND state IN ('staging', 'collecting') AND released_at IS NULL AND holder IS NOT NULL
""")
_OVER = text("SELECT id FROM attempt WHERE id = ANY(:ids) AND state = 'ended'")
_END_ATTEMPTS = text("""
    UPDATE attempt SET state = 'ended', outcome = row.outcome, reason = row.reason, ended_at = station_now(),
           exited_at = coalesce(exited_at, station_now()), logs = row.logs, holder = NULL
      FROM jsonb_to_recordset(cast(:ends AS jsonb))
           AS row (id text, fence bigint, outcome text, reason text, logs jsonb)
     WHERE attempt.id = row.id AND attempt.fence = row.fence AND attempt.state IN ('staging', 'collecting')
    RETURNING attempt.id
""")
_END_RUNS = text("""
    UPDATE run SET message = row.message, exit_code = row.exit_code,
           state = CASE WHEN row.state = 'queued' AND cancel_requested_at IS NOT NULL THEN 'canceled'
                        ELSE row.state END,
           reason = CASE WHEN row.state = 'queued' AND cancel_requested_at IS NOT NULL THEN :stopped_by_user
                         ELSE row.reason END,
           ended_at = CASE WHEN row.state <> 'queued' OR cancel_requested_at IS NOT NULL THEN station_now() END
      FROM jsonb_to_recordset(cast(:ends AS jsonb))
           AS row (run_id text, state text, reason text, message text, exit_code integer)
     WHERE run.id = row.run_id AND run.state IN ('staging', 'collecting')
    RETURNING run.id, run.project_id, run.attempts, run.state
""")
_OUTPUTS = text("""
    INSERT INTO run_output (run_id, version_id, dataset_id, number)
    SELECT * FROM unnest(cast(:runs AS text[]), cast(:versions AS text[]), cast(:datasets AS text[]),
                         cast(:numbers AS integer[]))
""")
_USE = text("""
    INSERT INTO project_use AS used (project_id, used_seconds, counted_at)
    SELECT r.project_id, sum(extract(epoch FROM coalesce(a.exited_at, station_now()) - a.claimed_at)), station_now()
      FROM attempt a JOIN run r ON r.id = a.run_id WHERE a.id = ANY(:ids) GROUP BY r.project_id ORDER BY r.project_id
    ON CONFLICT (project_id) DO UPDATE
       SET used_seconds = excluded.used_seconds + used.used_seconds
               * power(0.5, greatest(extract(epoch FROM excluded.counted_at - used.counted_at), 0) / 3600),
           counted_at = excluded.counted_at
""")
_RELEASED = text("UPDATE attempt SET released_at = station_now() WHERE id = ANY(:ids)")
_UNRELEASED = text("""
    SELECT id FROM attempt WHERE engine = :engine AND state = 'ended' AND released_at IS NULL
       AND ended_at < station_now() - interval '5 seconds' LIMIT :limit
""")


def started(tx: Tx, starts: Sequence[tuple[str, int, str]]) -> Sequence[Moved]:
    """Move (attempt, fence, handle) to running; what is not returned was taken from its holder."""
    ids, fences, handles = zip(*starts, strict=True)
    values = {"ids": list(ids), "fences": list(fences), "handles": list(handles)}
    return _moved(tx.all(_STARTED, values), State.RUNNING)


def exited(tx: Tx, exits: Sequence[Exit]) -> Sequence[Moved]:
    """Record how processes ended; their runs are collecting from now on.

    Who was asked to end at the soft limit and was killed once the hard one had passed met the hard limit: the engine's
    own grace may end a moment before the watcher would have said so.
    """
    rows = [
        {
            "id": ended.attempt_id,
            "lost": ended.lost,
            "stopped": ended.stopped,
            "exit_code": ended.exit_code,
            "breaches": sorted(ended.breaches),
            "usage": dict(ended.usage),
        }
        for ended in exits
    ]
    return _moved(tx.all(_EXITED, {"exits": json.dumps(rows)}), State.COLLECTING)


def running(tx: Tx, engine: str) -> Sequence[Running]:
    """Return every running attempt of an engine, with all that decides whether it must be stopped."""
    return [Running(**row._asdict()) for row in tx.all(_RUNNING, {"engine": engine})]


def stop_asked(tx: Tx, stops: Sequence[tuple[str, str, bool]]) -> Sequence[str]:
    """Record, before any signal, that (attempt, reason, kill) is being stopped; returns the attempts still running."""
    ids, reasons, kills = zip(*stops, strict=True)
    return [row.id for row in tx.all(_STOP_ASKED, {"ids": list(ids), "reasons": list(reasons), "kills": list(kills)})]


def renew(tx: Tx, holder: Holder, attempt_ids: Sequence[str]) -> set[str]:
    """Prolong the claims on these attempts; what is not returned was lost."""
    values = {"ids": list(attempt_ids), "holder": holder.name, "seconds": holder.lease_seconds}
    return {row.id for row in tx.all(_RENEW, values)}


def holders(tx: Tx, engine: str) -> Sequence[str]:
    """Return who holds claims on attempts of an engine."""
    return [row.holder for row in tx.all(_STAGING_HOLDERS, {"engine": engine})]


def take_over(tx: Tx, holder: Holder, dead: Sequence[str]) -> Sequence[TakenOver]:
    """Take staging attempts whose claim ran out or whose holder is known to be dead."""
    values = {"engine": holder.engine, "holder": holder.name, "seconds": holder.lease_seconds, "dead": list(dead)}
    return [
        TakenOver(attempt_id=row.id, run_id=row.run_id, number=row.number, fence=row.fence)
        for row in tx.all(_TAKE_OVER, values)
    ]


def over(tx: Tx, attempt_ids: Sequence[str]) -> Sequence[str]:
    """Return those of these attempts that ended."""
    return [row.id for row in tx.all(_OVER, {"ids": list(attempt_ids)})]


def claim_collect(tx: Tx, holder: Holder, limit: int, dead: Sequence[str]) -> Sequence[Collectable]:
    """Claim attempts whose process is gone, oldest first."""
    values = {
        "engine": holder.engine,
        "holder": holder.name,
        "seconds": holder.lease_seconds,
        "limit": limit,
        "dead": list(dead),
    }
    return [
        Collectable(
            attempt_id=row.id,
            run_id=row.run_id,
            number=row.number,
            fence=row.fence,
            lost=row.lost,
            exit_code=row.exit_code,
            breaches=frozenset(row.breaches),
            usage=row.usage,
            stop_reason=row.stop_reason,
            claimed_at=row.claimed_at,
            tries=row.tries,
        )
        for row in tx.all(_CLAIM_COLLECT, values)
    ]


def under_way(tx: Tx, engine: str) -> int:
    """Return how many attempts of an engine are on their way to their end."""
    return int(tx.scalar(_UNDER_WAY, {"engine": engine}))


def end(tx: Tx, ends: Sequence[End]) -> Sequence[Moved]:
    """End attempts under their fences and move their runs; what is not returned was taken from its holder.

    A run that would be queued again is canceled instead where somebody asked for that.
    """
    rows = [{name: getattr(item, name) for name in End.__dataclass_fields__} for item in ends]
    attempts = json.dumps([{**row, "id": row["attempt_id"]} for row in rows])
    kept = {row.id for row in tx.all(_END_ATTEMPTS, {"ends": attempts})}
    runs = json.dumps([{**row, "reason": row["run_reason"]} for row in rows if row["attempt_id"] in kept])
    attempt_of = {row["run_id"]: row["attempt_id"] for row in rows}
    return [
        Moved(
            attempt_id=attempt_of[row.id],
            run_id=row.id,
            project_id=row.project_id,
            number=row.attempts,
            state=State(row.state),
        )
        for row in tx.all(_END_RUNS, {"ends": runs, "stopped_by_user": Reason.STOPPED_BY_USER})
    ]


def add_outputs(tx: Tx, outputs: Sequence[tuple[str, RunOutput]]) -> None:
    """Write which versions the runs made."""
    tx.execute(
        _OUTPUTS,
        {
            "runs": [run_id for run_id, _ in outputs],
            "versions": [output.version_id for _, output in outputs],
            "datasets": [output.dataset_id for _, output in outputs],
            "numbers": [output.number for _, output in outputs],
        },
    )


def add_use(tx: Tx, attempt_ids: Sequence[str]) -> None:
    """Add the slot seconds of ended attempts to what their projects used, decayed by half each hour."""
    tx.execute(_USE, {"ids": list(attempt_ids)})


def released(tx: Tx, attempt_ids: Sequence[str]) -> None:
    """Record that no trace of these attempts is left at their engine; their uids are free."""
    tx.execute(_RELEASED, {"ids": list(attempt_ids)})


def unreleased(tx: Tx, engine: str, limit: int) -> Sequence[str]:
    """Return ended attempts of which the engine may still have traces."""
    return [row.id for row in tx.all(_UNRELEASED, {"engine": engine, "limit": limit})]


def _moved(rows: Sequence[Any], state: State) -> Sequence[Moved]:
    return [
        Moved(attempt_id=row.attempt_id, run_id=row.run_id, project_id=row.project_id, number=row.attempts, state=state)
        for row in rows
    ]
