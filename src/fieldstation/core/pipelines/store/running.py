"""Workflows that run and their steps: written when somebody asks, read by id and by page."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.people.service import Visible
from fieldstation.db import Tx

FIRST, LAST = "", "~"  # compare less and greater than every id
_COLUMNS = """r.id, r.name, r.workflow_id, w.name AS workflow_name, w.version, r.project, p.name AS project_name,
    u.username, r.user_id, r.state, r.document, r.variables, r.debug, r.error_number, r.error, r.started_at,
    r.ended_at, s.username AS stopping"""
_FROM = """FROM {source} r JOIN workflow w ON w.id = r.workflow_id JOIN project p ON p.id = r.project
      JOIN station_user u ON u.id = r.user_id LEFT JOIN station_user s ON s.id = r.stopped_by"""
_INSERT = text("""
    INSERT INTO running_workflow (id, workflow_id, project, user_id, name, document, variables, debug, request_key,
        request_digest)
    VALUES (:id, :workflow_id, :project, :user_id, :name, cast(:document AS json), cast(:variables AS json), :debug,
        :request_key, :request_digest)
    ON CONFLICT DO NOTHING
    RETURNING id
""")
_BY_KEY = text("""
    SELECT id, request_digest FROM running_workflow WHERE user_id = :user_id AND request_key = :key
""")
_ONE = _FROM.format(source="running_workflow") + " WHERE r.id = :id AND r.removed_at IS NULL"
_BY_ID = text(f"SELECT {_COLUMNS} {_ONE}")
_STOP = text("""
    UPDATE running_workflow SET stopped_by = :user_id, due_at = station_now()
     WHERE id = :id AND ended_at IS NULL AND stopped_by IS NULL
    RETURNING id
""")
_REMOVE = text("UPDATE running_workflow SET removed_at = station_now() WHERE id = :id AND removed_at IS NULL")
_OPEN_IN = text("SELECT EXISTS (SELECT 1 FROM running_workflow WHERE project = :thing AND ended_at IS NULL)")
_OPEN_OF = text("SELECT EXISTS (SELECT 1 FROM running_workflow WHERE user_id = :thing AND ended_at IS NULL)")
_STEPS = """
    SELECT s.id, s.name, s.replica, s.replicas, s.state, s.variables, s.instance_id, s.error_number, s.error,
           s.started_at, s.ended_at, i.task_id, i.run_id
      FROM running_step s LEFT JOIN instance i ON i.id = s.instance_id
     WHERE s.running_id = :running AND s.id > :after ORDER BY s.id LIMIT :limit
"""
_FORGET = text("""
    UPDATE running_workflow SET request_key = NULL, request_digest = NULL
     WHERE request_key IS NOT NULL AND started_at < station_now() - interval '48 hours'
""")


def insert(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write a workflow that begins to run; False when its key was used."""
    return tx.scalar(_INSERT, values) is not None


def by_key(tx: Tx, user_id: str, key: str) -> Any:
    """Read what a key of somebody's stands for; None when for nothing."""
    return tx.one_or_none(_BY_KEY, {"user_id": user_id, "key": key})


def by_id(tx: Tx, running_id: str) -> Any:
    """Read one that was not removed."""
    return tx.one_or_none(_BY_ID, {"id": running_id})


def page(tx: Tx, filters: Mapping[str, str], after: str, limit: int, seen: tuple[Visible, bool]) -> Sequence[Any]:
    """Read up to `limit` of those in visible projects behind an id, newest first or, with `seen[1]`, oldest first.

    `filters` may have `project` and `workflow`. Those of each project come from its index, so that the cost does not
    grow with other people's.
    """
    visible, oldest_first = seen
    direction, sign = ("ASC", ">") if oldest_first else ("DESC", "<")
    chosen = "p.id = :project" if "project" in filters else "true"
    narrowed = " AND o.workflow_id = :workflow" if "workflow" in filters else ""
    source = f"""(
        SELECT n.* FROM project p CROSS JOIN LATERAL (
            SELECT * FROM running_workflow o
             WHERE o.project = p.id AND o.removed_at IS NULL AND o.id {sign} :after{narrowed}
             ORDER BY o.id {direction} LIMIT :limit) n
         WHERE p.removed_at IS NULL AND {chosen} AND {visible.where("p.id")}
         ORDER BY n.id {direction} LIMIT :limit)"""
    statement = f"SELECT {_COLUMNS} {_FROM.format(source=source)} ORDER BY r.id {direction}"
    return tx.listed(text(statement), {"after": after, "limit": limit, **filters, **visible.values})


def steps(tx: Tx, running_id: str, after: str, limit: int) -> Sequence[Any]:
    """Read up to `limit` steps behind an id, in the order in which they were launched."""
    return tx.all(text(_STEPS), {"running": running_id, "after": after, "limit": limit})


def stop(tx: Tx, running_id: str, user_id: str) -> bool:
    """Note that somebody wants the end of it; False when somebody did before, or it has ended."""
    return tx.scalar(_STOP, {"id": running_id, "user_id": user_id}) is not None


def remove(tx: Tx, running_id: str) -> None:
    """Take one out of sight."""
    tx.execute(_REMOVE, {"id": running_id})


def open_in(tx: Tx, project: str) -> bool:
    """Tell whether any runs in a project."""
    found: bool = tx.scalar(_OPEN_IN, {"thing": project})
    return found


def open_of(tx: Tx, user_id: str) -> bool:
    """Tell whether any of a user's runs."""
    found: bool = tx.scalar(_OPEN_OF, {"thing": user_id})
    return found


def forget(tx: Tx) -> None:
    """Forget the keys of two days ago."""
    tx.execute(_FORGET)
