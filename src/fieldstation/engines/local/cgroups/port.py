"""What the engines demand of control groups, whichever version the machine has."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from fieldstation.ports.engine import Breach, Limits, Usage

CPU_PERIOD_US = 100_000
OVERHEAD_PIDS = 2  # the recorder and the namespace's first process are not the run's


class Group(Protocol):
    """The control groups of one attempt."""

    def folders(self) -> Sequence[Path]:
        """Return the groups' folders, from which `Groups.open` finds them again."""

    def joins(self) -> Sequence[Path]:
        """Return the files into which a process writes `0` to join, before it execs anything."""

    def usage(self) -> Usage:
        """Return what the attempt has used."""

    def memory(self) -> int | None:
        """Return the bytes that are resident now: anonymous and shared memory, not files that are merely cached."""

    def breaches(self) -> frozenset[Breach]:
        """Return the limits that, as the kernel counts, were met."""

    def pids(self) -> Sequence[int]:
        """Return the processes inside."""

    def remove(self) -> bool:
        """Remove the groups; False while a process is left. Idempotent."""


class Groups(Protocol):
    """A place of this machine where groups of attempts can be made."""

    def make(self, attempt_id: str, limits: Limits) -> Group:
        """Make the groups of an attempt with its limits. Raises OSError when the kernel refuses; then none is left."""

    def open(self, folders: Sequence[Path]) -> Group:
        """Return groups made earlier, perhaps by another process."""

    def of(self, attempt_id: str) -> Group:
        """Return the groups that `make` makes for an attempt, whether they are there or not."""

    def close(self) -> None:
        """Remove the station's own group where nothing is left in it."""


def counters(file: Path) -> Mapping[str, int]:
    """Read a file of `name number` lines; empty when the group is gone."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return {}
    return {name: int(number) for name, _, number in (line.partition(" ") for line in lines) if number.isdigit()}


def number(file: Path) -> int | None:
    """Read a file that holds one number; None when the group is gone or does not count this."""
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None


def resident(statistics: Path, anonymous: str) -> int | None:
    """Read from a `memory.stat` what is resident; None when the group is gone."""
    counted = counters(statistics)
    return counted[anonymous] + counted.get("shmem", 0) if anonymous in counted else None


def members(folder: Path) -> Sequence[int]:
    """Return the processes of one group; none when it is gone."""
    try:
        return [int(line) for line in (folder / "cgroup.procs").read_text().split()]
    except OSError:
        return []


def removed(folders: Sequence[Path]) -> bool:
    """Remove groups; False when one still holds a process."""
    for folder in folders:
        try:
            folder.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return True
