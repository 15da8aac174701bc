"""Control groups version 2, where a subtree is ours: as root, or delegated (`Delegate=yes`, rootless containers).

In a delegated group no process may sit beside the groups of attempts, so the station moves what is there into a group
`station` of its own first.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from fieldstation.engines.local.cgroups.port import (
    CPU_PERIOD_US,
    OVERHEAD_PIDS,
    Group,
    counters,
    members,
    number,
    removed,
    resident,
)
from fieldstation.ports.engine import Breach, Limits, Usage

_NEEDED = {"memory", "cpu", "pids"}
_STATION = "station"


class GroupsV2:
    """Makes `<the station's group>/<name>/<attempt>`."""

    def __init__(self, parent: Path) -> None:
        self._parent = parent

    def make(self, attempt_id: str, limits: Limits) -> Group:
        """Make the group of an attempt with its limits. Raises OSError when the kernel refuses; then none is left."""
        folder = self._parent / attempt_id
        folder.mkdir(exist_ok=True)
        try:
            (folder / "memory.max").write_text(str(limits.memory_bytes))
            (folder / "cpu.max").write_text(f"{max(1000, int(limits.cpu * CPU_PERIOD_US))} {CPU_PERIOD_US}")
            (folder / "pids.max").write_text(str(limits.pids + OVERHEAD_PIDS))
            if (folder / "memory.swap.max").exists():
                (folder / "memory.swap.max").write_text("0")
        except OSError:
            removed([folder])
            raise
        return GroupV2(folder)

    def open(self, folders: Sequence[Path]) -> Group:
        """Return groups made earlier, perhaps by another process."""
        return GroupV2(folders[0])

    def of(self, attempt_id: str) -> Group:
        """Return the group that `make` makes for an attempt, whether it is there or not."""
        return GroupV2(self._parent / attempt_id)

    def close(self) -> None:
        """Remove the station's own group where nothing is left in it."""
        removed([self._parent])


class GroupV2:
    """The group of one attempt."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folders(self) -> Sequence[Path]:
        """Return the group's folder, from which `Groups.open` finds it again."""
        return (self._folder,)

    def joins(self) -> Sequence[Path]:
        """Return the file into which a process writes `0` to join, before it execs anything."""
        return (self._folder / "cgroup.procs",)

    def usage(self) -> Usage:
        """Return what the attempt has used."""
        microseconds = counters(self._folder / "cpu.stat").get("usage_usec")
        return Usage(
            cpu_seconds=None if microseconds is None else microseconds / 1e6,
            memory_peak_bytes=number(self._folder / "memory.peak"),
        )

    def memory(self) -> int | None:
        """Return the bytes that are resident now."""
        return resident(self._folder / "memory.stat", "anon")

    def breaches(self) -> frozenset[Breach]:
        """Return the limits that, as the kernel counts, were met."""
        met = set()
        if counters(self._folder / "memory.events").get("oom_kill", 0):
            met.add(Breach.MEMORY)
        if counters(self._folder / "pids.events").get("max", 0):
            met.add(Breach.PIDS)
        return frozenset(met)

    def pids(self) -> Sequence[int]:
        """Return the processes inside."""
        return members(self._folder)

    def remove(self) -> bool:
        """Remove the group; False while a process is left. Idempotent."""
        return removed([self._folder])


def find_groups(
    name: str, root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")
) -> GroupsV2 | None:
    """Return where groups of version 2 can be made, or None."""
    path = next((line[3:] for line in own.read_text().splitlines() if line.startswith("0::")), None)
    if path is None:
        return None
    home = root / path.lstrip("/")
    if home.name == _STATION:  # moved there when it first made groups
        home = home.parent
    if not _words(home / "cgroup.controllers") >= _NEEDED or not os.access(home / "cgroup.procs", os.W_OK):
        return None
    try:
        _enable(home, is_root=path == "/")
        parent = home / name
        parent.mkdir(exist_ok=True)
        _enable(parent, is_root=True)
    except OSError:
        return None
    return GroupsV2(parent)


def _enable(folder: Path, *, is_root: bool) -> None:
    control = folder / "cgroup.subtree_control"
    if _words(control) >= _NEEDED:
        return
    if not is_root:
        station = folder / _STATION
        station.mkdir(exist_ok=True)
        for pid in members(folder):
            (station / "cgroup.procs").write_text(str(pid))
    control.write_text(" ".join(f"+{name}" for name in sorted(_NEEDED)))


def _words(file: Path) -> set[str]:
    try:
        return set(file.read_text().split())
    except OSError:
        return set()
