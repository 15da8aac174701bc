"""The SQL of manifests, and of which jobs came from them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_PUT = text("""
    INSERT INTO tool_manifest AS known (id, url, headers, query, strict, created_by)
    VALUES (:id, :url, :headers, :query, coalesce(:strict, false), :created_by)
    ON CONFLICT (url) DO UPDATE SET headers = excluded.headers, query = excluded.query,
           strict = coalesce(:strict, known.strict)
    RETURNING id, strict
""")
_COLUMNS = """id, url, headers, query, strict, created_at, created_by, loaded_at, loaded_well_at, ok, report"""
_ALL = text(f"SELECT {_COLUMNS} FROM tool_manifest WHERE id > :after ORDER BY id LIMIT :limit")
_ONE = text(f"SELECT {_COLUMNS} FROM tool_manifest WHERE id = :id")
_REPORT = text("""
    UPDATE tool_manifest
       SET loaded_at = station_now(), ok = :ok, report = cast(:report AS jsonb),
           loaded_well_at = CASE WHEN :ok THEN station_now() ELSE loaded_well_at END
     WHERE id = :id
""")
_DELETE = text("DELETE FROM tool_manifest WHERE id = :id")
_BIND = text("""
    INSERT INTO tool_manifest_job (manifest_id, tool_id, version, doc_url)
    VALUES (:manifest_id, :tool_id, :version, :doc_url)
    ON CONFLICT (manifest_id, tool_id, version) DO UPDATE SET doc_url = excluded.doc_url
""")
# The jobs that came from this manifest and from no other.
_ALONE = text("""
    SELECT j.tool_id, j.version FROM tool_manifest_job j
     WHERE j.manifest_id = :id
       AND NOT EXISTS (SELECT 1 FROM tool_manifest_job o
                        WHERE o.tool_id = j.tool_id AND o.version = j.version AND o.manifest_id <> j.manifest_id)
     ORDER BY j.tool_id, j.version
""")


def put(tx: Tx, values: Mapping[str, Any]) -> Any:
    """Make a manifest, or lock the one of this address and give it new secrets; return its id, and if it is strict.

    `strict` may be None: as it was.
    """
    return tx.one(_PUT, values)


def page(tx: Tx, after: str, limit: int) -> Sequence[Any]:
    """Read up to `limit` manifests, oldest first."""
    return tx.all(_ALL, {"after": after, "limit": limit})


def one(tx: Tx, manifest_id: str) -> Any:
    """Read one manifest; None when there is none."""
    return tx.one_or_none(_ONE, {"id": manifest_id})


def report(tx: Tx, manifest_id: str, ok: bool, told: str) -> None:
    """Note what a load came to (`told` is JSON text)."""
    tx.execute(_REPORT, {"id": manifest_id, "ok": ok, "report": told})


def delete(tx: Tx, manifest_id: str) -> None:
    """Remove a manifest, and who came from it."""
    tx.execute(_DELETE, {"id": manifest_id})


def bind(tx: Tx, values: Mapping[str, Any]) -> None:
    """Note that a version came from a manifest, and where its documentation lies."""
    tx.execute(_BIND, values)


def alone(tx: Tx, manifest_id: str) -> Sequence[Any]:
    """Read the versions that came from this manifest and no other."""
    return tx.all(_ALONE, {"id": manifest_id})
