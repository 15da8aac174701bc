"""Where bytes lie: blobs named by their SHA-256, and the trees of links that runs see."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Bytes that now lie in the store, durable once `flush` returned: SHA-256 in hexadecimal, size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Readable:
    """Where the bytes of one file can be read: a path of this machine."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class TreeEntry:
    """One file of a tree: its path inside (POSIX, relative), and where its bytes are."""

    path: str
    size: int
    sha256: str


class StoreFull(Exception):
    """The store has no room (or is below its reserve); nothing was kept."""


class NotRegular(Exception):
    """What should be copied is a link, folder, device, socket or FIFO; only regular files are kept."""


class Sink(Protocol):
    """Takes the bytes of one blob, hashing while they stream. Use one thread at a time."""

    def write(self, data: bytes) -> None:
        """Append bytes. Raises StoreFull."""

    def finish(self) -> Stored:
        """Close and name the blob by its digest; the same bytes are kept once. Durable after `BlobStore.flush`."""

    def abort(self) -> None:
        """Throw away what was written. Idempotent, also after `finish` (which then stands)."""


class Busy(Exception):
    """Somebody else is writing this growing blob just now, or it was settled and takes no more."""


class Growing(Protocol):
    """A blob that comes in pieces, across requests and restarts; open to one writer at a time."""

    @property
    def size(self) -> int:
        """Bytes that came so far."""

    def write(self, data: bytes) -> None:
        """Append bytes. Raises StoreFull."""

    def cut(self, size: int) -> None:
        """Throw away what came behind `size` bytes."""

    def close(self) -> None:
        """Let the next writer in; what came stays."""


class Batch(Protocol):
    """Many small blobs that are whole in memory: faster together than one by one."""

    def put(self, blobs: Sequence[bytes]) -> Sequence[Stored]:
        """Take blobs, in order, to be kept at `finish`. Raises StoreFull, OSError, also for those taken earlier."""

    def finish(self) -> None:
        """Keep all that was taken, as `put_bytes` would. Raises as `put` does. Then flush, as always."""

    def close(self) -> None:
        """Let go without finishing; idempotent, and nothing after `finish`."""


class BlobStore(Protocol):
    """Immutable blobs. All methods may be called from several threads and processes at once."""

    def sink(self) -> Sink:
        """Open a new sink. Raises StoreFull below the reserve."""

    def put_bytes(self, data: bytes) -> Stored:
        """Keep a small blob that is whole in memory; the cheapest way in for many small files. Raises StoreFull.

        Until `flush` returned, a crash may leave less than its bytes under its name: see `missing`.
        """

    def batch(self) -> Batch:
        """Open a batch of small blobs, for one caller and one thread."""

    def grow(self, name: str) -> Growing:
        """Open the growing blob `name`, making it on first use. Raises Busy, StoreFull."""

    def grown(self, name: str) -> int:
        """Return how many bytes of `name` came so far; 0 when there is none."""

    def settle_grown(self, name: str) -> Stored:
        """Name the bytes of a growing blob by their digest; `name` stays until `drop_grown`. Raises Busy, KeyError."""

    def drop_grown(self, name: str) -> None:
        """Throw a growing blob away; a blob that `settle_grown` made stands. Idempotent."""

    def growing(self) -> Iterator[str]:
        """Walk over the names of all growing blobs."""

    def put_path(self, source: Path) -> Stored:
        """Copy (or reflink) one regular file into the store; never links it. Raises NotRegular, OSError, StoreFull."""

    def put_descriptors(self, sources: Iterable[int]) -> Iterator[Stored]:
        """Copy open regular files, each from its beginning, into the store, in order; flush once afterwards.

        The descriptors stay the caller's. Raises as `put_path` does.
        """

    def flush(self) -> None:
        """Make all finished blobs durable; call before the commit that names them."""

    def readable(self, sha256: str) -> Readable:
        """Tell where the bytes of a blob lie. Raises KeyError when it is not here."""

    def missing(self, wanted: Mapping[str, int]) -> set[str]:
        """Return those blobs (digest to size in bytes) that are not here, or not whole."""

    def tree(self, name: str, entries: Callable[[], Iterator[TreeEntry]]) -> Path:
        """Return a folder with all entries as read-only files, made on first use and shared from then on.

        No writable name of a blob's inode ever exists in it; whoever mounts it does so read-only.
        """

    def drop_tree(self, name: str) -> None:
        """Take a tree off its name; its files go with `tidy`, a day later, as a run may have it mounted. Idempotent."""

    def tidy(self, seconds: float) -> bool:
        """Remove what the dead left half written, and dropped trees a day old, for so long; tell if more is left."""

    def delete(self, digests: Sequence[str]) -> int:
        """Unlink blobs and return the bytes freed; what is not here is skipped."""

    def free_bytes(self) -> int:
        """Return how many bytes may still be written before the reserve is touched."""

    def digests(self) -> Iterator[str]:
        """Walk over all blobs that lie here."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """One regular file that lies outside the store: its absolute path, and what tells whether it changed."""

    location: str
    size: int
    mtime_ns: int
    inode: int


class PlaceRefused(Exception):
    """A path is outside the allowed folders, or a link, or not a regular file; the text says which and why."""


class Places(Protocol):
    """Files outside the store, below folders that the operator allowed; no symbolic link is ever followed."""

    def walk(self, location: str) -> Iterator[tuple[str, Found | PlaceRefused]]:
        """Yield each file below the folder `location` with its path in there (or the file itself with its name).

        What is neither folder nor regular file comes as the reason why it cannot be taken. Raises PlaceRefused when
        `location` itself cannot be taken, OSError when it cannot be read.
        """

    def open(self, location: str) -> tuple[int, Found]:
        """Open one file for reading; the facts are those of the very descriptor. Raises PlaceRefused, OSError."""

    def digest(self, location: str, progress: Callable[[int], None]) -> tuple[str, Found]:
        """Read one file whole and return its SHA-256; `progress` is told how many more bytes were read.

        Raises PlaceRefused, also when the file changed meanwhile, and OSError.
        """
