"""What lies in one folder of a version: found by jumping along the primary key, never by reading what is below."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.datasets.model import FileEntry, Folder
from fieldstation.db import Tx
from fieldstation.kernel.paging import PageRequest

# Paths have no control characters, so that nothing lies between a path and the same with U+0001 behind it; and '0' is
# the character behind '/', so that `folder0` is the first path behind everything in `folder/`.
_BEHIND_FILE = "\x01"
_BEHIND_FOLDER = "0"
_LAST_PATH = "\U0010ffff" * 2  # behind every path there can be

_ENTRIES = text("""
    WITH RECURSIVE entry AS (
        (SELECT f.path, f.size, f.sha256, f.media_type, 1 AS place FROM version_file f
          WHERE f.version_key = (SELECT key FROM version WHERE id = :version_id)
            AND f.path >= :start AND f.path < :end ORDER BY f.path LIMIT 1)
        UNION ALL
        SELECT n.path, n.size, n.sha256, n.media_type, e.place + 1 FROM entry e CROSS JOIN LATERAL (
            SELECT f.path, f.size, f.sha256, f.media_type FROM version_file f
             WHERE f.version_key = (SELECT key FROM version WHERE id = :version_id)
               AND f.path >= CASE WHEN strpos(substr(e.path, :inside), '/') > 0
                                  THEN :folder || split_part(substr(e.path, :inside), '/', 1) || '0'
                                  ELSE e.path || chr(1) END
               AND f.path < :end ORDER BY f.path LIMIT 1) n
         WHERE e.place < :limit
    )
    SELECT path, size, sha256, media_type FROM entry ORDER BY place
""")
_COUNTS = text("""
    SELECT w.folder, c.files, c.size
      FROM unnest(cast(:folders AS text[])) AS w (folder)
     CROSS JOIN LATERAL (
        SELECT count(*) AS files, cast(coalesce(sum(below.size), 0) AS bigint) AS size FROM (
            SELECT f.size FROM version_file f
             WHERE f.version_key = (SELECT key FROM version WHERE id = :version_id)
               AND f.path >= w.folder AND f.path < left(w.folder, -1) || '0' LIMIT :most) below) c
""")


def entries(tx: Tx, version_id: str, folder: str, request: PageRequest) -> Sequence[FileEntry | Folder]:
    """Read one page and one entry more of what lies in `folder` (`2021/`, empty for the top), by path.

    Folders come without their counts. Each entry costs one look into the primary key, whatever lies below it.
    """
    values = {
        "version_id": version_id,
        "folder": folder,
        "inside": len(folder) + 1,
        "start": _start(folder, request),
        "end": folder[:-1] + _BEHIND_FOLDER if folder else _LAST_PATH,
        "limit": request.limit + 1,
    }
    return [_entry(row, folder) for row in tx.all(_ENTRIES, values)]


def counts(tx: Tx, version_id: str, folders: Sequence[str], most: int | None) -> Mapping[str, tuple[int, int]]:
    """Return (files, bytes) below each folder, of at most `most` files each; None: of all."""
    values = {"version_id": version_id, "folders": list(folders), "most": most}
    return {row.folder: (row.files, row.size) for row in tx.all(_COUNTS, values)}


def _start(folder: str, request: PageRequest) -> str:
    after = request.after[0] if request.after else ""
    if not after.startswith(folder) or not after:
        return folder
    return after[:-1] + _BEHIND_FOLDER if after.endswith("/") else after + _BEHIND_FILE


def _entry(row: Any, folder: str) -> FileEntry | Folder:
    name, slash, _ = row.path[len(folder) :].partition("/")
    if slash:
        return Folder(path=f"{folder}{name}/")
    return FileEntry(path=row.path, size=row.size, sha256=bytes(row.sha256).hex(), media_type=row.media_type)
