"""What the tests of the sandbox share: an attacker inside, and the same deed outside as proof that it could work."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fieldstation.ports.engine import Handle, RunSpec, Stream
from fieldstation.testing.engine import EngineBench

UID = 23456
OTHER_UID = 23457
AS_ROOT = os.geteuid() == 0
PYTHON = "/usr/bin/python3"
needs_bubblewrap = pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap: apt install bubblewrap")
needs_root = pytest.mark.skipif(not AS_ROOT, reason="asks for runs of several users, which only root can start")


class Sandboxed(EngineBench):
    """Runs attacks: Python programs that print `done` when they got what they must not get, else the error."""

    entry_point = "fieldstation.engines.sandbox:SandboxEngine"

    def attack(self, program: str, *arguments: str, **changes: Any) -> str:
        """Run a program in the sandbox and return what it printed; its own failure to run fails the test."""
        handle = self.engine.submit(self.attacker(program, *arguments, **changes))
        seen = self.wait(handle)
        assert seen.exit_code == 0, f"{seen}\n{self.said(handle, Stream.STDERR)}"
        return self.said(handle).strip()

    def attacker(self, program: str, *arguments: str, **changes: Any) -> RunSpec:
        """Return a run of a program under the runs' uid; `attempt` in it returns a call's error or `done`."""
        uid = UID if AS_ROOT else None
        return self.spec(PYTHON, "-c", _PRELUDE + program, *arguments, **{"uid": uid, **changes})

    def victim(self, script: str = "echo up; exec sleep 60", *arguments: str, **changes: Any) -> Handle:
        """Start a run that others would like to get at, and wait until it is up."""
        handle = self.engine.submit(self.shell(script, *arguments, **{"uid": UID if AS_ROOT else None, **changes}))
        self.wait_for(handle, "up")
        return handle


def outside(program: str, *arguments: str, uid: int | None = UID) -> str:
    """Run the same program on the machine itself, as the runs' uid (or as ourselves), with no sandbox."""
    drop = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"] if AS_ROOT and uid is not None else []
    done = subprocess.run(
        [*drop, PYTHON, "-c", _PRELUDE + program, *arguments], capture_output=True, text=True, check=True, cwd="/"
    )
    return done.stdout.strip()


def copy_open_to_all(program: str, folder: Path, mode: int) -> Path:
    """Copy a program with a mode of its own, such as setuid."""
    copied = folder / Path(program).name
    shutil.copyfile(program, copied)
    copied.chmod(mode)
    return copied


_PRELUDE = """
import ctypes, errno, os, signal, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def attempt(deed, *arguments):
    try:
        deed(*arguments)
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    return "done"
def call(number, *arguments):
    ctypes.set_errno(0)
    answer = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    return "done" if answer >= 0 else errno.errorcode[ctypes.get_errno()]
"""
