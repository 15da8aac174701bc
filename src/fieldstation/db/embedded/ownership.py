"""One owner per data directory: a lock that the kernel drops when its holder dies, with the holder's name inside."""

import fcntl
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from fieldstation.kernel.errors import Conflict

UP = "up"
_POLL_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who owns a data directory: a process and the command it runs."""

    pid: int
    verb: str


class Ownership:
    """The lock `DIR/lock`. Whoever holds it may start and stop the server of DIR."""

    def __init__(self, station: Path) -> None:
        self.station = station
        self._path = station / "lock"
        self._descriptor: int | None = None

    def take(self, verb: str, *, wait_seconds: float = 0.0) -> None:
        """Become the owner, waiting that long for the present one; Conflict names it."""
        if not self.try_take(verb, wait_seconds=wait_seconds):
            raise self._refusal()

    def try_take(self, verb: str, *, wait_seconds: float = 0.0) -> bool:
        """Become the owner; False when somebody else still is after `wait_seconds`, or at once when that is an `up`."""
        deadline = time.monotonic() + wait_seconds
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while not _locked(descriptor):
            holder = self.holder()
            if time.monotonic() >= deadline or (holder is not None and holder.verb == UP):
                os.close(descriptor)
                return False
            time.sleep(_POLL_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "verb": verb}).encode(), 0)
        self._descriptor = descriptor
        return True

    def give_up(self) -> None:
        """Let others own the directory."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> Holder | None:
        """Return who wrote their name into the lock last; of use only while the lock is held."""
        try:
            found = json.loads(self._path.read_text())
            return Holder(pid=int(found["pid"]), verb=str(found["verb"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _refusal(self) -> Conflict:
        holder = self.holder()
        who = f"`fieldstation {holder.verb}` (process {holder.pid})" if holder else "another process"
        running = holder is None or holder.verb == UP
        return Conflict(
            f"{who} holds the data directory {self.station}",
            next_step=f"stop it with `fieldstation down --data {self.station}`, or choose another directory with --data"
            if running
            else "wait until it has ended, then try again",
            reason="directory_held",
        )


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
