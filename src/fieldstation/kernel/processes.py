"""Names for processes that tell, on the same machine, whether the process still lives."""

import os
import re
import socket
from functools import lru_cache
from pathlib import Path

_STAT_STATE, _STAT_START_TIME = 0, 19  # of the fields behind the program's name in /proc/<pid>/stat
_DEAD_STATES = (b"Z", b"X")
_FORM = re.compile(r"(?P<place>.+)/(?P<boot>[^/]+)/(?P<pid>[0-9]{1,10})/(?P<start>[0-9]{1,20})")


def process_name() -> str:
    """Return `<place>/<boot>/<pid>/<start>` of this process: no other process ever has the same."""
    return _name(os.getpid())


@lru_cache(maxsize=8)
def _name(pid: int) -> str:
    return f"{_place()}/{boot_id()}/{pid}/{start_time(pid) or 0}"


@lru_cache(maxsize=1)
def _place() -> str:
    """Name where our pids mean something: two containers may share host name and boot, but not these."""
    try:
        return f"{socket.gethostname()}:{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return socket.gethostname()


@lru_cache(maxsize=1)
def boot_id() -> str:
    """Return what changes with every start of the machine (`-` where the system does not tell)."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "-"


def start_time(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; None when it is gone or nobody tells.

    One that died and was not collected by its parent yet is gone.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[_STAT_STATE] in _DEAD_STATES else int(fields[_STAT_START_TIME])


def is_dead(name: str) -> bool:
    """Tell whether the process `name` is provably gone; False when it lives or runs where we cannot look."""
    parsed = _FORM.fullmatch(name)
    if parsed is None or parsed["place"] != _place():
        return False
    if parsed["boot"] != boot_id():
        return True
    pid = int(parsed["pid"])
    if parsed["boot"] == "-":
        return not _answers(pid)
    return start_time(pid) != int(parsed["start"])


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
