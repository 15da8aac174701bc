"""The first process of a run, as its recorder names it: held only when it is proven to be that process still."""

import os
from pathlib import Path

from fieldstation.engines.local.identity import Identity, Process, boot_id, every_pid, hold, identify, parent_of
from fieldstation.engines.local.records import Status


def find_inner(status: Status, recorder: Identity) -> Process | None:
    """Return a hold on the run's first process if it is alive, and is not another that was given its pid since."""
    if status.child_pid is None or recorder.boot != boot_id():
        return None
    identity = identify(status.child_pid)
    process = None if identity is None else hold(identity)
    if process is None or _proven(process, status, recorder):
        return process
    process.close()
    return None


def stragglers(recorder: Identity) -> list[Process]:
    """Return living processes of the recorder's session: what is left when it died before it could name anyone."""
    if recorder.boot != boot_id():
        return []
    if identify(recorder.pid) not in (None, recorder):  # the session's number means another one now
        return []
    found = []
    for pid in every_pid():
        process = _member(pid, recorder.pid)
        if process is not None:
            found.append(process)
    return found


def _member(pid: int, session: int) -> Process | None:
    try:
        if os.getsid(pid) != session:
            return None
    except ProcessLookupError:
        return None
    identity = identify(pid)
    return None if identity is None else hold(identity)


def _proven(process: Process, status: Status, recorder: Identity) -> bool:
    if status.pid_namespace is None:
        return parent_of(process.pid) == recorder.pid
    try:
        return Path(f"/proc/{process.pid}/ns/pid").stat().st_ino == status.pid_namespace
    except OSError:
        return False
