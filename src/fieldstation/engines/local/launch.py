"""Starting the first process of an attempt: cheaply, in a session of its own, and not before it is written down.

A shell of four lines waits on a pipe. Only when the station has recorded who the shell is does it write `go`; the
shell then joins the control groups and becomes the recorder. If the station dies in between, the pipe ends and the
shell leaves: what was not recorded never ran. Everything is an argument of its own; nothing is put into the script.
posix_spawn is used because it does not copy the station's memory, as a fork with Python code in the child would.
"""

import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SHELL = "/bin/sh"
STATUS = 3  # the descriptor on which a recorder writes its status
_SCRIPT = (
    'umask "$0" && cd / && read -r go && [ "$go" = go ] || exit 125; '
    'while [ "$1" != -- ]; do echo 0 >"$1" || exit 125; shift; done; shift; exec "$@" </dev/null'
)
_CLEAR_OF_TARGETS = 64  # our own descriptors are kept above those that the child will have
_RESET = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, kw_only=True)
class Command:
    """A recorder to start: its argv, environment and umask, and the bytes it finds on descriptors 4 and up."""

    argv: Sequence[str]
    umask: int
    environment: Mapping[str, str] = field(default_factory=dict)
    descriptors: Sequence[bytes] = ()


@dataclass(frozen=True, kw_only=True)
class Files:
    """Where the recorder's status and the program's logs go; opened for appending, readable by the station alone."""

    status: Path
    stdout: Path
    stderr: Path


class Waiting:
    """A started shell that waits for `go`."""

    def __init__(self, pid: int, gate: int) -> None:
        self.pid = pid
        self._gate = gate

    def go(self) -> None:
        """Let it start."""
        os.write(self._gate, b"go\n")


@contextlib.contextmanager
def started(command: Command, files: Files, joins: Sequence[Path]) -> Iterator[Waiting]:
    """Start the waiting shell; unless `go` is called inside, it leaves. Raises OSError when nothing can be started."""
    with contextlib.ExitStack() as opened:
        read_end, gate = _pipe()
        opened.callback(os.close, read_end)
        opened.callback(os.close, gate)
        contents = [_content(data, opened) for data in command.descriptors]
        actions: list[tuple[int, ...] | tuple[int, int, str, int, int]] = [(os.POSIX_SPAWN_DUP2, read_end, 0)]
        for target, path in ((1, files.stdout), (2, files.stderr), (STATUS, files.status)):
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            actions.append((os.POSIX_SPAWN_OPEN, target, str(path), flags, 0o600))
        actions += [(os.POSIX_SPAWN_DUP2, source, STATUS + 1 + place) for place, source in enumerate(contents)]
        actions += [(os.POSIX_SPAWN_CLOSE, descriptor) for descriptor in _stray(STATUS + len(contents))]
        argv = [SHELL, "-c", _SCRIPT, f"{command.umask:04o}", *map(str, joins), "--", *command.argv]
        pid = os.posix_spawn(
            SHELL, argv, dict(command.environment), file_actions=actions, setsid=True, setsigmask=(), setsigdef=_RESET
        )
        yield Waiting(pid, gate)


def _pipe() -> tuple[int, int]:
    low = os.pipe()
    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _CLEAR_OF_TARGETS) for descriptor in low]
    for descriptor in low:
        os.close(descriptor)
    return high[0], high[1]


def _content(data: bytes, opened: contextlib.ExitStack) -> int:
    """Return a descriptor from which the bytes can be read once, and which no file system ever sees."""
    if hasattr(os, "memfd_create"):
        low = os.memfd_create("content")
        os.write(low, data)
        os.lseek(low, 0, os.SEEK_SET)
    else:
        low, end = os.pipe()
        os.set_blocking(end, False)
        os.write(end, data)  # a pipe holds 16 KiB at least; more is refused with BlockingIOError
        os.close(end)
    high = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, _CLEAR_OF_TARGETS)
    os.close(low)
    opened.callback(os.close, high)
    return high


def _stray(last: int) -> Sequence[int]:
    """Return descriptors that would be inherited by mistake: those that some library opened without O_CLOEXEC."""
    strays = []
    for name in os.listdir("/dev/fd"):
        descriptor = int(name)
        with contextlib.suppress(OSError):
            if descriptor > last and os.get_inheritable(descriptor):
                strays.append(descriptor)
    return strays
