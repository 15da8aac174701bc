"""The processes of a running station, its database included, and the memory they take."""

import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_MAPPING = re.compile(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ (\d+) *(.*)")
_FIELD = re.compile(r"(\w+): +(\d+) kB")


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Bytes of one process: its proportional share (PSS), and what it has of each mapped file."""

    pss: int
    files: Mapping[str, int]
    files_pss: int


def of_station(pid: int, data: Path) -> Sequence[int]:
    """Return the process `up`, its children, and those of the database server of its folder."""
    children = defaultdict(list)
    for process in _numbers():
        if (parent := _parent(process)) is not None:
            children[parent].append(process)
    postmaster = data / "postgres" / "data" / "postmaster.pid"
    found, waiting = [], [pid, *([int(postmaster.read_text().split()[0])] if postmaster.exists() else [])]
    while waiting:
        found.append(waiting.pop())
        waiting += children[found[-1]]
    return found


def threads(pids: Sequence[int]) -> int:
    """Count the threads of these processes."""
    return sum(_threads_of(pid) for pid in pids)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process and its collected children took so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> Memory:
    """Read what one process takes; PermissionError for those of others unless we are root."""
    pss, files_pss, files, name = 0, 0, defaultdict[str, int](int), ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if mapping := _MAPPING.fullmatch(line):
            name = mapping[2] if mapping[1] != "0" and mapping[2].startswith("/") else ""
        elif field := _FIELD.match(line):
            size = int(field[2]) << 10
            pss += size if field[1] == "Pss" else 0
            files_pss += size if field[1] == "Pss" and name else 0
            files[name] += size if field[1] == "Rss" and name else 0
    return Memory(pss=pss, files=files, files_pss=files_pss)


def alone(found: Sequence[Memory]) -> int:
    """Return the PSS together if nobody else here had the same files open: each page of a file counts once, whole.

    Other stations on the machine share our libraries and make PSS smaller than it is for one that is alone. Which
    pages two processes share is not known; a file counts as much as the process that has most of it.
    """
    largest: dict[str, int] = defaultdict(int)
    for one in found:
        for name, size in one.files.items():
            largest[name] = max(largest[name], size)
    return sum(one.pss - one.files_pss for one in found) + sum(largest.values())


def _numbers() -> Sequence[int]:
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]


def _parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def _threads_of(pid: int) -> int:
    try:
        return len(list(Path(f"/proc/{pid}/task").iterdir()))
    except FileNotFoundError:  # it ended since
        return 0
