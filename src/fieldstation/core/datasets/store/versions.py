"""Rows of versions and their files."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from fieldstation.core.datasets.model import FileEntry, NewVersion, Source, Version
from fieldstation.db import Tx
from fieldstation.kernel.paging import PageRequest

_COPY_FROM = 500  # so many files and more go in by COPY
_BATCH = 10_000
_COLUMNS = """v.key, v.id, v.dataset_id, v.number, v.manifest_digest, v.file_count, v.size, v.metadata, v.author,
       v.run_id, v.in_place, v.created"""

_INSERT = text(f"""
    INSERT INTO version AS v (id, dataset_id, number, manifest_digest, file_count, size, metadata, author, run_id,
                              in_place, created)
    SELECT id, dataset_id, number, manifest_digest, file_count, size, metadata::jsonb, author, run_id,
           in_place, station_now()
      FROM unnest(cast(:ids AS text[]), cast(:dataset_ids AS text[]), cast(:numbers AS integer[]),
                  cast(:manifest_digests AS bytea[]), cast(:file_counts AS bigint[]), cast(:sizes AS bigint[]),
                  cast(:metadatas AS text[]), cast(:authors AS text[]), cast(:run_ids AS text[]),
                  cast(:in_places AS boolean[]))
        AS row (id, dataset_id, number, manifest_digest, file_count, size, metadata, author, run_id, in_place)
    RETURNING {_COLUMNS}
""")
_INSERT_FILES = text("""
    INSERT INTO version_file (version_key, size, sha256, path, media_type)
    SELECT * FROM unnest(cast(:keys AS bigint[]), cast(:sizes AS bigint[]), cast(:digests AS bytea[]),
                         cast(:paths AS text[]), cast(:media_types AS text[]))
""")
_BY_ID = text(f"SELECT {_COLUMNS} FROM version v WHERE v.id = :id AND v.removed IS NULL")
_BY_IDS = text(f"SELECT {_COLUMNS} FROM version v WHERE v.id = ANY(:ids) ORDER BY v.id")
_BY_NUMBER = text(f"""
    SELECT {_COLUMNS} FROM version v
     WHERE v.dataset_id = :dataset_id AND v.number = :number AND v.removed IS NULL
""")
_NEWEST = text(f"""
    SELECT {_COLUMNS} FROM version v
     WHERE v.dataset_id = :dataset_id AND v.removed IS NULL ORDER BY v.number DESC LIMIT 1
""")
_PAGE = text(f"""
    SELECT {_COLUMNS} FROM version v
     WHERE v.dataset_id = :dataset_id AND v.number < :before AND v.removed IS NULL ORDER BY v.number DESC LIMIT :limit
""")
_FILES = text("""
    SELECT f.path, f.size, f.sha256, f.media_type FROM version_file f
     WHERE f.version_key = (SELECT key FROM version WHERE id = :version_id)
       AND f.path > :after AND f.path >= :prefix AND f.path < :prefix_end
     ORDER BY f.path LIMIT :limit
""")
_FILE = text("""
    SELECT f.path, f.size, f.sha256, f.media_type FROM version_file f
     WHERE f.version_key = (SELECT key FROM version WHERE id = :version_id) AND f.path = :path
""")
_FILES_AT = text("""
    SELECT f.path, f.size, f.sha256, f.media_type FROM version_file f
     WHERE f.version_key = (SELECT key FROM version WHERE id = :version_id) AND f.path = ANY(:paths)
""")
_SOURCES = text("""
    SELECT s.path, s.location, s.mtime_ns, s.inode FROM version_source s
     WHERE s.version_key = (SELECT key FROM version WHERE id = :version_id) AND s.path = ANY(:paths)
""")
_ALL_SOURCES = text("""
    SELECT s.path, s.location, s.mtime_ns, s.inode FROM version_source s
     WHERE s.version_key = (SELECT key FROM version WHERE id = :version_id)
""")
_LAST_PATH = "\U0010ffff" * 2  # behind every path there can be


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """A new version with the id and number it was given."""

    id: str
    number: int
    new: NewVersion


def insert(tx: Tx, versions: Sequence[Numbered]) -> Sequence[Version]:
    """Write versions with all their files: two statements, whatever their number; COPY where there are many files."""
    rows = tx.all(_INSERT, _columns_of(versions))
    made = {row.id: (row.key, _version(row)) for row in rows}
    ordered = [(made[version.id][0], version.new) for version in versions]
    files = [(key, file) for key, new in ordered for file in new.manifest.files]
    if len(files) < _COPY_FROM:
        tx.execute(_INSERT_FILES, _columns_of_files(files))
    else:
        tx.copy("version_file (version_key, size, sha256, path, media_type)", map(_copied, files))
    sources = [(key, source) for key, new in ordered for source in new.sources]
    if sources:
        tx.copy("version_source (version_key, path, location, mtime_ns, inode)", map(_copied_source, sources))
    return [made[version.id][1] for version in versions]


def by_id(tx: Tx, version_id: str) -> Version | None:
    """Find a version by its id, unless it was removed."""
    row = tx.one_or_none(_BY_ID, {"id": version_id})
    return None if row is None else _version(row)


def by_ids(tx: Tx, version_ids: Sequence[str]) -> Sequence[Version]:
    """Find versions by their ids, in the order of these."""
    return [_version(row) for row in tx.all(_BY_IDS, {"ids": list(version_ids)})]


def by_number(tx: Tx, dataset_id: str, number: int) -> Version | None:
    """Find a version by its number, unless it was removed."""
    row = tx.one_or_none(_BY_NUMBER, {"dataset_id": dataset_id, "number": number})
    return None if row is None else _version(row)


def newest(tx: Tx, dataset_id: str) -> Version | None:
    """Find the newest version that was not removed."""
    row = tx.one_or_none(_NEWEST, {"dataset_id": dataset_id})
    return None if row is None else _version(row)


def page(tx: Tx, dataset_id: str, request: PageRequest) -> Sequence[Version]:
    """Read one page of versions and one row more, newest first."""
    before = request.number(2**31 - 1)
    return [
        _version(row) for row in tx.all(_PAGE, {"dataset_id": dataset_id, "before": before, "limit": request.limit + 1})
    ]


def files(tx: Tx, version_id: str, request: PageRequest, prefix: str = "") -> Sequence[FileEntry]:
    """Read one page of files and one row more, by path, along the primary key."""
    values = {
        "version_id": version_id,
        "after": request.after[0] if request.after else "",
        "prefix": prefix,
        "prefix_end": prefix + _LAST_PATH,
        "limit": request.limit + 1,
    }
    return [_file(row) for row in tx.all(_FILES, values)]


def all_files(tx: Tx, version_id: str) -> Iterator[FileEntry]:
    """Read all files in the order of their paths, some thousand at a time."""
    after: tuple[str, ...] | None = None
    while True:
        batch = files(tx, version_id, PageRequest(limit=_BATCH, after=after))
        yield from batch[:_BATCH]
        if len(batch) <= _BATCH:
            return
        after = (batch[_BATCH - 1].path,)


def file(tx: Tx, version_id: str, path: str) -> FileEntry | None:
    """Find one file of a version."""
    row = tx.one_or_none(_FILE, {"version_id": version_id, "path": path})
    return None if row is None else _file(row)


def files_at(tx: Tx, version_id: str, paths: Sequence[str]) -> Mapping[str, FileEntry]:
    """Find files of a version by their paths."""
    return {row.path: _file(row) for row in tx.all(_FILES_AT, {"version_id": version_id, "paths": list(paths)})}


def sources(tx: Tx, version_id: str, paths: Sequence[str]) -> Sequence[Source]:
    """Read where these files of a version lie, those that were registered in place."""
    rows = tx.all(_SOURCES, {"version_id": version_id, "paths": list(paths)})
    return [_source(row) for row in rows]


def all_sources(tx: Tx, version_id: str) -> Mapping[str, Source]:
    """Read where all files of a version lie that were registered in place, by path."""
    return {row.path: _source(row) for row in tx.all(_ALL_SOURCES, {"version_id": version_id})}


def _source(row: Any) -> Source:
    return Source(path=row.path, location=row.location, mtime_ns=row.mtime_ns, inode=row.inode)


def _columns_of(versions: Sequence[Numbered]) -> dict[str, Any]:
    news = [version.new for version in versions]
    return {
        "ids": [version.id for version in versions],
        "numbers": [version.number for version in versions],
        "dataset_ids": [new.dataset_id for new in news],
        "manifest_digests": [bytes.fromhex(new.manifest.digest) for new in news],
        "file_counts": [len(new.manifest.files) for new in news],
        "sizes": [new.manifest.size for new in news],
        "metadatas": [json.dumps(new.metadata) for new in news],
        "authors": [new.author_id for new in news],
        "run_ids": [new.run_id for new in news],
        "in_places": [bool(new.sources) for new in news],
    }


def _columns_of_files(files: Sequence[tuple[int, FileEntry]]) -> dict[str, Any]:
    return {
        "keys": [key for key, _ in files],
        "sizes": [file.size for _, file in files],
        "digests": [bytes.fromhex(file.sha256) for _, file in files],
        "paths": [file.path for _, file in files],
        "media_types": [file.media_type for _, file in files],
    }


def _copied(row: tuple[int, FileEntry]) -> Sequence[Any]:
    key, file = row
    return key, file.size, bytes.fromhex(file.sha256), file.path, file.media_type


def _copied_source(row: tuple[int, Source]) -> Sequence[Any]:
    key, source = row
    return key, source.path, source.location, source.mtime_ns, source.inode


def _version(row: Any) -> Version:
    return Version(
        id=row.id,
        dataset_id=row.dataset_id,
        number=row.number,
        manifest_digest=bytes(row.manifest_digest).hex(),
        file_count=row.file_count,
        size=row.size,
        metadata=row.metadata,
        author=row.author,
        run_id=row.run_id,
        in_place=row.in_place,
        created=row.created,
    )


def _file(row: Any) -> FileEntry:
    return FileEntry(path=row.path, size=row.size, sha256=bytes(row.sha256).hex(), media_type=row.media_type)
