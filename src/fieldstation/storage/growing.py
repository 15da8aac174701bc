"""Blobs that come in pieces: files of `growing/`, each locked by its one writer."""

import fcntl
import hashlib
import os
import stat
import threading
from collections import OrderedDict
from collections.abc import Callable

from fieldstation.ports.storage import Busy
from fieldstation.storage.placing import write_all
from fieldstation.storage.writing import translating

_CHUNK = 1 << 20
_REMEMBERED = 256
_CHECK_ROOM_EACH = 64 << 20
_MODE = 0o600


class Hashes:
    """Remembers how far the bytes of growing files are hashed, so that nothing is read twice in one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[int, hashlib._Hash]] = OrderedDict()

    def take(self, name: str) -> tuple[int, "hashlib._Hash"]:
        """Return how many bytes are hashed, and their hash, for the caller alone."""
        with self._lock:
            return self._known.pop(name, None) or (0, hashlib.sha256())

    def give(self, name: str, size: int, hashed: "hashlib._Hash") -> None:
        """Remember the hash of the first `size` bytes."""
        with self._lock:
            self._known[name] = (size, hashed)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


class GrowingFile:
    """One writer's hold on one growing file."""

    def __init__(self, path: str, name: str, hashes: Hashes, require_room: Callable[[int], None]) -> None:
        self._name = name
        self._hashes = hashes
        self._require_room = require_room
        self._descriptor = open_locked(path, os.O_RDWR | os.O_CREAT)
        facts = os.fstat(self._descriptor)
        if not facts.st_mode & stat.S_IWUSR:  # settled: its inode may be a blob's by now
            os.close(self._descriptor)
            raise Busy(name)
        self._size = facts.st_size
        self._checked = self._size
        self._hashed, self._hash = hashes.take(name)

    @property
    def size(self) -> int:
        """Bytes that came so far."""
        return self._size

    def write(self, data: bytes) -> None:
        """Append bytes."""
        if self._size + len(data) > self._checked + _CHECK_ROOM_EACH:
            self._require_room(len(data))
            self._checked = self._size
        with translating():
            write_all(self._descriptor, data)
        if self._hashed == self._size:
            self._hash.update(data)
            self._hashed += len(data)
        self._size += len(data)

    def cut(self, size: int) -> None:
        """Throw away what came behind `size` bytes."""
        if size < self._size:
            os.ftruncate(self._descriptor, size)
            os.lseek(self._descriptor, size, os.SEEK_SET)
            self._size = size
            if self._hashed > size:
                self._hashed, self._hash = 0, hashlib.sha256()

    def close(self) -> None:
        """Let the next writer in."""
        self._hashes.give(self._name, self._hashed, self._hash)
        os.close(self._descriptor)


def digest_of(descriptor: int, name: str, hashes: Hashes) -> tuple[str, int]:
    """Return SHA-256 and size of a growing file, reading only what is not hashed yet."""
    hashed, hash_ = hashes.take(name)
    while data := os.pread(descriptor, _CHUNK, hashed):
        hash_.update(data)
        hashed += len(data)
    hashes.give(name, hashed, hash_)
    return hash_.hexdigest(), hashed


def open_locked(path: str, flags: int) -> int:
    """Open a growing file at its end for this writer alone; raises Busy, FileNotFoundError."""
    with translating():
        descriptor = os.open(path, os.O_CLOEXEC | os.O_NOFOLLOW | flags, _MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.lseek(descriptor, 0, os.SEEK_END)
    except BlockingIOError:
        os.close(descriptor)
        raise Busy(path.rpartition("/")[2]) from None
    return descriptor
