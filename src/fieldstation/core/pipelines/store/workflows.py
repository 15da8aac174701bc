"""Workflows: drafts and their versions, read by id and by page of the scopes that somebody sees."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

LAST = "~"  # compares greater than every id
_COLUMNS = """w.id, w.user_id, w.name, w.scope, w.scope_id, w.word, w.version, w.source, w.document, w.faults,
           w.created_at, w.changed_at"""
_INSERT = text("""
    INSERT INTO workflow (id, user_id, name, scope, scope_id, word, version, source, definition, document, faults)
    VALUES (:id, :user_id, :name, :scope, :scope_id, :word, :version, :source, :definition, cast(:document AS json),
            cast(:faults AS json))
    ON CONFLICT DO NOTHING
    RETURNING id
""")
_CHANGE = text("""
    UPDATE workflow SET name = :name, definition = :definition, document = cast(:document AS json),
           faults = cast(:faults AS json), changed_at = station_now()
     WHERE id = :id
""")
_REMOVE = text("UPDATE workflow SET removed_at = station_now() WHERE id = :id")
_HAS_VERSIONS = text("SELECT EXISTS (SELECT 1 FROM workflow WHERE source = :id AND removed_at IS NULL)")

Seen = tuple[str | None, Mapping[str, Any]]  # the query of the scopes that somebody sees, None for all, and its values


def insert(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write a new workflow; False when its source has this version."""
    return tx.scalar(_INSERT, values) is not None


def one(tx: Tx, workflow_id: str, seen: Seen, *, lock: bool = False) -> Any:
    """Read one workflow of the scopes that are seen, with its text; `lock` lets nobody else change it meanwhile."""
    within = "" if seen[0] is None else f" AND (w.scope, w.scope_id) IN ({seen[0]})"
    statement = f"SELECT {_COLUMNS}, w.definition FROM workflow w WHERE w.id = :id AND w.removed_at IS NULL{within}"
    return tx.one_or_none(text(statement + " FOR UPDATE OF w" * lock), {"id": workflow_id, **seen[1]})


def page(tx: Tx, before: str, limit: int, filters: Mapping[str, str], seen: Seen) -> Sequence[Any]:
    """Read up to `limit` workflows of the scopes that are seen, newest first, behind the id `before`.

    `filters` may have `source`. Of each scope no more than `limit` are looked up.
    """
    narrowed = " AND w.source = :source" if "source" in filters else ""
    newest = f"w.removed_at IS NULL AND w.id < :before{narrowed} ORDER BY w.id DESC LIMIT :limit"
    statement = f"SELECT {_COLUMNS} FROM workflow w WHERE {newest}"
    if seen[0] is not None:
        statement = f"""
            WITH seen_scope (scope, scope_id) AS MATERIALIZED ({seen[0]})
            SELECT of_scope.* FROM seen_scope CROSS JOIN LATERAL (
                SELECT {_COLUMNS} FROM workflow w
                 WHERE w.scope = seen_scope.scope AND w.scope_id = seen_scope.scope_id AND {newest}) of_scope
             ORDER BY of_scope.id DESC LIMIT :limit"""
    return tx.listed(text(statement), {"before": before, "limit": limit, **filters, **seen[1]})


def seen_scopes(projects: str, units: str, organisations: str) -> str:
    """Write the query of the scopes whose workflows somebody sees, of conditions on the things of each kind.

    Those stand on the column `{thing}`; `:own_name` is who asks.
    """
    return f"""
        SELECT 'global', '' UNION ALL SELECT 'user', cast(:own_name AS text)
         UNION ALL SELECT 'project', j.id FROM project j WHERE {projects.replace("{thing}", "j.id")}
         UNION ALL SELECT 'organisation', o.id FROM organisation o WHERE {organisations.replace("{thing}", "o.id")}
         UNION ALL SELECT 'unit', n.id FROM unit n WHERE {units.replace("{thing}", "n.id")}
         UNION ALL SELECT 'product', p.id FROM product p WHERE {units.replace("{thing}", "p.unit")}"""


def change(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write what may change about a draft."""
    tx.execute(_CHANGE, values)


def remove(tx: Tx, workflow_id: str) -> None:
    """Take a workflow out of sight."""
    tx.execute(_REMOVE, {"id": workflow_id})


def has_versions(tx: Tx, workflow_id: str) -> bool:
    """Tell whether a draft has versions."""
    found: bool = tx.scalar(_HAS_VERSIONS, {"id": workflow_id})
    return found
