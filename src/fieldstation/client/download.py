"""Files of a version to this machine: resumed where they broke off, and proven by their digest."""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from fieldstation.client.errors import ClientError
from fieldstation.client.files import place_of
from fieldstation.client.multipart import Progress
from fieldstation.client.things import FileEntry
from fieldstation.client.transport import REPEATS, Transport
from fieldstation.kernel.errors import Fault


@dataclass(frozen=True, kw_only=True)
class Received:
    """One file that is now here; `sent` tells whether bytes of it had to be moved."""

    entry: FileEntry
    file: Path
    sent: bool


def receive(
    transport: Transport,
    entries: Iterable[FileEntry],
    address: Callable[[FileEntry], str],
    folder: Path,
    progress: Progress,
) -> Iterator[Received]:
    """Bring each file below `folder` under its path, one after the other, yielding it once its digest is proven.

    A file that is here already with the right digest is left alone; what an earlier call left half is gone on with.
    """
    for entry in entries:
        file = place_of(folder, entry.path)
        if file.is_file() and file.stat().st_size == entry.size and _digest(file).hexdigest() == entry.sha256:
            yield Received(entry=entry, file=file, sent=False)
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        _fetch(transport, address(entry), entry, file, progress)
        yield Received(entry=entry, file=file, sent=True)


def _fetch(transport: Transport, address: str, entry: FileEntry, file: Path, progress: Progress) -> None:
    part = _Part(file, entry, progress)
    for attempt in itertools.count():
        try:
            part.go_on(transport, address)
        except ClientError as error:
            if error.reason != "unreachable" or attempt >= REPEATS:
                raise
        else:
            break
    part.prove()
    part.path.replace(file)


class _Part:
    """A file as far as it is here: what lies on disk and its digest always agree."""

    def __init__(self, file: Path, entry: FileEntry, progress: Progress) -> None:
        self.path = file.with_name(f".{file.name[:100]}.{entry.sha256[:16]}.part")
        self._entry = entry
        self._progress = progress
        self._digest = _digest(self.path) if self.path.is_file() else hashlib.sha256()
        self._have = self.path.stat().st_size if self.path.is_file() else 0
        progress(self._have)

    def go_on(self, transport: Transport, address: str) -> None:
        """Ask for what is missing and write it down."""
        if self._have == self._entry.size and self._have:
            return
        wanted = {"Range": f"bytes={self._have}-"} if self._have else {}
        with transport.stream(address, headers=wanted) as response:
            if response.status_code != httpx.codes.PARTIAL_CONTENT:
                self._start_anew()
            with self.path.open("ab") as written:
                for piece in response.iter_raw():
                    written.write(piece)
                    written.flush()
                    self._digest.update(piece)
                    self._have += len(piece)
                    self._progress(len(piece))

    def prove(self) -> None:
        """Raise ClientError unless the bytes are the promised ones; what is wrong is thrown away."""
        if self._have == self._entry.size and self._digest.hexdigest() == self._entry.sha256:
            return
        self.path.unlink(missing_ok=True)
        raise ClientError(
            f"what came of {self._entry.path} is not what was promised: {self._have} bytes of {self._entry.size}, "
            f"digest {self._digest.hexdigest()[:12]}… and not {self._entry.sha256[:12]}…",
            next_step="fetch it again; if it stays so, tell the operator of the station",
            reason="checksum_mismatch",
            fault=Fault.OURS,
        )

    def _start_anew(self) -> None:
        self._progress(-self._have)
        self._digest, self._have = hashlib.sha256(), 0
        self.path.write_bytes(b"")


def _digest(file: Path) -> "hashlib._Hash":
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256")
