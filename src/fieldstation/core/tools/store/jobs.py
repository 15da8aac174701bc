"""The SQL of jobs: versions whose label a reload moves, and what is kept of where it pointed before."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

# Locked, so that two loads of one job come one after the other.
_POINTED = text("""
    SELECT revision, text, published_at, published_by FROM tool_version
     WHERE tool_id = :tool_id AND version = :version FOR UPDATE
""")
_KEEP_PAST = text("""
    INSERT INTO tool_version_past (id, tool_id, version, revision, text, published_at, published_by)
    SELECT :id, tool_id, version, revision, text, published_at, published_by FROM tool_version
     WHERE tool_id = :tool_id AND version = :version
""")
_MOVE = text("""
    UPDATE tool_version SET revision = :revision, text = :text, published_at = station_now(),
                            published_by = :published_by
     WHERE tool_id = :tool_id AND version = :version
""")
_DROP = text("""
    DELETE FROM tool_version v USING tool t
     WHERE t.id = v.tool_id AND v.tool_id = :tool_id AND v.version = :version
""")
_PAST = text("""
    SELECT id, revision, published_at, published_by, ended_at FROM tool_version_past
     WHERE tool_id = :tool_id AND version = :version AND id < :before ORDER BY id DESC LIMIT :limit
""")
_LEFT = text("SELECT count(*) FROM tool_version WHERE tool_id = :tool_id")
UNRATED = "NOT EXISTS (SELECT 1 FROM tool_rate x WHERE x.job = d.key)"
_NEWEST_RATE = "(SELECT x.rate FROM tool_rate x WHERE x.job = {job} ORDER BY x.id DESC LIMIT 1)"
_JOB = "substr(t.namespace, 9) || '|' || t.name || '|' || v.version"  # behind `squonk2/`
_JOBS = f"""
    SELECT t.id AS tool_id, v.version, v.revision, v.published_at, d.number, {_NEWEST_RATE.format(job="d.key")} AS rate,
           (SELECT m.doc_url FROM tool_manifest_job m
             WHERE m.tool_id = v.tool_id AND m.version = v.version ORDER BY m.manifest_id DESC LIMIT 1) AS doc_url
      FROM tool t
      JOIN tool_version v ON v.tool_id = t.id
      JOIN door_number d ON d.kind = 'job' AND d.key = {_JOB}
     WHERE t.namespace LIKE 'squonk2/%' AND {{visible}} AND {{match}}
     ORDER BY d.number LIMIT cast(:limit AS bigint)
"""
_DEFINITIONS = text("SELECT revision, definition FROM tool_revision WHERE revision = ANY(:revisions)")


def pointed(tx: Tx, tool_id: str, version: str) -> Any:
    """Read where a label points, and keep others from moving it; None where there is none."""
    return tx.one_or_none(_POINTED, {"tool_id": tool_id, "version": version})


def move(tx: Tx, past_id: str, values: Mapping[str, Any]) -> None:
    """Point a label to another revision, keeping where it pointed under `past_id`."""
    tx.execute(_KEEP_PAST, {"id": past_id, "tool_id": values["tool_id"], "version": values["version"]})
    tx.execute(_MOVE, values)


def drop(tx: Tx, past_id: str, tool_id: str, version: str) -> int:
    """Take a version back, keeping where it pointed; return how many versions its tool has left."""
    values = {"tool_id": tool_id, "version": version}
    tx.execute(_KEEP_PAST, {"id": past_id, **values})
    tx.execute(_DROP, values)
    return int(tx.scalar(_LEFT, {"tool_id": tool_id}))


def past(tx: Tx, tool_id: str, version: str, before: str, limit: int) -> Sequence[Any]:
    """Read where a label pointed before, latest first."""
    return tx.all(_PAST, {"tool_id": tool_id, "version": version, "before": before, "limit": limit})


def jobs(tx: Tx, visible: str, values: Mapping[str, Any], *, match: str = "true") -> Sequence[Any]:
    """Read the versions of jobs that `visible` and `match` (literals of ours) let through, by their numbers.

    `limit` among the values bounds them.
    """
    return tx.all(text(_JOBS.format(visible=visible, match=match)), {"limit": None, **values})


def definitions(tx: Tx, revisions: Sequence[str]) -> Sequence[Any]:
    """Read the canonical documents of revisions."""
    return tx.all(_DEFINITIONS, {"revisions": list(revisions)})
