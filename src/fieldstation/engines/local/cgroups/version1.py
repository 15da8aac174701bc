"""Control groups version 1: one folder per hierarchy, below the station's own group in each. Needs root.

A process joins by writing `0` into `tasks`: moving only itself, it needs neither the kernel's global lock nor its
grace period, which `cgroup.procs` costs (milliseconds per hierarchy).
"""

import contextlib
import os
from collections.abc import Mapping, Sequence
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
from fieldstation.engines.local.records import now
from fieldstation.ports.engine import Breach, Limits, Usage

_NEEDED = ("memory", "cpu", "pids")
_TRIES = 20
_ABANDONED_SECONDS = 600.0
_USED = (*_NEEDED, "cpuacct")


class GroupsV1:
    """Makes `<hierarchy>/<the station's group>/<name>/<attempt>` in memory, cpu, pids and cpuacct."""

    def __init__(self, parents: Mapping[str, Path]) -> None:
        self._parents = parents

    def make(self, attempt_id: str, limits: Limits) -> Group:
        """Make the groups of an attempt with its limits. Raises OSError when the kernel refuses; then none is left."""
        folders = {name: parent / attempt_id for name, parent in self._parents.items()}
        try:
            for name, folder in folders.items():
                _mkdir(folder)
                for file, value in _settings(name, limits):
                    _write(folder / file, value)
        except OSError:
            removed([*dict.fromkeys(folders.values())])
            raise
        return GroupV1([*dict.fromkeys(folders.values())])

    def open(self, folders: Sequence[Path]) -> Group:
        """Return groups made earlier, perhaps by another process."""
        return GroupV1(folders)

    def of(self, attempt_id: str) -> Group:
        """Return the groups that `make` makes for an attempt, whether they are there or not."""
        return GroupV1([*dict.fromkeys(parent / attempt_id for parent in self._parents.values())])

    def close(self) -> None:
        """Remove the station's own group where nothing is left in it."""
        for parent in self._parents.values():
            removed([parent])


class GroupV1:
    """The groups of one attempt, one folder per hierarchy."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)

    def folders(self) -> Sequence[Path]:
        """Return the groups' folders, from which `Groups.open` finds them again."""
        return self._folders

    def joins(self) -> Sequence[Path]:
        """Return the files into which a process writes `0` to join, before it execs anything."""
        return [folder / "tasks" for folder in self._folders]

    def usage(self) -> Usage:
        """Return what the attempt has used."""
        nanoseconds = self._first("cpuacct.usage")
        return Usage(
            cpu_seconds=None if nanoseconds is None else nanoseconds / 1e9,
            memory_peak_bytes=self._first("memory.max_usage_in_bytes"),
        )

    def memory(self) -> int | None:
        """Return the bytes that are resident now."""
        found = (resident(folder / "memory.stat", "rss") for folder in self._folders)
        return next((size for size in found if size is not None), None)

    def breaches(self) -> frozenset[Breach]:
        """Return the limits that, as the kernel counts, were met."""
        met = set()
        for folder in self._folders:
            if counters(folder / "memory.oom_control").get("oom_kill", 0):
                met.add(Breach.MEMORY)
            if counters(folder / "pids.events").get("max", 0):
                met.add(Breach.PIDS)
        return frozenset(met)

    def pids(self) -> Sequence[int]:
        """Return the processes inside."""
        return [pid for folder in self._folders[:1] for pid in members(folder)]

    def remove(self) -> bool:
        """Remove the groups; False while a process is left. Idempotent."""
        return removed(self._folders)

    def _first(self, file: str) -> int | None:
        return next((value for folder in self._folders if (value := number(folder / file)) is not None), None)


def find_groups(
    name: str, root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")
) -> GroupsV1 | None:
    """Return where groups of version 1 can be made, or None."""
    parents = {}
    for line in own.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            folder = root / controller / path.lstrip("/")
            if controller in _USED and os.access(folder, os.W_OK) and (folder / "tasks").exists():
                parents[controller] = folder / name
                _sweep(folder)
    if any(controller not in parents for controller in _NEEDED):
        return None
    return GroupsV1(_merge(parents))


def _mkdir(folder: Path) -> None:
    """Make a group, and the station's own above it, which another station may be sweeping away as empty."""
    for _ in range(_TRIES):
        try:
            folder.mkdir(exist_ok=True)
        except FileNotFoundError:
            with contextlib.suppress(FileExistsError):
                folder.parent.mkdir()
        else:
            return
    raise FileNotFoundError(folder)


def _sweep(home: Path) -> None:
    """Remove what stations left that died with their data: groups without a process, too old to be just made.

    A station that lives makes its own group again when it needs it; a group with a process in it cannot be removed.
    """
    before = now().timestamp() - _ABANDONED_SECONDS
    for station in home.glob("fieldstation-*"):
        for group in [*station.glob("*/"), station]:
            with contextlib.suppress(OSError):
                if group is station or group.stat().st_mtime < before:
                    group.rmdir()


def _merge(parents: Mapping[str, Path]) -> Mapping[str, Path]:
    """Drop cpuacct where it is mounted together with cpu: one folder then serves both."""
    shared = (parents["cpu"].parent / "cpuacct.usage").exists()
    return {name: folder for name, folder in parents.items() if not (shared and name == "cpuacct")}


def _settings(controller: str, limits: Limits) -> Sequence[tuple[str, int]]:
    if controller == "memory":
        return (("memory.limit_in_bytes", limits.memory_bytes), ("memory.memsw.limit_in_bytes", limits.memory_bytes))
    if controller == "cpu":
        return (("cpu.cfs_period_us", CPU_PERIOD_US), ("cpu.cfs_quota_us", max(1000, int(limits.cpu * CPU_PERIOD_US))))
    if controller == "pids":
        return (("pids.max", limits.pids + OVERHEAD_PIDS),)
    return ()


def _write(file: Path, value: int) -> None:
    """Write one setting; a kernel without swap accounting has no memory.memsw, which then is no lack."""
    if file.name == "memory.memsw.limit_in_bytes" and not file.exists():
        return
    file.write_text(str(value))
