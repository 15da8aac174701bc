"""The running server as its own file tells it, and whether that is still true."""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, kw_only=True)
class Postmaster:
    """The server's main process, from `postmaster.pid` of the data directory `data`.

    `sockets` is where it listens; None while it has not come so far.
    """

    pid: int
    data: Path
    sockets: Path | None

    def alive(self) -> bool:
        """Tell whether this very server runs; a stranger who got its number later does not count."""
        if (_PROC / "self").exists():
            try:
                return (_PROC / str(self.pid) / "cwd").samefile(self.data)  # the server works inside its data
            except OSError:
                return False
        try:
            os.kill(self.pid, 0)
        except OSError:
            return False
        return True

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if the server is still there."""
        if self.alive():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return


def read_postmaster(data: Path) -> Postmaster | None:
    """Return what `postmaster.pid` says, or None when there is no such file."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        sockets = Path(lines[4]) if len(lines) > 4 and lines[4] else None
        return Postmaster(pid=int(lines[0]), data=data, sockets=sockets)
    except (OSError, ValueError, IndexError):
        return None


def at_work_inside(data: Path) -> Sequence[int]:
    """Return the processes that work inside `data`, as every process of a server does; empty where nobody can tell."""
    found = []
    for entry in _PROC.glob("[0-9]*"):
        try:
            if (entry / "cwd").samefile(data):
                found.append(int(entry.name))
        except OSError:
            continue
    return found
