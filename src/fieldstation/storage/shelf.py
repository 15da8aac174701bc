"""The folder of blobs: their names, the room that is left, and the quick way in for small ones."""

import hashlib
import itertools
import os
from collections.abc import Sequence
from pathlib import Path

from fieldstation.ports.storage import Stored, StoreFull
from fieldstation.storage.batches import Batch, Blobs, Filing
from fieldstation.storage.durable import Durable
from fieldstation.storage.placing import BLOB_MODE, NEW, Placer, has_size
from fieldstation.storage.tidying import writers_prefix
from fieldstation.storage.writing import translating

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
        self._placer = Placer(self._prefix, self._fresh, masked=self._masked)

    def blob_name(self, sha256: str) -> str:
        """Return the path of a blob, whether it is here or not."""
        if len(sha256) != 64 or not sha256.isalnum():
            raise ValueError(f"{sha256!r} is not a SHA-256 in hexadecimal")
        return f"{self._prefix}{sha256[:2]}/{sha256[2:]}"

    def fresh_name(self) -> str:
        """Return a name in `incoming` that nobody else uses."""
        return f"{self._fresh}-{os.getpid()}-{next(self._count)}"

    def put(self, blobs: Sequence[bytes]) -> list[Stored]:
        """Keep blobs that are whole in memory, each written where it will lie."""
        named = named_blobs(blobs)
        self.take_room(named)
        self.place(named)
        self.placed(named)
        return stored_of(named)

    def batch(self) -> Batch:
        """Open a batch of blobs that are whole in memory."""
        return Batch(self, Filing(prefix=self._prefix, fresh=self._fresh, masked=self._masked))

    def take_room(self, blobs: Blobs) -> None:
        """Require room for small files, but ask the file system only once for many."""
        size = sum(len(data) for _, data in blobs) + _BLOCK * len(blobs)
        self._allowance -= size
        if self._allowance < 0:
            self.require_room(size)
            self._allowance = min(self.free_bytes() // 2, _CHECK_ROOM_EACH) - size

    def place(self, blobs: Blobs) -> None:
        """Write blobs where they will lie. Raises StoreFull, OSError."""
        with translating():
            for sha256, data in blobs:
                self._placer.place(sha256, data)

    def placed(self, blobs: Blobs) -> None:
        """Note that these blobs are written, and not yet durable."""
        names = [f"{self._prefix}{sha256[:2]}/{sha256[2:]}" for sha256, _ in blobs]
        self._durable.note(names, sum(len(data) for _, data in blobs))

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


def named_blobs(blobs: Sequence[bytes]) -> Blobs:
    """Return blobs with their digests."""
    return [(hashlib.sha256(data).hexdigest(), data) for data in blobs]


def stored_of(blobs: Blobs) -> list[Stored]:
    """Return digest and size of each."""
    return [Stored(sha256=sha256, size=len(data)) for sha256, data in blobs]


def _umask_hides(name: str) -> bool:
    os.close(os.open(name, NEW, BLOB_MODE))
    try:
        return os.stat(name).st_mode & 0o777 != BLOB_MODE
    finally:
        os.unlink(name)
