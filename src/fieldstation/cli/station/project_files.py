"""Files of projects in a backup: `projects/<id>/<path>`, with who they belong to; what is no plain file stays out.

Programs may write while they are read: a file is as long as it was when it was opened, and each is read once.
"""

import os
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import IO

from fieldstation.ports.volumes import Entry, EntryKind, Owner, VolumeRefused, Volumes

PROJECTS = "projects/"
_BLOCK = 1 << 20
_WRITABLE = 0o222


def add_projects(tar: tarfile.TarFile, volumes: Volumes, projects: Sequence[str]) -> int:
    """Write the folders of these projects; returns how many files there were."""
    count = 0
    for project in projects:
        if not volumes.folder(project).is_dir():
            continue
        for path, entry in volumes.walk(project, ""):
            with suppress(VolumeRefused):  # it went meanwhile
                count += _add(tar, volumes, (project, path), entry)
    return count


def keep_project_file(member: tarfile.TarInfo, content: IO[bytes] | None, volumes: Volumes) -> bool:
    """Write a folder or file of a project from a backup; tells whether it was a file."""
    project, _, path = member.name.removeprefix(PROJECTS).partition("/")
    owned = os.geteuid() == 0 and member.gid != 0
    volumes.create(project, Owner(uid=None, gid=member.gid if owned else None))
    owner = Owner(uid=member.uid, gid=member.gid) if owned else Owner(uid=None, gid=None)
    if content is None:
        volumes.make_folder(project, path, owner)
        return False
    sink = volumes.sink(project)
    try:
        while block := content.read(_BLOCK):
            sink.write(block)
        modified = datetime.fromtimestamp(member.mtime, UTC)
        sink.place(path, owner, replace=True, fixed=not member.mode & _WRITABLE, modified=modified)
    finally:
        sink.abort()
    return True


def _add(tar: tarfile.TarFile, volumes: Volumes, place: tuple[str, str], entry: Entry) -> int:
    project, path = place
    member = tarfile.TarInfo(f"{PROJECTS}{project}/{path}")
    member.mtime = entry.modified.timestamp()
    if entry.kind is EntryKind.FOLDER:
        facts = volumes.folder(project).stat()
        member.type, member.mode, member.uid, member.gid = tarfile.DIRTYPE, 0o770, entry.uid, facts.st_gid
        tar.addfile(member)
        return 0
    if entry.kind is not EntryKind.FILE:
        return 0
    descriptor, _ = volumes.open(project, path)
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        member.size, member.mode = facts.st_size, facts.st_mode & 0o777
        member.uid, member.gid = facts.st_uid, facts.st_gid
        tar.addfile(member, _Exactly(file, facts.st_size))  # type: ignore[arg-type]  # it asks for `read` alone
    return 1


class _Exactly:
    """A file of so many bytes, whatever becomes of it meanwhile: what is missing at its end is read as zeros."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._pieces = _pieces(file, size)
        self._rest = b""

    def read(self, count: int) -> bytes:
        """Return `count` bytes."""
        while len(self._rest) < count:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._rest += piece
        found, self._rest = self._rest[:count], self._rest[count:]
        return found


def _pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    while size > 0:
        piece = file.read(min(_BLOCK, size)) or b"\0" * min(_BLOCK, size)
        size -= len(piece)
        yield piece
