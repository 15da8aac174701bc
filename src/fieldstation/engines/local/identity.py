"""Which process is meant: never a bare pid, which the kernel hands out again, but (boot, pid, start time)."""

import errno
import os
import select
import signal as signals
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_NOT_A_PROCESS = frozenset({errno.ESRCH, errno.ENOENT, errno.EINVAL})  # gone, or the number is a thread's by now


@cache
def boot_id() -> str:
    """Return a name of this boot of the machine; another boot has another."""
    if BOOT_ID.exists():
        return BOOT_ID.read_text().strip()
    return _told_by("sysctl", "-n", "kern.bootsessionuuid") or "unknown"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One process of one boot; `start` is its start time in the kernel's own words."""

    boot: str
    pid: int
    start: str

    def __str__(self) -> str:
        return f"{self.boot}:{self.pid}:{self.start}"


def identify(pid: int) -> Identity | None:
    """Return who has this pid now; None when nobody, or only a dead process not yet collected, has it."""
    start = _start(pid)
    return None if start is None else Identity(boot=boot_id(), pid=pid, start=start)


def parent_of(pid: int) -> int | None:
    """Return the parent's pid."""
    if not BOOT_ID.exists():
        return _parent_by_ps(pid)
    fields = _stat(pid)
    return None if fields is None else int(fields[1])


def every_pid() -> list[int]:
    """Return the pids of this machine, as far as this process may know them."""
    if not BOOT_ID.exists():
        return _pids_by_ps()
    return [int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit()]


class Process:
    """A process held so that its pid cannot mean another: by pidfd, or where there is none by a check before use."""

    def __init__(self, identity: Identity, descriptor: int | None) -> None:
        self.identity = identity
        self.descriptor = descriptor

    @property
    def pid(self) -> int:
        """The pid; meaningful while `alive`."""
        return self.identity.pid

    def alive(self) -> bool:
        """Tell whether it still runs; a dead one not yet collected does not."""
        if self.descriptor is None:
            return identify(self.pid) == self.identity
        poll = select.poll()
        poll.register(self.descriptor, select.POLLIN)
        return not poll.poll(0)

    def signal(self, number: signals.Signals) -> None:
        """Send a signal to this process alone; nothing happens when it is gone."""
        try:
            if self.descriptor is not None:
                signals.pidfd_send_signal(self.descriptor, number)
            elif self.alive():
                os.kill(self.pid, number)
        except ProcessLookupError:
            return

    def signal_group(self, number: signals.Signals) -> bool:
        """Send a signal to the process group that it leads; False when there is no such group (yet, or any more)."""
        if not self.alive():
            return False
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return False
        return True

    def close(self) -> None:
        """Let go; the process itself is not touched. Idempotent."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


def hold(identity: Identity) -> Process | None:
    """Return a hold on the process if it is alive and still the one meant."""
    if identity.boot != boot_id():
        return None
    descriptor = None
    if hasattr(os, "pidfd_open"):
        try:
            descriptor = os.pidfd_open(identity.pid)
        except OSError as error:
            if error.errno in _NOT_A_PROCESS:
                return None
            raise
    if identify(identity.pid) == identity:
        return Process(identity, descriptor)
    if descriptor is not None:
        os.close(descriptor)
    return None


def _start(pid: int) -> str | None:
    if not BOOT_ID.exists():
        return _start_by_ps(pid)
    fields = _stat(pid)
    return None if fields is None or fields[0] in ("Z", "X") else fields[19]


def _stat(pid: int) -> list[str] | None:
    """Return the fields of /proc/<pid>/stat from `state` (field 3 in proc(5)) on."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text[text.rindex(")") + 2 :].split()


def _start_by_ps(pid: int) -> str | None:
    """Return the start time as macOS tells it, None for a dead process not yet collected."""
    state, _, start = _told_by("ps", "-o", "state=,lstart=", "-p", str(pid)).partition(" ")
    return start.strip() or None if not state.startswith("Z") else None


def _parent_by_ps(pid: int) -> int | None:
    told = _told_by("ps", "-o", "ppid=", "-p", str(pid))
    return int(told) if told else None


def _pids_by_ps() -> list[int]:
    return [int(pid) for pid in _told_by("ps", "-A", "-o", "pid=").split()]


def _told_by(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()
