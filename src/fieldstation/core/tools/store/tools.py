"""The SQL of tools, their versions and revisions."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

LAST = "~"  # compares greater than every id and every sort key

_WORDS = """to_tsvector('simple', regexp_replace(:name, '[^a-z0-9]+', ' ', 'g') || ' ' || :name
                                  || ' ' || :title || ' ' || :description)"""

# Makes the tool, or finds and locks it, so that versions of one tool are published one after the other.
_PUT_TOOL = text(f"""
    INSERT INTO tool (id, namespace, name, newest, title, description, takes, app, words)
    VALUES (:id, :namespace, :name, :newest, :title, :description, :takes, :app, {_WORDS})
    ON CONFLICT (namespace, name) DO UPDATE SET name = excluded.name
    RETURNING id, xmax = 0 AS made
""")
_PUT_REVISION = text("""
    INSERT INTO tool_revision (revision, definition) VALUES (:revision, cast(:definition AS json))
    ON CONFLICT (revision) DO NOTHING
""")
_DEFINITION = text("SELECT definition FROM tool_revision WHERE revision = :revision")
_PUT_VERSION = text("""
    INSERT INTO tool_version (tool_id, version, sort_key, revision, text, published_by)
    VALUES (:tool_id, :version, :sort_key, :revision, :text, :published_by)
    ON CONFLICT (tool_id, version) DO NOTHING
    RETURNING version
""")
# The newest release; a pre-release only where there is no release.
_NEWEST = text("""
    SELECT version FROM tool_version WHERE tool_id = :tool_id
     ORDER BY sort_key NOT LIKE '%~', sort_key DESC LIMIT 1
""")
_POINT = text(f"""
    UPDATE tool SET newest = :newest, title = :title, description = :description, takes = :takes, app = :app,
           words = {_WORDS}
     WHERE id = :id
""")
# Of several tools with one name, the caller's own comes first, then the station's. Without a label the newest is meant.
_FIND = """
    SELECT t.id, t.namespace, t.name, v.version, v.revision FROM tool t
      LEFT JOIN tool_version v ON v.tool_id = t.id AND v.version = coalesce(cast(:label AS text), t.newest)
     WHERE {column} = :reference AND {visible}
     ORDER BY t.namespace = :own DESC, t.namespace = :station DESC, t.id DESC
     LIMIT 3
"""
_VERSION = text("""
    SELECT t.id AS tool_id, t.namespace, t.name, v.version, v.revision, v.text, v.published_at, v.published_by,
           r.definition
      FROM tool_version v
      JOIN tool t ON t.id = v.tool_id
      JOIN tool_revision r ON r.revision = v.revision
     WHERE v.tool_id = :tool_id AND v.version = :version
""")
_VERSIONS = text("""
    SELECT version, revision, sort_key, published_at, published_by FROM tool_version
     WHERE tool_id = :tool_id AND sort_key < :before
     ORDER BY sort_key DESC LIMIT :limit
""")
_LABELS = text("""
    SELECT t.name, v.version FROM tool t JOIN tool_version v ON v.tool_id = t.id
     WHERE t.namespace = :namespace ORDER BY v.sort_key DESC, t.name
""")
_PAGE = """
    SELECT t.id, t.namespace, t.name, t.newest, t.title, t.description, t.created_at FROM tool t
     WHERE t.id < :before AND {visible} AND {match}
     ORDER BY t.id DESC LIMIT :limit
"""
_MATCH = "t.words @@ to_tsquery('simple', :query)"


def put_tool(tx: Tx, values: Mapping[str, Any]) -> tuple[str, bool]:
    """Make a tool, or lock the one of this namespace and name; return its id, and whether it is new."""
    row = tx.one_or_none(_PUT_TOOL, values)
    assert row is not None
    return row.id, row.made


def put_revision(tx: Tx, revision: str, definition: str) -> None:
    """Keep a definition (JSON text) under its revision."""
    tx.execute(_PUT_REVISION, {"revision": revision, "definition": definition})


def put_version(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Insert a version; False when the tool has one of this label."""
    return tx.scalar(_PUT_VERSION, values) is not None


def newest(tx: Tx, tool_id: str) -> str:
    """Read the label of the version that a bare name means."""
    return str(tx.scalar(_NEWEST, {"tool_id": tool_id}))


def point(tx: Tx, values: Mapping[str, Any]) -> None:
    """Have a tool show a newer version of itself."""
    tx.execute(_POINT, values)


def find(tx: Tx, column: str, visible: str, values: Mapping[str, Any]) -> Sequence[Any]:
    """Read up to three tools whose `column` (a literal of ours) is the reference and that `visible` lets through.

    `version` and `revision` are None where a tool has no version of that label.
    """
    return tx.all(text(_FIND.format(column=column, visible=visible)), values)


def version(tx: Tx, tool_id: str, label: str) -> Any:
    """Read one version with its definition; None when there is none."""
    return tx.one_or_none(_VERSION, {"tool_id": tool_id, "version": label})


def definition(tx: Tx, revision: str) -> Mapping[str, Any] | None:
    """Return the normalised definition of a revision."""
    found: Mapping[str, Any] | None = tx.scalar(_DEFINITION, {"revision": revision})
    return found


def versions(tx: Tx, tool_id: str, before: str, limit: int) -> Sequence[Any]:
    """Read up to `limit` versions, the highest first, behind the sort key `before`."""
    return tx.all(_VERSIONS, {"tool_id": tool_id, "before": before, "limit": limit})


def labels(tx: Tx, namespace: str) -> Sequence[Any]:
    """Read the names and versions of all tools of a namespace, the highest versions first."""
    return tx.all(_LABELS, {"namespace": namespace})


def takers(tx: Tx, visible: str, values: Mapping[str, Any]) -> Sequence[Any]:
    """Read a page of tools, newest first, that take one of `types`."""
    return tx.listed(text(_PAGE.format(visible=visible, match="t.takes && cast(:types AS text[])")), values)


def apps(tx: Tx, visible: str, values: Mapping[str, Any]) -> Sequence[Any]:
    """Read a page of applications, newest first."""
    return tx.listed(text(_PAGE.format(visible=visible, match="t.app")), values)


def page(tx: Tx, visible: str, query: str | None, values: Mapping[str, Any]) -> Sequence[Any]:
    """Read a page of tools, newest first; `query` is a tsquery of the configuration `simple`."""
    statement = text(_PAGE.format(visible=visible, match="true" if query is None else _MATCH))
    return tx.all(statement, values if query is None else {**values, "query": query})
