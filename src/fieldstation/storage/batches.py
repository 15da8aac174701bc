"""Many small files of one caller: named here, written by a process beside us once there are enough of them.

Creating a file costs more time in the kernel than everything else that is done for a small one. A process of its own
does that on another processor while this one receives, reads and hashes what follows; where it is behind, this one
lends a hand.
"""

import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fieldstation.kernel.logs import logger
from fieldstation.storage import placing
from fieldstation.storage.placing import ANSWER, COUNT, ITEM
from fieldstation.storage.writing import told

log = logger(__name__)
_ENOUGH = 2_000  # files from one caller before it is given a process
_UNDER_WAY = 2  # batches: one that is written, and one to go on with
_AT_ONCE = threading.Semaphore(2)  # such processes of this one
_BUFFER = 1 << 20
_PATIENCE_SECONDS = 10.0

Blobs = Sequence[tuple[str, bytes]]  # each with its digest


class Ways(Protocol):
    """What a batch needs of the folder of blobs."""

    def take_room(self, blobs: Blobs) -> None:
        """Require room for these. Raises StoreFull."""

    def place(self, blobs: Blobs) -> None:
        """Write these here and now. Raises StoreFull, OSError."""

    def placed(self, blobs: Blobs) -> None:
        """Note that these are written, and not yet durable."""


@dataclass(frozen=True, kw_only=True)
class Filing:
    """How a process of its own is started: below which prefix it writes, and where it keeps what is not whole yet."""

    prefix: str
    fresh: str
    masked: bool


class Batch:
    """What one caller stores in one go; use it from one thread."""

    def __init__(self, ways: Ways, filing: Filing) -> None:
        self._ways = ways
        self._filing = filing
        self._taken = 0
        self._filler: _Filler | None = None

    def take(self, blobs: Blobs) -> None:
        """Take blobs, to be written by `finish` at the latest. Raises StoreFull or OSError, also for earlier ones."""
        self._ways.take_room(blobs)
        self._taken += len(blobs)
        if self._filler is None and self._taken > _ENOUGH and _AT_ONCE.acquire(blocking=False):
            self._filler = _Filler(self._filing)
        if self._filler is not None:
            self._settle(self._filler.answered())
        if self._filler is not None and self._filler.under_way < _UNDER_WAY:
            self._filler.send(blobs)
        else:
            self._write_here(blobs)

    def finish(self) -> None:
        """Return once all that was taken is written. Raises as `take` does."""
        if self._filler is not None:
            self._settle(self._filler.drain())
        self.close()

    def close(self) -> None:
        """Let go of the process, if there is one; what was taken and not finished may be missing."""
        if self._filler is not None:
            self._filler.close()
            self._filler = None
            _AT_ONCE.release()

    def _settle(self, outcome: "_Outcome") -> None:
        for blobs in outcome.written:
            self._ways.placed(blobs)
        for blobs in outcome.unwritten:  # the process died: it is not needed
            self._write_here(blobs)
        if outcome.error is not None:
            raise told(outcome.error) from outcome.error

    def _write_here(self, blobs: Blobs) -> None:
        self._ways.place(blobs)
        self._ways.placed(blobs)


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """What became of batches that were under way."""

    written: Sequence[Blobs] = ()
    unwritten: Sequence[Blobs] = ()
    error: OSError | None = None


class _Filler:
    """The process beside us, and what it is working on."""

    def __init__(self, filing: Filing) -> None:
        self._socket, theirs = socket.socketpair()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        command = [sys.executable, "-I", "-S", str(Path(placing.__file__)), str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                [*command, filing.prefix, filing.fresh, "1" if filing.masked else "0"],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._sent: deque[Blobs] = deque()
        self._alive = True

    @property
    def under_way(self) -> int:
        """How many batches were handed over and not answered yet."""
        return len(self._sent)

    def send(self, blobs: Blobs) -> None:
        """Hand a batch over."""
        self._sent.append(blobs)
        try:
            if self._alive:
                self._socket.sendall(_written(blobs))
        except OSError:
            self._alive = False

    def answered(self) -> _Outcome:
        """Return what became of batches so far."""
        return self._settled(socket.MSG_DONTWAIT)

    def drain(self) -> _Outcome:
        """Wait for all batches."""
        return self._settled(socket.MSG_WAITALL)

    def close(self) -> None:
        """End the process."""
        self._socket.close()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _settled(self, how: int) -> _Outcome:
        written: list[Blobs] = []
        while self._sent:
            answer = self._receive(how) if self._alive else b""
            if answer is None:
                break
            if len(answer) < ANSWER.size:
                log.warning("the process that writes small files is gone", exit_code=self._process.poll())
                self._alive = False
                unwritten, self._sent = list(self._sent), deque()
                return _Outcome(written=written, unwritten=unwritten)
            (code,) = ANSWER.unpack(answer)
            batch = self._sent.popleft()
            if code:
                return _Outcome(written=written, error=OSError(code, "a file could not be written"))
            written.append(batch)
        return _Outcome(written=written)

    def _receive(self, how: int) -> bytes | None:
        """Return one answer, nothing where the process is gone, None where it has not answered yet."""
        try:
            return self._socket.recv(ANSWER.size, how)
        except BlockingIOError:
            return None
        except OSError:
            return b""


def _written(blobs: Blobs) -> bytes:
    heads = [ITEM.pack(len(data), sha256.encode()) for sha256, data in blobs]
    return b"".join([COUNT.pack(len(blobs)), *heads, *[data for _, data in blobs]])
