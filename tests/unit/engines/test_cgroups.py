"""Control groups of both versions, on folders that look like the kernel's."""

import os
from pathlib import Path

import pytest

from fieldstation.engines.local.cgroups import version1, version2
from fieldstation.ports.engine import Breach, Limits, Usage

LIMITS = Limits(cpu=1.5, memory_bytes=1 << 26, pids=20)


def _hierarchies(root: Path, own: Path, *names: str) -> None:
    lines = []
    for number, name in enumerate(names):
        home = root / name / "unit"
        home.mkdir(parents=True)
        (home / "tasks").touch()
        lines.append(f"{number}:{name}:/unit")
    own.write_text("\n".join([*lines, "0::/"]) + "\n")


def _unified(root: Path, own: Path, path: str, controllers: str = "cpu memory pids io") -> Path:
    home = root / path.lstrip("/")
    home.mkdir(parents=True, exist_ok=True)
    (home / "cgroup.controllers").write_text(controllers)
    (home / "cgroup.subtree_control").write_text("")
    (home / "cgroup.procs").write_text("")
    own.write_text(f"0::{path}\n")
    return home


def test_version_1_writes_every_limit(tmp_path: Path) -> None:
    own = tmp_path / "own"
    _hierarchies(tmp_path, own, "memory", "cpu", "pids", "cpuacct")
    groups = version1.find_groups("fieldstation-x", tmp_path, own)
    assert groups is not None
    group = groups.make("attempt-1", LIMITS)
    home = {name: tmp_path / name / "unit" / "fieldstation-x" / "attempt-1" for name in ("memory", "cpu", "pids")}
    assert (home["memory"] / "memory.limit_in_bytes").read_text() == str(1 << 26)
    assert (home["cpu"] / "cpu.cfs_quota_us").read_text() == "150000"
    assert (home["pids"] / "pids.max").read_text() == "22"
    assert sorted(group.joins()) == sorted(folder / "tasks" for folder in group.folders())
    assert group.breaches() == frozenset()
    (home["memory"] / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n")
    (home["pids"] / "pids.events").write_text("max 3\n")
    assert groups.open(group.folders()).breaches() == {Breach.MEMORY, Breach.PIDS}


@pytest.mark.parametrize("missing", ["memory", "cpu", "pids"])
def test_version_1_needs_all_three(tmp_path: Path, missing: str) -> None:
    own = tmp_path / "own"
    _hierarchies(tmp_path, own, *({"memory", "cpu", "pids"} - {missing}))
    assert version1.find_groups("fieldstation-x", tmp_path, own) is None


def test_version_1_sweeps_what_the_dead_left(tmp_path: Path) -> None:
    own = tmp_path / "own"
    _hierarchies(tmp_path, own, "memory", "cpu", "pids")
    home = tmp_path / "memory" / "unit"
    empty, old, busy, new = (home / f"fieldstation-{name}" for name in ("empty", "old", "busy", "new"))
    for folder in (empty, old / "attempt-1", busy / "attempt-1" / "a process, as rmdir sees it", new / "attempt-1"):
        folder.mkdir(parents=True)
    for folder in (old, busy):
        os.utime(folder / "attempt-1", (0, 0))
    version1.find_groups("fieldstation-x", tmp_path, own)
    assert {folder.name for folder in home.glob("fieldstation-*")} == {"fieldstation-busy", "fieldstation-new"}
    assert (busy / "attempt-1").exists()
    assert (new / "attempt-1").exists()


def test_version_2_as_root_of_the_machine(tmp_path: Path) -> None:
    own = tmp_path / "own"
    home = _unified(tmp_path / "cgroup", own, "/")
    station = home / "fieldstation-x"
    _control(station)
    groups = version2.find_groups("fieldstation-x", tmp_path / "cgroup", own)
    assert groups is not None
    group = groups.make("attempt-1", LIMITS)
    folder = station / "attempt-1"
    assert (folder / "memory.max").read_text() == str(1 << 26)
    assert (folder / "cpu.max").read_text() == "150000 100000"
    assert (folder / "pids.max").read_text() == "22"
    assert [*group.joins()] == [folder / "cgroup.procs"]
    (folder / "memory.events").write_text("low 0\noom 1\noom_kill 2\n")
    (folder / "cpu.stat").write_text("usage_usec 1500000\nuser_usec 1\n")
    (folder / "memory.peak").write_text("4096\n")
    (folder / "cgroup.procs").write_text("12\n13\n")
    assert group.breaches() == {Breach.MEMORY}
    (folder / "memory.stat").write_text("anon 3000\nfile 9000\nshmem 500\n")
    assert group.usage() == Usage(cpu_seconds=1.5, memory_peak_bytes=4096)
    assert group.memory() == 3500
    (folder / "memory.stat").unlink()
    assert group.memory() is None
    assert [*groups.open(group.folders()).pids()] == [12, 13]


def test_version_2_delegated_moves_the_station_aside(tmp_path: Path) -> None:
    own = tmp_path / "own"
    home = _unified(tmp_path / "cgroup", own, "/system/station.service")
    (home / "cgroup.procs").write_text("100\n")
    _control(home / "fieldstation-x")
    assert version2.find_groups("fieldstation-x", tmp_path / "cgroup", own) is not None
    assert (home / "station" / "cgroup.procs").read_text() == "100"
    assert (home / "cgroup.subtree_control").read_text() == "+cpu +memory +pids"


def test_version_2_found_again_from_the_group_it_moved_to(tmp_path: Path) -> None:
    own = tmp_path / "own"
    home = _unified(tmp_path / "cgroup", own, "/system/station.service")
    (home / "cgroup.subtree_control").write_text("cpu memory pids")
    (home / "station").mkdir()
    _control(home / "fieldstation-x")
    own.write_text("0::/system/station.service/station\n")
    groups = version2.find_groups("fieldstation-x", tmp_path / "cgroup", own)
    assert groups is not None
    assert [*groups.make("attempt-1", LIMITS).folders()] == [home / "fieldstation-x" / "attempt-1"]


def test_version_2_without_controllers_is_none(tmp_path: Path) -> None:
    own = tmp_path / "own"
    _unified(tmp_path / "cgroup", own, "/", controllers="hugetlb")
    assert version2.find_groups("fieldstation-x", tmp_path / "cgroup", own) is None


def _control(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "cgroup.subtree_control").write_text("cpu memory pids")
