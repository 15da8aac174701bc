"""`Volumes` on a POSIX file system: `root/<project>`, and beside them what comes in and what goes."""

import heapq
import math
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from fieldstation.ports.storage import StoreFull
from fieldstation.ports.volumes import Entry, EntryKind, Owner, Placed, VolumeFault, VolumeRefused, VolumeSink
from fieldstation.storage.placing import write_all
from fieldstation.storage.tidying import tidy, writers_prefix
from fieldstation.storage.volumes import steps
from fieldstation.storage.volumes.linking import link
from fieldstation.storage.volumes.renaming import Spot
from fieldstation.storage.writing import translating

_COMING, _GOING = ".coming", ".going"  # no project has such a name
_OLD_SECONDS = 24 * 3600.0
_CHECK_ROOM_EACH = 64 << 20
_PASSED = 0o711  # the programs of runs go through to a folder that is theirs, and see no other's name


class FilesystemVolumes:
    """`Volumes` below `root`, keeping `reserve_bytes` of the disk free; gives files away only as root."""

    def __init__(self, root: Path, reserve_bytes: int) -> None:
        self._root = root
        self._reserve = reserve_bytes
        root.mkdir(parents=True, exist_ok=True)
        if root.stat().st_uid == os.geteuid():
            root.chmod(_PASSED)
        for name in (_COMING, _GOING):
            (root / name).mkdir(mode=0o700, exist_ok=True)

    def create(self, project: str, owner: Owner) -> None:
        """Make the folder of a project."""
        folder = self.folder(project)
        folder.mkdir(exist_ok=True)
        descriptor = os.open(folder, steps.FOLDER)
        try:
            steps.give(descriptor, owner, steps.FOLDER_MODE)
        finally:
            os.close(descriptor)

    def remove(self, project: str) -> None:
        """Remove the folder of a project: first out of everybody's reach, then bit by bit."""
        gone = self._root / _GOING / project
        with suppress(FileNotFoundError):
            self.folder(project).rename(gone)
        while not self._cleared(math.inf):
            pass

    def folder(self, project: str) -> Path:
        """Return where a project's folder lies."""
        if "/" in project or project.startswith("."):
            raise ValueError(f"{project!r} is no id of a project")
        return self._root / project

    def entries(self, project: str, folder: str, *, after: str | None, limit: int) -> Sequence[Entry]:
        """Return a page of entries: every name is read, and only those of the page are looked at more closely."""
        with self._project(project) as root, steps.opened(root, folder) as descriptor:
            with os.scandir(descriptor) as found:
                keys = (
                    (f"{0 if one.is_dir(follow_symlinks=False) else 1}{steps.shown(one.name)}", one.name)
                    for one in found
                )
                page = heapq.nsmallest(limit, (key for key in keys if after is None or key[0] > after))
            return steps.first(page, descriptor)

    def entry(self, project: str, path: str) -> Entry:
        """Return one entry."""
        folder, name = _parted(path)
        with self._project(project) as root, steps.opened(root, folder) as descriptor, steps.at(path):
            return steps.entry_at(descriptor, name)

    def open(self, project: str, path: str) -> tuple[int, Entry]:
        """Open a plain file for reading."""
        folder, name = _parted(path)
        with self._project(project) as root, steps.opened(root, folder) as descriptor, steps.at(path):
            if steps.entry_at(descriptor, name).kind is not EntryKind.FILE:
                raise VolumeRefused(VolumeFault.NOT_A_FILE, path)
            file = os.open(name, steps.FILE, dir_fd=descriptor)
        entry = steps.entry_of(name, os.fstat(file))
        if entry.kind is not EntryKind.FILE:
            os.close(file)
            raise VolumeRefused(VolumeFault.NOT_A_FILE, path)
        return file, entry

    def sink(self, project: str) -> VolumeSink:
        """Open a new file beside all projects."""
        return _Sink(self, project, str(self._root / _COMING / f"{writers_prefix()}-{secrets.token_hex(8)}"))

    def make_folder(self, project: str, path: str, owner: Owner) -> None:
        """Make a folder."""
        with self._project(project) as root, steps.made(root, path, owner):
            pass

    def move(self, project: str, source: str, target: str, owner: Owner) -> None:
        """Give a file or folder another name."""
        (folder, name), (other, new) = _parted(source), _parted(target)
        if f"{target}/".startswith(f"{source}/"):
            fault = VolumeFault.EXISTS if target == source else VolumeFault.INSIDE_ITSELF
            raise VolumeRefused(fault, target)
        with self._project(project) as root, steps.opened(root, folder) as here:
            with steps.at(source):
                os.stat(name, dir_fd=here, follow_symlinks=False)
            with steps.made(root, other, owner) as there, steps.at(target):
                try:
                    steps.move((here, name), (there, new))
                except FileNotFoundError:
                    raise VolumeRefused(VolumeFault.MISSING, source) from None

    def link(self, project: str, source: str, target: str, owner: Owner, *, replace: bool = False) -> None:
        """Give a file, or each file below a folder, another name."""
        kind = self.entry(project, source).kind
        if kind is EntryKind.OTHER:
            raise VolumeRefused(VolumeFault.NOT_A_FILE, source)
        if kind is EntryKind.FILE:
            self._link(project, (source, target), owner, replace=replace)
            return
        self.make_folder(project, target, owner)
        for path, entry in self.walk(project, source):
            inner = path[len(source) + 1 :]
            if any(name.startswith(".") for name in inner.split("/")):
                continue
            if entry.kind is EntryKind.FOLDER:
                self.make_folder(project, f"{target}/{inner}", owner)
            elif entry.kind is EntryKind.FILE:
                self._link(project, (path, f"{target}/{inner}"), owner, replace=replace)

    def _link(self, project: str, paths: tuple[str, str], owner: Owner, *, replace: bool) -> None:
        (folder, name), (other, new) = _parted(paths[0]), _parted(paths[1])
        spare = str(self._root / _COMING / f"{writers_prefix()}-{secrets.token_hex(8)}")
        with (
            self._project(project) as root,
            steps.opened(root, folder) as here,
            steps.made(root, other, owner) as there,
            steps.at(paths[1]),
        ):
            link((here, name), (there, new), spare if replace else None)

    def remove_entry(self, project: str, path: str, kind: EntryKind) -> None:
        """Remove what is there; a folder first goes out of everybody's reach."""
        folder, name = _parted(path)
        with self._project(project) as root, steps.opened(root, folder) as descriptor, steps.at(path):
            found = steps.entry_at(descriptor, name).kind
            if (found is EntryKind.FOLDER) != (kind is EntryKind.FOLDER):
                wrong = VolumeFault.NOT_A_FILE if found is EntryKind.FOLDER else VolumeFault.NOT_A_FOLDER
                raise VolumeRefused(wrong, path)
            if kind is not EntryKind.FOLDER:
                os.unlink(name, dir_fd=descriptor)
                return
            os.rename(name, self._root / _GOING / secrets.token_hex(16), src_dir_fd=descriptor)

    def walk(self, project: str, folder: str) -> Iterator[tuple[str, Entry]]:
        """Yield everything below a folder."""
        with self._project(project) as root, steps.opened(root, folder) as descriptor:
            yield from steps.below(descriptor, folder)

    def tidy(self, seconds: float) -> bool:
        """Remove what was taken away and what the dead left half written."""
        end = time.monotonic() + seconds
        more = tidy(str(self._root / _COMING), _OLD_SECONDS, seconds)
        return not self._cleared(end) or more

    def _cleared(self, end: float) -> bool:
        """Remove what was taken away until the moment `end`; tells whether all of it is gone."""
        going = os.open(self._root / _GOING, steps.FOLDER)
        try:
            return all(steps.removed((going, name), end, going) for name in os.listdir(going)) and not os.listdir(going)
        finally:
            os.close(going)

    def fault(self, owner: Owner) -> str | None:
        """Write a file and give it to `owner`; return what keeps the station from it, None when nothing does."""
        path = self._root / _COMING / f"{writers_prefix()}-{secrets.token_hex(8)}"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            return f"nothing can be written below {self._root}: {error.strerror}"
        try:
            steps.give(descriptor, owner, steps.FILE_MODE)
        except OSError as error:
            return f"files below {self._root} cannot be given to others: {error.strerror}"
        finally:
            os.close(descriptor)
            path.unlink()
        return None

    def require_room(self, size: int) -> None:
        """Raise StoreFull when `size` more bytes would touch the reserve."""
        disk = os.statvfs(self._root)
        free = max(0, disk.f_bavail * disk.f_frsize - self._reserve)
        if free < size:
            raise StoreFull(f"{size} bytes more would touch the reserve; {free} may still be written")

    @contextmanager
    def opened(self, project: str) -> Iterator[int]:
        """Open the folder of a project."""
        with self._project(project) as descriptor:
            yield descriptor

    @contextmanager
    def _project(self, project: str) -> Iterator[int]:
        with steps.at(""):
            descriptor = os.open(self.folder(project), steps.FOLDER)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


class _Sink:
    """A file beside all projects until it is placed."""

    def __init__(self, volumes: FilesystemVolumes, project: str, path: str) -> None:
        self._volumes = volumes
        self._project = project
        self._path = path
        self._size = 0
        self._checked = -_CHECK_ROOM_EACH
        with translating():
            self._descriptor: int | None = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def write(self, data: bytes) -> None:
        """Append bytes."""
        if self._descriptor is None:
            raise ValueError("this sink is closed")
        if self._size + len(data) > self._checked + _CHECK_ROOM_EACH:
            self._volumes.require_room(len(data))
            self._checked = self._size
        with translating():
            write_all(self._descriptor, data)
        self._size += len(data)

    def place(
        self, path: str, owner: Owner, *, replace: bool, fixed: bool = False, modified: datetime | None = None
    ) -> Placed:
        """Give the file its name."""
        if self._descriptor is None:
            raise ValueError("this sink is closed")
        folder, name = _parted(path)
        if fixed:
            steps.give(self._descriptor, Owner(uid=None, gid=owner.gid), steps.FIXED_MODE)
        else:
            steps.give(self._descriptor, owner, steps.FILE_MODE)
        if modified is not None:
            moment = round(modified.timestamp() * 1e6) * 1000
            os.utime(self._descriptor, ns=(moment, moment))
        os.fsync(self._descriptor)
        with self._volumes.opened(self._project) as root, steps.made(root, folder, owner) as there, steps.at(path):
            replaced = self._name((there, name), replace=replace)
        entry = steps.entry_of(name, os.fstat(self._descriptor))
        self._close()
        return Placed(entry=entry, replaced=replaced)

    def _name(self, target: Spot, *, replace: bool) -> int | None:
        coming = os.open(os.path.dirname(self._path), steps.FOLDER)
        try:
            source = (coming, os.path.basename(self._path))
            if replace:
                return steps.put(source, target)
            steps.move(source, target)
        finally:
            os.close(coming)
        return None

    def abort(self) -> None:
        """Throw away what was written."""
        if self._descriptor is not None:
            self._close()
            with suppress(FileNotFoundError):
                os.unlink(self._path)

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _parted(path: str) -> tuple[str, str]:
    """Return the folder and the name of a path; the project's own folder has no name to change."""
    if not steps.split(path):
        raise VolumeRefused(VolumeFault.NOT_ALLOWED, path)
    folder, _, name = path.rpartition("/")
    return folder, name
