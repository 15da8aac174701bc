"""Versions removed for themselves: marked, then rid of their files."""

from sqlalchemy import text

from fieldstation.core.datasets.model import SingleFile, Stage
from fieldstation.db import Tx

_MARK = text("UPDATE version SET removed = station_now() WHERE id = :id AND removed IS NULL RETURNING id")
_DELETING = text("""
    INSERT INTO arrival AS a (version_id, unit, file_name, media_type, source, skip_load, stage, removed_by)
    VALUES (:id, NULL, :file_name, :media_type, '', false, :stage, :removed_by)
    ON CONFLICT (version_id) DO UPDATE SET stage = excluded.stage, removed_by = excluded.removed_by
""")
_LIVING = text("SELECT EXISTS (SELECT 1 FROM version v WHERE v.dataset_id = :dataset_id AND v.removed IS NULL)")
_FREED = text("""
    SELECT d.id, d.owner, d.size, v.key,
           (SELECT coalesce(sum(f.size), 0) FROM version_file f
             WHERE f.version_key = v.key AND NOT v.in_place
               AND NOT EXISTS (SELECT 1 FROM version_file o JOIN version w ON w.key = o.version_key
                                WHERE o.sha256 = f.sha256 AND w.dataset_id = d.id AND w.removed IS NULL)) AS freed
      FROM version v JOIN dataset d ON d.id = v.dataset_id WHERE v.id = :id AND v.removed IS NOT NULL
       FOR NO KEY UPDATE OF d
""")
_FORGET_FILES = text("DELETE FROM version_file WHERE version_key = :key")
_FORGET_SOURCES = text("DELETE FROM version_source WHERE version_key = :key")
_SHRINK = text("UPDATE dataset SET size = size - :freed WHERE id = :id")


def mark(tx: Tx, single: SingleFile, removed_by: str) -> bool:
    """Have nobody use a version any more; False when somebody removed it before."""
    if not tx.all(_MARK, {"id": single.version_id}):
        return False
    values = {
        "id": single.version_id,
        "file_name": single.file_name,
        "media_type": single.media_type,
        "stage": Stage.DELETING,
        "removed_by": removed_by,
    }
    tx.execute(_DELETING, values)
    return True


def has_living(tx: Tx, dataset_id: str) -> bool:
    """Tell whether a data set has a version that was not removed."""
    return bool(tx.scalar(_LIVING, {"dataset_id": dataset_id}))


def forget(tx: Tx, version_id: str) -> tuple[str, int] | None:
    """Forget the files of a removed version; returns whose account had them, and how many bytes it is rid of.

    What another version of the data set has too is still kept. None when there is no such version.
    """
    row = tx.one_or_none(_FREED, {"id": version_id})
    if row is None:
        return None
    freed = min(int(row.freed), int(row.size))
    tx.execute(_FORGET_FILES, {"key": row.key})
    tx.execute(_FORGET_SOURCES, {"key": row.key})
    tx.execute(_SHRINK, {"id": row.id, "freed": freed})
    return row.owner, freed
