"""The recorder of plain processes: starts one program, waits, and writes down how it ended, whoever else died.

Started on its own, with nothing but the standard library. Reads the job as JSON on descriptor 4 and writes, like
`bwrap --json-status-fd`, one JSON line with the program's pid and one with its exit code on descriptor 3.
"""

import contextlib
import ctypes
import json
import os
import signal
import sys
import warnings  # os.execvpe imports it, when our user may no longer read it

__all__ = ["main", "warnings"]

_STATUS, _JOB = 3, 4
_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


def main() -> None:
    """Run the job."""
    os.set_inheritable(_STATUS, False)
    with os.fdopen(_JOB) as file:
        job = json.load(file)
    _adopt_orphans()
    pid = os.fork()
    if pid == 0:
        _become(job["argv"], job["environment"], job["folder"], job["owner"])
    with contextlib.suppress(OSError):  # the child does it too: whoever comes first
        os.setpgid(pid, pid)
    _write({"child-pid": pid})
    _, waited = os.waitpid(pid, 0)
    _kill_the_rest(pid)
    code = os.waitstatus_to_exitcode(waited)
    _write({"exit-code": code if code >= 0 else 128 - code})


def _become(argv: list[str], environment: dict[str, str], folder: str, owner: list[int] | None) -> None:
    try:
        os.setpgid(0, 0)
        if owner is not None:
            uid, gid = owner
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        os.chdir(folder)
        os.execvpe(argv[0], argv, environment)  # noqa: S606
    except OSError as error:
        sys.stderr.write(f"{argv[0]}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)


def _adopt_orphans() -> None:
    """Become the parent of whatever the program leaves behind (Linux), so that it can be found and killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _kill_the_rest(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            for orphan in _children():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(orphan, signal.SIGKILL)
            os.wait()


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def _write(line: dict[str, int]) -> None:
    os.write(_STATUS, json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    main()
