"""The running server as its own file tells it, and whether that is still true."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, kw_only=True)
class Postmaster:
    """The server's main process, from `postmaster.pid` of the data directory `data`."""

    pid: int
    data: Path
    sockets: Path

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
    """Return what `postmaster.pid` says, or None when there is no such file or it is not complete yet."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        return Postmaster(pid=int(lines[0]), data=data, sockets=Path(lines[4]))
    except (OSError, ValueError, IndexError):
        return None
