"""Which process is meant."""

import os
import subprocess
import sys
import threading

import pytest

from fieldstation.engines.local import identity
from fieldstation.engines.local.identity import Identity, Process, boot_id, hold, identify


def test_a_living_process_is_itself() -> None:
    mine = identify(os.getpid())
    assert mine is not None
    assert (mine.pid, mine.boot) == (os.getpid(), boot_id())
    held = hold(mine)
    assert held is not None
    assert held.alive()
    held.close()
    held.close()


def test_other_start_or_boot_is_somebody_else() -> None:
    mine = identify(os.getpid())
    assert mine is not None
    assert hold(Identity(boot=mine.boot, pid=mine.pid, start="0")) is None
    assert hold(Identity(boot="other", pid=mine.pid, start=mine.start)) is None


def test_a_number_that_a_thread_was_given_since_is_somebody_else() -> None:
    told, ended = threading.Event(), threading.Event()

    def work() -> None:
        told.set()
        ended.wait()

    thread = threading.Thread(target=work)
    thread.start()
    assert told.wait(60)
    assert thread.native_id is not None
    assert hold(Identity(boot=boot_id(), pid=thread.native_id, start="1")) is None
    ended.set()
    thread.join()


@pytest.mark.parametrize("by_descriptor", [True, False])
def test_dead_but_not_yet_collected_is_not_alive(by_descriptor: bool) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        who = identify(child.pid)
        assert who is not None
        held = hold(who) if by_descriptor else Process(who, None)
        assert held is not None
        assert held.alive()
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not held.alive()
        assert identify(child.pid) is None
        held.close()


def test_ps_tells_the_same_as_the_kernels_files() -> None:
    mine = os.getpid()
    assert identity._parent_by_ps(mine) == identity.parent_of(mine) == os.getppid()
    assert mine in identity._pids_by_ps()
    assert mine in identity.every_pid()
    assert identity._start_by_ps(mine)
    assert identity._start_by_ps(1 << 22) is None
    assert identity._parent_by_ps(1 << 22) is None
