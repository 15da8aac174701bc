"""Applications: written at launch, read by id and by page, looked after until they are over."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from fieldstation.core.people.service import Visible
from fieldstation.db import Tx

LAST = "~"  # compares greater than every id
_COLUMNS = """a.id, a.run_id, a.task_id, a.removal_task, a.project, a.name, a.application, a.version, a.title,
    a.variables, a.cost, a.period_seconds, a.pro_rata, a.units, a.coins, a.launched_at, a.answered_at, a.stop_text,
    a.ended_at, a.archived_at IS NOT NULL AS archived, r.username AS owner, r.state, r.message, r.reason,
    (SELECT g.code FROM authority g WHERE g.thing = a.id) AS authorisation"""
_FROM = "FROM app a JOIN run r ON r.id = a.run_id"
_BY_ID = text(f"SELECT {_COLUMNS} {_FROM} WHERE a.id = :id AND a.removed_at IS NULL")
_BY_RUN = text(f"SELECT {_COLUMNS} {_FROM} WHERE a.run_id = :id AND a.removed_at IS NULL")
_INSERT = text("""
    INSERT INTO app (id, run_id, task_id, project, user_id, name, application, version, title, variables, strips,
        within_seconds, product, cost, period_seconds, pro_rata, units)
    VALUES (:id, :run_id, :task_id, :project, :user_id, :name, :application, :version, :title,
        cast(:variables AS jsonb), :strips, :within_seconds, :product, :cost, :period_seconds, :pro_rata, :units)
""")
_OPEN = text("SELECT count(*) FROM app WHERE ended_at IS NULL")
_ARCHIVE = text("""
    UPDATE app SET archived_at = CASE WHEN :archived THEN coalesce(archived_at, station_now()) END WHERE id = :id
""")
_REMOVE = text("""
    WITH closed AS (DELETE FROM app_pass WHERE app_id = :id)
    UPDATE app SET removed_at = station_now(), removal_task = :task WHERE id = :id AND removed_at IS NULL
""")
_OLD = text("""
    SELECT id, user_id, project FROM app WHERE removed_at IS NULL AND archived_at IS NULL
       AND ended_at < station_now() - :seconds * interval '1 second' ORDER BY ended_at LIMIT :limit
""")
_ATTENDED = text("""
    SELECT a.id, a.task_id, a.run_id, a.user_id, a.project, a.product, a.within_seconds, a.cost, a.period_seconds,
           a.pro_rata, a.units, a.warned_at IS NOT NULL AS warned, a.stop_reason IS NOT NULL AS stopping,
           a.coins AS accrued, r.ended_at IS NOT NULL AS over, t.engine, t.id AS attempt_id,
           coalesce(t.state = 'running', false) AS listens,
           cast(extract(epoch FROM station_now() - t.running_at) AS float8) AS running_seconds,
           cast(extract(epoch FROM coalesce(t.exited_at, r.ended_at, station_now()) - a.answered_at) AS float8)
               AS paid_seconds,
           cast(extract(epoch FROM station_now() - a.accrued_at) AS float8) AS accrued_ago
      FROM app a JOIN run r ON r.id = a.run_id LEFT JOIN LATERAL (
           SELECT * FROM attempt o WHERE o.run_id = a.run_id ORDER BY o.number DESC LIMIT 1) t ON true
     WHERE a.ended_at IS NULL ORDER BY a.id LIMIT :limit
""")
_ANSWERED = text("""
    UPDATE app SET answered_at = station_now() WHERE id = :id AND answered_at IS NULL AND ended_at IS NULL RETURNING id
""")
_ACCRUED = text("""
    UPDATE app SET coins = :coins, accrued_at = station_now()
     WHERE id = :id AND (ended_at IS NOT NULL) = :over RETURNING id
""")
_WARNED = text("UPDATE app SET warned_at = station_now() WHERE id = :id AND warned_at IS NULL RETURNING id")
_STOPPING = text("""
    UPDATE app SET stop_reason = :reason, stop_text = :text
     WHERE id = :id AND stop_reason IS NULL AND ended_at IS NULL RETURNING id
""")
_ENDED = text("""
    UPDATE app AS a SET ended_at = station_now()
      FROM run r WHERE a.id = :id AND a.ended_at IS NULL AND r.id = a.run_id AND r.ended_at IS NOT NULL
    RETURNING r.state, r.message, r.reason, r.exit_code, r.started_at, r.ended_at, a.stop_text
""")
_IS_OVER = text("SELECT ended_at IS NOT NULL FROM app WHERE id = :id")


def insert(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a new application."""
    tx.execute(_INSERT, {**values, "variables": json.dumps(values["variables"])})


def count_open(tx: Tx) -> int:
    """Count those that are not over."""
    return int(tx.scalar(_OPEN))


def by_id(tx: Tx, app_id: str) -> Any:
    """Read one that was not removed."""
    return tx.one_or_none(_BY_ID, {"id": app_id})


def by_run(tx: Tx, run_id: str) -> Any:
    """Read the one whose run this is, unless it was removed."""
    return tx.one_or_none(_BY_RUN, {"id": run_id})


def page(tx: Tx, filters: Mapping[str, Any], before: str, limit: int, visible: Visible) -> Sequence[Any]:
    """Read up to `limit` of them, newest first, of all projects that are visible.

    `filters` may have `projects` (ids), and `application`.
    """
    chosen = "p.id = ANY(:projects)" if "projects" in filters else "true"
    of = "o.application = :application" if "application" in filters else "true"
    statement = f"""
        SELECT {_COLUMNS}
          FROM (SELECT n.* FROM project p CROSS JOIN LATERAL (
                    SELECT * FROM app o WHERE o.project = p.id AND o.removed_at IS NULL AND o.id < :before AND {of}
                     ORDER BY o.id DESC LIMIT :limit) n
                 WHERE p.removed_at IS NULL AND {chosen} AND {visible.where("p.id")}
                 ORDER BY n.id DESC LIMIT :limit) a
          JOIN run r ON r.id = a.run_id ORDER BY a.id DESC
    """
    return tx.all(text(statement), {"before": before, "limit": limit, **filters, **visible.values})


def archive(tx: Tx, app_id: str, *, archived: bool) -> None:
    """Keep one for ever, or as long as others."""
    tx.execute(_ARCHIVE, {"id": app_id, "archived": archived})


def remove(tx: Tx, app_id: str, task: str) -> None:
    """Take one out of sight, and close every way into it."""
    tx.execute(_REMOVE, {"id": app_id, "task": task})


def old(tx: Tx, seconds: float, limit: int) -> Sequence[Any]:
    """Read those that ended so long ago and that nobody archived."""
    return tx.all(_OLD, {"seconds": seconds, "limit": limit})


def attended(tx: Tx, limit: int) -> Sequence[Any]:
    """Read those that are not over, with the newest attempt of each."""
    return tx.all(_ATTENDED, {"limit": limit})


def answered(tx: Tx, app_id: str) -> bool:
    """Note that one answers from now on; False when that was known."""
    return tx.scalar(_ANSWERED, {"id": app_id}) is not None


def accrued(tx: Tx, app_id: str, coins: Decimal, *, over: bool) -> bool:
    """Write what one has cost until now, or until it was `over`; False when that is not so."""
    return tx.scalar(_ACCRUED, {"id": app_id, "coins": coins, "over": over}) is not None


def warned(tx: Tx, app_id: str) -> bool:
    """Note that one's people were warned; False when they were before."""
    return tx.scalar(_WARNED, {"id": app_id}) is not None


def stopping(tx: Tx, app_id: str, reason: str, why: str) -> bool:
    """Note why the station ends one; False when it is being ended or over."""
    return tx.scalar(_STOPPING, {"id": app_id, "reason": reason, "text": why}) is not None


def ended(tx: Tx, app_id: str) -> Any:
    """Note that one is over, and read how its run ended; None when that was known, or its run has not ended."""
    return tx.one_or_none(_ENDED, {"id": app_id})


def is_over(tx: Tx, app_id: str) -> bool:
    """Tell whether one is over."""
    return bool(tx.scalar(_IS_OVER, {"id": app_id}))
