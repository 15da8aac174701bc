"""Names of processes that tell whether the process still lives."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.kernel.processes import boot_id, is_dead, process_name, start_time

_SAY_NAME = "from fieldstation.kernel.processes import process_name; print(process_name(), flush=True); input()"


def _fields(name: str) -> list[str]:
    return name.rsplit("/", 3)


def test_we_live() -> None:
    assert process_name() == process_name()
    assert not is_dead(process_name())


def test_another_process_lives_until_it_is_gone() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _SAY_NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        name = child.stdout.readline().strip()
        assert name != process_name()
        assert not is_dead(name)
        child.kill()
    assert is_dead(name)


def test_one_that_died_is_dead_also_before_its_parent_collects_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _SAY_NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        name = child.stdout.readline().strip()
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert is_dead(name)


def test_a_pid_that_was_given_out_again_is_not_the_process() -> None:
    place, boot, pid, start = _fields(process_name())
    assert is_dead(f"{place}/{boot}/{pid}/{int(start) + 1}")


def test_before_a_restart_of_the_machine_all_are_dead() -> None:
    place, _boot, pid, start = _fields(process_name())
    assert is_dead(f"{place}/00000000-0000-4000-8000-000000000000/{pid}/{start}")


def test_of_other_machines_nothing_is_said() -> None:
    _place, boot, pid, start = _fields(process_name())
    assert not is_dead(f"elsewhere/{boot}/{pid}/{start}")
    assert not is_dead(f"elsewhere/{boot}/999999999/1")


@pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="only Linux has namespaces of processes")
def test_of_other_namespaces_of_processes_nothing_is_said() -> None:
    """Two containers may share host name and boot, and then neither sees the processes of the other."""
    place, boot, _pid, start = _fields(process_name())
    space = Path("/proc/self/ns/pid").readlink().name
    number = space.partition("[")[2].rstrip("]")
    assert number in place
    assert not is_dead(f"{place.replace(number, '1')}/{boot}/999999999/{start}")


@given(st.text(max_size=30))
def test_what_is_no_name_is_not_dead(name: str) -> None:
    assert not is_dead(name)


@pytest.mark.parametrize("name", ["", "a", "/", "///", "a/b/c/d"])
def test_names_of_other_forms_are_not_dead(name: str) -> None:
    assert not is_dead(name)


def test_a_process_with_an_odd_title_has_a_start_time(tmp_path: Path) -> None:
    program = tmp_path / os.fsdecode(b"a) \xff b")
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([program, "60"]) as child:
        try:
            assert (start_time(child.pid) or 0) > 0
        finally:
            child.kill()


def test_no_process_has_no_start_time() -> None:
    assert start_time(2**22 + 1) is None
    assert boot_id() == boot_id()
