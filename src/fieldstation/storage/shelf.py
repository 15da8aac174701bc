"""The folder of blobs: their names, the room that is left, and the quick way in for small ones."""

import contextlib
import hashlib
import itertools
import os
from collections.abc import Sequence
from pathlib import Path

from fieldstation.ports.storage import Stored, StoreFull
from fieldstation.storage.durable import Durable
from fieldstation.storage.tidying import writers_prefix
from fieldstation.storage.writing import told, translating, write_all

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
BLOB_MODE = 0o444
_CHECK_ROOM_EACH = 64 << 20
_BLOCK = 4096  # what the smallest file takes


class Shelf:
    """Places blobs below `blobs`, each first written in `incoming` of the same file system."""

    def __init__(self, blobs: Path, incoming: Path, durable: Durable, reserve_bytes: int) -> None:
        for byte in range(256):
            (blobs / f"{byte:02x}").mkdir(parents=True, exist_ok=True)
        incoming.mkdir(exist_ok=True)
        self._prefix = f"{blobs}/"
        self._incoming = str(incoming)
        self._durable = durable
        self._reserve = reserve_bytes
        self._fresh = f"{incoming}/{writers_prefix()}"
        self._count = itertools.count()
        self._allowance = 0
        self._masked = _umask_hides(self.fresh_name())

    def blob_name(self, sha256: str) -> str:
        """Return the path of a blob, whether it is here or not."""
        if len(sha256) != 64 or not sha256.isalnum():
            raise ValueError(f"{sha256!r} is not a SHA-256 in hexadecimal")
        return f"{self._prefix}{sha256[:2]}/{sha256[2:]}"

    def fresh_name(self) -> str:
        """Return a name in `incoming` that nobody else uses."""
        return f"{self._fresh}-{os.getpid()}-{next(self._count)}"

    def put(self, blobs: Sequence[bytes]) -> list[Stored]:
        """Keep blobs that are whole in memory: three system calls each when it is new, two when it is here.

        They are written where they will lie. A file of less than its size is not (yet) whole and counts for nothing:
        who meets one, be it another writer's or what a crash left, puts a whole one in its place.
        """
        size = sum(map(len, blobs))
        self._take_room(size + _BLOCK * len(blobs))
        digests = [hashlib.sha256(data).hexdigest() for data in blobs]
        targets = [f"{self._prefix}{sha256[:2]}/{sha256[2:]}" for sha256 in digests]
        for target, data in zip(targets, blobs, strict=True):
            self._put(target, data)
        self._durable.note(targets, size)
        return [Stored(sha256=sha256, size=len(data)) for sha256, data in zip(digests, blobs, strict=True)]

    def open_new(self, name: str) -> int:
        """Open a file of `incoming` for writing; whatever the umask, everybody may read it."""
        with translating():
            descriptor = os.open(name, NEW, BLOB_MODE)
        if self._masked:
            os.fchmod(descriptor, BLOB_MODE)
        return descriptor

    def settle(self, name: str, sha256: str, size: int) -> None:
        """Give a finished file of `incoming` its name as a blob, or drop it when the blob is here."""
        target = self.blob_name(sha256)
        if has_size(target, size):
            os.unlink(name)
        else:
            os.rename(name, target)
        self._durable.note([target], size)

    def free_bytes(self) -> int:
        """Return how many bytes may still be written before the reserve is touched."""
        disk = os.statvfs(self._incoming)
        return max(0, disk.f_bavail * disk.f_frsize - self._reserve)

    def require_room(self, size: int) -> None:
        """Raise StoreFull when `size` more bytes would touch the reserve."""
        if (free := self.free_bytes()) < size:
            raise StoreFull(f"{size} bytes more would touch the reserve; {free} may still be written")

    def _take_room(self, size: int) -> None:
        """Require room, but ask the file system only once for many small files."""
        self._allowance -= size
        if self._allowance < 0:
            self.require_room(size)
            self._allowance = min(self.free_bytes() // 2, _CHECK_ROOM_EACH) - size

    def _put(self, target: str, data: bytes) -> None:
        try:
            descriptor = os.open(target, NEW, BLOB_MODE)
        except FileExistsError:
            if not has_size(target, len(data)):
                self._replace(target, data)
        except OSError as error:
            raise told(error) from error
        else:
            self._fill(descriptor, data)

    def _replace(self, target: str, data: bytes) -> None:
        name = self.fresh_name()
        try:
            self._fill(self.open_new(name), data)
            os.rename(name, target)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
            raise

    def _fill(self, descriptor: int, data: bytes) -> None:
        """Write and close a new file; one that cannot be filled is left empty.

        It is not unlinked: under its name there may be another writer's by now.
        """
        try:
            if self._masked:
                os.fchmod(descriptor, BLOB_MODE)
            write_all(descriptor, data)
        except OSError as error:
            os.ftruncate(descriptor, 0)
            raise told(error) from error
        finally:
            os.close(descriptor)


def has_size(name: str, size: int) -> bool:
    """Tell whether there is a file of this size: the file systems we know give it to a file after its bytes."""
    try:
        return os.stat(name).st_size == size
    except FileNotFoundError:
        return False


def _umask_hides(name: str) -> bool:
    os.close(os.open(name, NEW, BLOB_MODE))
    try:
        return os.stat(name).st_mode & 0o777 != BLOB_MODE
    finally:
        os.unlink(name)
