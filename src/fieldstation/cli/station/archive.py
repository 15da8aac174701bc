"""The archive of a backup: one tar with the database, every blob that it names, files of projects, and the key.

`manifest.json` first, `database.dump` (of `pg_dump`), `station.key`, `blobs/<sha256>`…, `projects/<id>/<path>`…, and
`end.json` last, which says how much there must be: an archive without it is not whole.
"""

import hashlib
import io
import json
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from fieldstation import __version__
from fieldstation.cli.station.project_files import PROJECTS, add_projects, keep_project_file
from fieldstation.core.datasets.service.archive import named_blobs
from fieldstation.core.projects.service.archive import living_projects
from fieldstation.db import Database
from fieldstation.db.embedded.binaries import installed_binaries
from fieldstation.db.snapshot import snapshot
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Broken, Invalid
from fieldstation.ports.storage import BlobStore
from fieldstation.ports.volumes import Volumes

FORMAT = 1
_BLOCK = 1 << 20
MANIFEST, DUMP, KEY, END, BLOBS = "manifest.json", "database.dump", "station.key", "end.json", "blobs/"


@dataclass(frozen=True, kw_only=True)
class Held:
    """What an archive holds."""

    made_at: str
    release: str
    blobs: int
    bytes: int
    files: int  # of projects


@dataclass(frozen=True, kw_only=True)
class Whole:
    """What an archive is made of, or made into, besides the database."""

    store: BlobStore
    volumes: Volumes


def write_archive(target: Path, database: Database, whole: Whole, key: Path) -> Held:
    """Write everything of one moment to `target` (0600), which appears only when it is whole."""
    fresh = target.with_name(f"{target.name}.partial")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            held = _write(file, fresh, database, whole, key)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(target)
        return held
    finally:
        fresh.unlink(missing_ok=True)


def _write(file: io.BufferedWriter, fresh: Path, database: Database, whole: Whole, key: Path) -> Held:
    with tarfile.open(fileobj=file, mode="w|") as tar, snapshot(database) as (tx, name):
        made_at = wire_time(tx.now())
        _add(tar, MANIFEST, json.dumps({"format": FORMAT, "release": __version__, "made_at": made_at}).encode())
        with _dumped(database.dsn, name, fresh) as dump:
            tar.add(dump, DUMP, filter=_plain)
        _add(tar, KEY, key.read_bytes())
        count = size = 0
        for blob in named_blobs(tx):
            try:
                path = whole.store.readable(blob.sha256).path
            except KeyError:
                raise Broken(
                    f"the blob {blob.sha256} is named but not in the store",
                    next_step="put it back from an earlier backup, or trash the data set that names it",
                    reason="blob_missing",
                ) from None
            tar.add(path, BLOBS + blob.sha256, filter=_plain)
            count, size = count + 1, size + blob.size
        files = add_projects(tar, whole.volumes, living_projects(tx))
        held = Held(made_at=made_at, release=__version__, blobs=count, bytes=size, files=files)
        _add(tar, END, json.dumps(asdict(held)).encode())
        return held


@contextmanager
def _dumped(dsn: str, name: str, fresh: Path) -> Iterator[Path]:
    dump = fresh.with_suffix(".dump")
    try:
        dump.touch(mode=0o600)
        _run("pg_dump", "--format=custom", "--compress=1", "--no-owner", f"--snapshot={name}", f"--file={dump}", dsn)
        yield dump
    finally:
        dump.unlink(missing_ok=True)


@dataclass(frozen=True, kw_only=True)
class Unpacked:
    """What was read from an archive: the dump of the database and the key as files, all blobs in the store."""

    dump: Path
    key: bytes
    held: Held


def read_archive(source: Path, whole: Whole, dump: Path) -> Unpacked:
    """Unpack an archive; Invalid when it is not one, not whole, or a blob is not what its name says."""
    try:
        with tarfile.open(source, mode="r|") as tar:
            return _read(tar, whole, dump)
    except (tarfile.TarError, EOFError, KeyError, ValueError) as error:
        raise _not_whole(source, str(error)) from error


def _read(tar: tarfile.TarFile, whole: Whole, dump: Path) -> Unpacked:
    key, end, count, size, files = b"", b"", 0, 0, 0
    for member in tar:
        content = tar.extractfile(member)
        if member.name.startswith(PROJECTS):
            files += keep_project_file(member, content, whole.volumes)
        elif content is None:
            raise ValueError(f"{member.name} is not a file")
        elif member.name.startswith(BLOBS):
            size += _keep(whole.store, member.name.removeprefix(BLOBS), content)
            count += 1
        elif member.name == DUMP:
            with dump.open("wb") as file:
                _copy(content, file.write)
        elif member.name == MANIFEST:
            _check_format(json.load(content))
        elif member.name == KEY:
            key = content.read()
        elif member.name == END:
            end = content.read()
    held = Held(**json.loads(end or b"{}")) if end else None
    if held is None or (held.blobs, held.bytes, held.files) != (count, size, files) or not key or not dump.exists():
        raise ValueError("the end is missing, or says other numbers than there are")
    whole.store.flush()
    return Unpacked(dump=dump, key=key, held=held)


def restore_database(dsn: str, dump: Path) -> None:
    """Fill an empty database from the dump, all or nothing."""
    _run("pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", f"--dbname={dsn}", str(dump))


def verify_blobs(database: Database, store: BlobStore) -> int:
    """Read every named blob again and compare it with its name; returns how many. Broken names the first bad one."""
    count = 0
    with database.begin() as tx:
        for blob in named_blobs(tx):
            try:
                path = store.readable(blob.sha256).path
            except KeyError:
                raise _bad(blob.sha256) from None
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != blob.sha256:
                    raise _bad(blob.sha256)
            count += 1
    return count


def _keep(store: BlobStore, name: str, content: IO[bytes]) -> int:
    sink = store.sink()
    try:
        _copy(content, sink.write)
        stored = sink.finish()
    finally:
        sink.abort()
    if stored.sha256 != name:
        raise ValueError(f"the blob {name} has other bytes than its name says")
    return stored.size


def _copy(content: IO[bytes], write: Callable[[bytes], object]) -> None:
    while block := content.read(_BLOCK):
        write(block)


def _check_format(manifest: dict[str, object]) -> None:
    if manifest.get("format") != FORMAT:
        raise ValueError(f"its format is {manifest.get('format')}, this release reads {FORMAT}")


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    tar.addfile(member, io.BytesIO(data))


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _run(program: str, *arguments: str) -> None:
    told = subprocess.run(
        [installed_binaries().program(program), *arguments], capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise Broken(
            f"{program} failed: {told.stderr.strip()[-500:]}",
            next_step="see that the database answers (`fieldstation doctor`) and the disk has room, then try again",
            reason="database_tool",
        )


def _not_whole(source: Path, why: str) -> Invalid:
    return Invalid(
        f"{source} is not a whole backup: {why}", next_step="take another backup file", reason="archive_damaged"
    )


def _bad(sha256: str) -> Broken:
    return Broken(
        f"the blob {sha256} is missing or has other bytes than its name says",
        next_step="restore from another backup",
        reason="blob_damaged",
    )
