"""The processes below one: what they use, for limits that no kernel group keeps (Linux only)."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_TIMES, _THREADS, _RESIDENT = slice(11, 15), 17, 21  # fields of /proc/PID/stat behind the name, proc(5)


@dataclass(frozen=True, kw_only=True)
class TreeUse:
    """What a process and all below it use now: resident bytes (shared pages counted in each), threads.

    `cpu_seconds` is what they used so far, with those of their children that ended and were waited for.
    """

    resident_bytes: int
    threads: int
    cpu_seconds: float
    pids: tuple[int, ...]


def below(pid: int) -> Iterator[int]:
    """Walk over a process and all its descendants, as far as they live while we look."""
    waiting = [pid]
    while waiting:
        current = waiting.pop()
        yield current
        try:
            for children in Path(f"/proc/{current}/task").glob("*/children"):
                waiting.extend(map(int, children.read_text().split()))
        except OSError:
            continue


def has_children(pid: int) -> bool:
    """Tell whether a process's first thread has children; True where the kernel does not tell."""
    task = Path(f"/proc/{pid}/task/{pid}")
    try:
        return bool((task / "children").read_text().split())
    except OSError:
        return task.exists()


def tree_use(pid: int) -> TreeUse:
    """Sum up what a process and its descendants use."""
    resident = threads = ticks = 0
    pids = tuple(below(pid))
    for member in pids:
        try:
            fields = Path(f"/proc/{member}/stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        resident += int(fields[_RESIDENT]) * _PAGE
        threads += int(fields[_THREADS])
        ticks += sum(map(int, fields[_TIMES]))
    return TreeUse(resident_bytes=resident, threads=threads, cpu_seconds=ticks / _TICKS, pids=pids)


def proportional_bytes(pids: tuple[int, ...]) -> int:
    """Return the memory of processes with each shared page counted once; slower, and the truth."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith("Pss:"))
    return total


def scratch_bytes(pid: int) -> int:
    """Return what lies in the private /tmp and /dev/shm of the namespace that this process is in."""
    total = 0
    for place in ("tmp", "dev/shm"):
        try:
            found = os.statvfs(f"/proc/{pid}/root/{place}")
        except OSError:
            continue
        total += (found.f_blocks - found.f_bfree) * found.f_frsize
    return total
