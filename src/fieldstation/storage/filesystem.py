"""Blobs as files of one file system: `blobs/sha256/ab/cd…`, `trees/<name>/…`, `incoming/…`, `growing/<name>`."""

import contextlib
import errno
import hashlib
import itertools
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

from fieldstation.ports.storage import Growing, NotRegular, Readable, Sink, Stored, StoreFull, TreeEntry
from fieldstation.storage.durable import Durable
from fieldstation.storage.growing import GrowingFile, Hashes, digest_of, open_locked
from fieldstation.storage.tidying import tidy
from fieldstation.storage.trees import build_tree
from fieldstation.storage.writing import translating, write_all

_CHUNK = 1 << 20
_LEFT_SECONDS = 24 * 3600
_CHECK_ROOM_EACH = 64 << 20
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_OLD = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # never waits for the other end of a FIFO


class FilesystemStore:
    """A `BlobStore` below `root`, which must be one file system of its owner's alone.

    Blobs are 0444 and written once. At least `reserve_bytes` of the disk stay free.
    """

    def __init__(self, root: Path, reserve_bytes: int = 0) -> None:
        self._blobs = root / "blobs" / "sha256"
        self._trees = root / "trees"
        self._incoming = root / "incoming"
        self._reserve = reserve_bytes
        self._growing = root / "growing"
        shards = (self._blobs / f"{byte:02x}" for byte in range(256))
        for folder in (self._trees, self._incoming, self._growing, *shards):
            folder.mkdir(parents=True, exist_ok=True)
        self._prefix = f"{self._blobs}/"
        self._fresh = f"{self._incoming}/{secrets.token_hex(8)}"
        self._count = itertools.count()
        self._durable = Durable(root)
        self._hashes = Hashes()

    def sink(self) -> Sink:
        """Open a new sink."""
        self.require_room(1)
        return _FileSink(self, self.fresh_name())

    def put_bytes(self, data: bytes) -> Stored:
        """Keep a small blob that is whole in memory."""
        sha256 = hashlib.sha256(data).hexdigest()
        if os.path.exists(self.blob_name(sha256)):
            self._durable.note(self.blob_name(sha256))
        else:
            self.require_room(len(data))
            name = self.fresh_name()
            with _cleaning(name):
                _write_new(name, data)
                self.settle(name, sha256)
        return Stored(sha256=sha256, size=len(data))

    def grow(self, name: str) -> Growing:
        """Open the growing blob `name`, making it on first use."""
        self.require_room(1)
        return GrowingFile(self._grown_name(name), name, self._hashes, self.require_room)

    def grown(self, name: str) -> int:
        """Return how many bytes of `name` came so far."""
        try:
            return os.stat(self._grown_name(name)).st_size
        except FileNotFoundError:
            return 0

    def settle_grown(self, name: str) -> Stored:
        """Name the bytes of a growing blob by their digest."""
        try:
            descriptor = open_locked(self._grown_name(name), os.O_RDONLY)
        except FileNotFoundError:
            raise KeyError(name) from None
        try:
            sha256, size = digest_of(descriptor, name, self._hashes)
            os.fchmod(descriptor, 0o444)
            with contextlib.suppress(FileExistsError):
                os.link(self._grown_name(name), self.blob_name(sha256))
            self._durable.note(self.blob_name(sha256))
        finally:
            os.close(descriptor)
        return Stored(sha256=sha256, size=size)

    def drop_grown(self, name: str) -> None:
        """Throw a growing blob away."""
        self._hashes.take(name)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._grown_name(name))

    def growing(self) -> Iterator[str]:
        """Walk over the names of all growing blobs."""
        with os.scandir(self._growing) as found:
            yield from (entry.name for entry in found)

    def put_path(self, source: Path) -> Stored:
        """Copy one regular file into the store."""
        try:
            descriptor = os.open(source, _OLD)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO):
                raise NotRegular(f"{source} is not a regular file") from None
            raise
        try:
            return self._put_descriptor(descriptor)
        finally:
            os.close(descriptor)

    def put_descriptors(self, sources: Iterable[int]) -> Iterator[Stored]:
        """Copy the bytes of open descriptors into the store, in order."""
        return map(self._put_descriptor, sources)

    def flush(self) -> None:
        """Make all finished blobs durable."""
        self._durable.flush()

    def readable(self, sha256: str) -> Readable:
        """Tell where the bytes of a blob lie."""
        name = self.blob_name(sha256)
        try:
            size = os.stat(name).st_size
        except FileNotFoundError:
            raise KeyError(sha256) from None
        return Readable(path=Path(name), size=size, sha256=sha256)

    def missing(self, digests: Collection[str]) -> set[str]:
        """Return those that are not here."""
        return {sha256 for sha256 in digests if not os.path.exists(self.blob_name(sha256))}

    def tree(self, name: str, entries: Callable[[], Iterator[TreeEntry]]) -> Path:
        """Return a folder with all entries as read-only files, made on first use."""
        target = self._trees / checked_name(name)
        if not target.exists():
            building = Path(self.fresh_name())
            try:
                build_tree(building, entries(), self.blob_name)
                _rename_unless_taken(building, target)
            finally:
                shutil.rmtree(building, ignore_errors=True)
        return target

    def drop_tree(self, name: str) -> None:
        """Take a tree off its name."""
        leaving = self.fresh_name()
        with contextlib.suppress(FileNotFoundError):
            os.rename(self._trees / checked_name(name), leaving)
            os.utime(leaving)

    def tidy(self, seconds: float) -> bool:
        """Remove what lies in `incoming` for a day."""
        return tidy(str(self._incoming), _LEFT_SECONDS, seconds)

    def delete(self, digests: Sequence[str]) -> int:
        """Unlink blobs and return the bytes freed."""
        freed = 0
        for sha256 in digests:
            name = self.blob_name(sha256)
            with contextlib.suppress(FileNotFoundError):
                size = os.stat(name).st_size
                os.unlink(name)
                freed += size
        return freed

    def free_bytes(self) -> int:
        """Return how many bytes may still be written before the reserve is touched."""
        disk = os.statvfs(self._incoming)
        return max(0, disk.f_bavail * disk.f_frsize - self._reserve)

    def digests(self) -> Iterator[str]:
        """Walk over all blobs that lie here."""
        for byte in range(256):
            prefix = f"{byte:02x}"
            with os.scandir(self._blobs / prefix) as found:
                yield from (prefix + entry.name for entry in found)

    def blob_name(self, sha256: str) -> str:
        """Return the path of a blob, whether it is here or not."""
        if len(sha256) != 64 or not sha256.isalnum():
            raise ValueError(f"{sha256!r} is not a SHA-256 in hexadecimal")
        return f"{self._prefix}{sha256[:2]}/{sha256[2:]}"

    def fresh_name(self) -> str:
        """Return a name in `incoming` that nobody else uses."""
        return f"{self._fresh}-{os.getpid()}-{next(self._count)}"

    def settle(self, name: str, sha256: str) -> None:
        """Give a finished, read-only file of `incoming` its name as a blob, or drop it when the blob is here."""
        target = self.blob_name(sha256)
        if os.path.exists(target):
            os.unlink(name)
        else:
            os.rename(name, target)
        self._durable.note(target)

    def _grown_name(self, name: str) -> str:
        return f"{self._growing}/{checked_name(name)}"

    def require_room(self, size: int) -> None:
        """Raise StoreFull when `size` more bytes would touch the reserve."""
        if (free := self.free_bytes()) < size:
            raise StoreFull(f"{size} bytes more would touch the reserve; {free} may still be written")

    def _put_descriptor(self, descriptor: int) -> Stored:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise NotRegular("only regular files can be kept")
        if facts.st_size < _CHUNK and len(data := os.pread(descriptor, _CHUNK, 0)) < _CHUNK:
            return self.put_bytes(data)
        sink = self.sink()
        try:
            offset = 0
            while data := os.pread(descriptor, _CHUNK, offset):
                sink.write(data)
                offset += len(data)
            return sink.finish()
        finally:
            sink.abort()


class _FileSink:
    """Writes one file of `incoming`, hashing as it goes."""

    def __init__(self, store: FilesystemStore, name: str) -> None:
        self._store = store
        self._name = name
        self._hash = hashlib.sha256()
        self._size = 0
        self._checked = 0
        with translating():
            self._descriptor: int | None = os.open(name, _NEW, 0o400)

    def write(self, data: bytes) -> None:
        if self._descriptor is None:
            raise ValueError("this sink is closed")
        if self._size + len(data) > self._checked + _CHECK_ROOM_EACH:
            self._store.require_room(len(data))
            self._checked = self._size
        with translating():
            write_all(self._descriptor, data)
        self._hash.update(data)
        self._size += len(data)

    def finish(self) -> Stored:
        if self._descriptor is None:
            raise ValueError("this sink is closed")
        os.fchmod(self._descriptor, 0o444)
        self._close()
        sha256 = self._hash.hexdigest()
        self._store.settle(self._name, sha256)
        return Stored(sha256=sha256, size=self._size)

    def abort(self) -> None:
        if self._descriptor is not None:
            self._close()
            os.unlink(self._name)

    def _close(self) -> None:
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)


def checked_name(name: str) -> str:
    """Return `name` if it is one plain file name, such as the id of a version; ValueError otherwise."""
    if not name or name.startswith(".") or "/" in name or "\0" in name:
        raise ValueError(f"{name!r} cannot name a folder")
    return name


def _rename_unless_taken(source: Path, target: Path) -> None:
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise


def _write_new(name: str, data: bytes) -> None:
    with translating():
        descriptor = os.open(name, _NEW, 0o400)
        try:
            write_all(descriptor, data)
            os.fchmod(descriptor, 0o444)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _cleaning(name: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
