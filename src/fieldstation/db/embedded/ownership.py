"""One owner per data directory: a lock that the kernel drops when its holder dies, with the holder's name inside."""

import fcntl
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from fieldstation.kernel.errors import Broken, Conflict
from fieldstation.kernel.processes import is_dead, process_name

UP = "up"
_POLL_SECONDS = 0.05
_NAME_SECONDS = 2.0  # a new holder writes its name right after it took the lock


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
        """Become the owner, waiting that long for a command to end; Conflict names the present owner."""
        if not self.try_take(verb, wait_seconds=wait_seconds):
            raise self._refusal()

    def try_take(self, verb: str, *, wait_seconds: float = 0.0) -> bool:
        """Become the owner; False when somebody else still is after `wait_seconds`, or at once when that is an `up`."""
        deadline = time.monotonic() + wait_seconds
        descriptor = self._open()
        while not _locked(descriptor, fcntl.LOCK_EX):
            holder = self._named()
            if time.monotonic() >= deadline or (holder is not None and holder.verb == UP):
                os.close(descriptor)
                return False
            time.sleep(_POLL_SECONDS)
        name = {"pid": os.getpid(), "verb": verb, "process": process_name()}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(name).encode(), 0)
        self._descriptor = descriptor
        return True

    def give_up(self) -> None:
        """Let others own the directory."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> Holder | None:
        """Return who owns the directory now, a process that lives; None when nobody does."""
        deadline = time.monotonic() + _NAME_SECONDS
        while self._held():
            holder = self._named()
            if holder is not None:
                return holder
            if time.monotonic() > deadline:
                raise self._refusal()
            time.sleep(_POLL_SECONDS)
        return None

    def _held(self) -> bool:
        descriptor = self._open()
        try:
            return not _locked(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def _named(self) -> Holder | None:
        """Return who wrote their name into the lock last, if that process lives."""
        try:
            found = json.loads(self._path.read_text())
            holder = Holder(pid=int(found["pid"]), verb=str(found["verb"]))
            return None if is_dead(str(found["process"])) else holder
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except PermissionError:
            raise Broken(
                f"the data directory {self.station} belongs to another user",
                next_step="run the command as the user that runs the station, or choose another directory with --data",
                reason="data_directory",
            ) from None

    def _refusal(self) -> Conflict:
        holder = self._named()
        who = f"`fieldstation {holder.verb}` (process {holder.pid})" if holder else "another process"
        if holder is not None and holder.verb != UP:
            step = "wait until it has ended, then try again"
        else:
            step = f"stop it with `fieldstation down --data {self.station}`, or choose another directory with --data"
        return Conflict(f"{who} holds the data directory {self.station}", next_step=step, reason="directory_held")


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
