"""Worker processes: kept alive, and ended with their parent however it went."""

import os
import subprocess
import sys
from pathlib import Path

from fieldstation.cli.station.children import Child, Children
from tests.stations import alive, children_of, wait_until

# A child as the workers are: it ends when the other end of its pipe is gone.
_CHILD = "import os, sys; os.read(int(sys.argv[1]), 1)"
_DEAF = """
import pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(r"{}").touch()
time.sleep(600)
"""
_PARENT = """
import sys, time
from fieldstation.cli.station.children import Children
Children(2, lambda pipe: [sys.executable, "-c", sys.argv[1], str(pipe)], {}).keep_alive()
time.sleep(600)
"""


def test_children_end_when_their_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT, _CHILD]) as parent:
        wait_until(lambda: len(children_of(parent.pid)) == 2)
        pids = children_of(parent.pid)
        parent.kill()
        wait_until(lambda: not any(alive(pid) for pid in pids))


def test_a_child_that_dies_is_started_again_each_time_later() -> None:
    reading, writing = os.pipe()
    child = Child([sys.executable, "-c", "raise SystemExit(3)"], {}, reading)
    seen: dict[int, float] = {}

    def look() -> bool:
        child.keep_alive()
        if child.process is not None and child.process.pid not in seen:
            seen[child.process.pid] = child.pause
            child.process.wait()
        return len(seen) == 3

    wait_until(look)
    assert list(seen.values()) == sorted(set(seen.values()))
    os.close(reading)
    os.close(writing)


def test_a_child_that_does_not_listen_is_killed_and_none_is_started_after_the_stop(tmp_path: Path) -> None:
    deaf = tmp_path / "deaf"
    children = Children(1, lambda _pipe: [sys.executable, "-c", _DEAF.format(deaf)], {})
    before = set(children_of(os.getpid()))
    children.keep_alive()
    (pid,) = set(children_of(os.getpid())) - before
    wait_until(deaf.exists)
    children.stop(0.2)
    assert not alive(pid)
    children.keep_alive()
    assert set(children_of(os.getpid())) <= before
