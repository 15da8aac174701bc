"""Blobs as files of one file system: `blobs/sha256/ab/cd…`, `trees/<name>/…`, `incoming/…`, `growing/<name>`."""

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from fieldstation.ports.storage import Growing, NotRegular, Readable, Sink, Stored, TreeEntry
from fieldstation.storage.durable import Durable
from fieldstation.storage.growing import GrowingFile, Hashes, digest_of, open_locked
from fieldstation.storage.placing import BLOB_MODE, NEW, has_size
from fieldstation.storage.shelf import Shelf, named_blobs, stored_of
from fieldstation.storage.sinks import FileSink
from fieldstation.storage.tidying import tidy
from fieldstation.storage.trees import build_tree

_CHUNK = 1 << 20
_LEFT_SECONDS = 24 * 3600
_OLD = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # never waits for the other end of a FIFO


class FilesystemStore:
    """A `BlobStore` below `root`, which must be one file system of its owner's alone.

    Blobs are 0444 and written once. At least `reserve_bytes` of the disk stay free.
    """

    def __init__(self, root: Path, reserve_bytes: int = 0) -> None:
        self._blobs = root / "blobs" / "sha256"
        self._trees = root / "trees"
        self._incoming = root / "incoming"
        self._growing = root / "growing"
        for folder in (root, self._trees, self._growing):
            folder.mkdir(parents=True, exist_ok=True)
        self._durable = Durable(root)
        self._shelf = Shelf(self._blobs, self._incoming, self._durable, reserve_bytes)
        self._hashes = Hashes()

    def sink(self) -> Sink:
        """Open a new sink."""
        self._shelf.require_room(1)
        return FileSink(self._shelf)

    def put_bytes(self, data: bytes) -> Stored:
        """Keep a small blob that is whole in memory."""
        return self._shelf.put([data])[0]

    def batch(self) -> "FilesystemBatch":
        """Open a batch."""
        return FilesystemBatch(self._shelf)

    def grow(self, name: str) -> Growing:
        """Open the growing blob `name`, making it on first use."""
        self._shelf.require_room(1)
        return GrowingFile(self._grown_name(name), name, self._hashes, self._shelf.require_room)

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
            os.fchmod(descriptor, BLOB_MODE)
            link = self._shelf.fresh_name()
            os.link(self._grown_name(name), link)
            self._shelf.settle(link, sha256, size)
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
        name = self._shelf.blob_name(sha256)
        try:
            size = os.stat(name).st_size
        except FileNotFoundError:
            raise KeyError(sha256) from None
        return Readable(path=Path(name), size=size, sha256=sha256)

    def missing(self, wanted: Mapping[str, int]) -> set[str]:
        """Return those that are not here, or not whole."""
        name = self._shelf.blob_name
        return {sha256 for sha256, size in wanted.items() if not has_size(name(sha256), size)}

    def tree(self, name: str, entries: Callable[[], Iterator[TreeEntry]]) -> Path:
        """Return a folder with all entries as read-only files, made on first use."""
        target = self._trees / checked_name(name)
        if not target.exists():
            building = Path(self._shelf.fresh_name())
            try:
                build_tree(building, entries(), self._shelf.blob_name)
                _rename_unless_taken(building, target)
            finally:
                shutil.rmtree(building, ignore_errors=True)
        return target

    def drop_tree(self, name: str) -> None:
        """Take a tree off its name."""
        leaving = self._incoming / f"dropped-{secrets.token_hex(8)}"
        with contextlib.suppress(FileNotFoundError):
            os.rename(self._trees / checked_name(name), leaving)
            os.utime(leaving)

    def tidy(self, seconds: float) -> bool:
        """Remove what lies in `incoming` for a day, and at once what a process that died was writing there."""
        return tidy(str(self._incoming), _LEFT_SECONDS, seconds)

    def delete(self, digests: Sequence[str]) -> int:
        """Unlink blobs and return the bytes freed."""
        freed = 0
        for sha256 in digests:
            name = self._shelf.blob_name(sha256)
            with contextlib.suppress(FileNotFoundError):
                size = os.stat(name).st_size
                os.unlink(name)
                freed += size
        return freed

    def fault(self) -> str | None:
        """Return what keeps files that came in pieces from becoming blobs here, None when nothing does."""
        first, second = self._shelf.fresh_name(), self._shelf.fresh_name()
        try:
            os.close(os.open(first, NEW, BLOB_MODE))
            os.link(first, second)
        except OSError as error:
            return f"no file can be made below {self._incoming} and given a second name: {error.strerror}"
        finally:
            for name in (first, second):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name)
        return None

    def free_bytes(self) -> int:
        """Return how many bytes may still be written before the reserve is touched."""
        return self._shelf.free_bytes()

    def digests(self) -> Iterator[str]:
        """Walk over all blobs that lie here."""
        for byte in range(256):
            prefix = f"{byte:02x}"
            with os.scandir(self._blobs / prefix) as found:
                yield from (prefix + entry.name for entry in found)

    def _grown_name(self, name: str) -> str:
        return f"{self._growing}/{checked_name(name)}"

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


class FilesystemBatch:
    """Small blobs of one caller; see `Batch` for who writes them."""

    def __init__(self, shelf: Shelf) -> None:
        self._batch = shelf.batch()
        self._shelf = shelf

    def put(self, blobs: Sequence[bytes]) -> Sequence[Stored]:
        """Take small blobs, in order."""
        named = named_blobs(blobs)
        self._batch.take(named)
        return stored_of(named)

    def finish(self) -> None:
        """Return once all are written."""
        self._batch.finish()

    def close(self) -> None:
        """Give up what is not written yet."""
        self._batch.close()
