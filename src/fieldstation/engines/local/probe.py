"""Whether an engine works on this machine, found by using it once."""

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from fieldstation.engines.local.identity import identify
from fieldstation.ports.engine import Engine, EngineBusy, EngineRefused, Observation, Phase, RunSpec, Stream

PROBE = "probe-"  # how the names of such attempts begin; then come the asker's pid, and who that pid is
_PATIENCE_SECONDS = 20.0


def abandoned(attempts: Path) -> Iterator[str]:
    """Yield the names of probes below a folder whose askers died."""
    for folder in attempts.glob(f"{PROBE}*"):
        pid, _, who = folder.name.removeprefix(PROBE).partition("-")
        if pid.isdigit() and not who.startswith(mark_of(int(pid))):
            yield folder.name


def said_by_true(engine: Engine) -> str | None:
    """Return what went wrong with `true`, or None."""
    attempt_id = f"{PROBE}{os.getpid()}-{mark_of(os.getpid())}-{uuid4()}"
    try:
        handle = engine.submit(RunSpec(attempt_id=attempt_id, image="host:", argv=["true"]))
    except (EngineRefused, EngineBusy) as error:
        return str(error)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (seen := engine.observe([handle])[0]).phase is Phase.RUNNING:
        if time.monotonic() > deadline:
            engine.cancel(attempt_id, grace_seconds=0)
            return "`true` did not end in the sandbox"
        time.sleep(0.005)
    stderr = engine.logs(attempt_id, Stream.STDERR, 0, 4096).data.decode(errors="replace").strip()
    engine.release(attempt_id)
    return None if _succeeded(seen) else stderr or seen.detail or f"`true` ended with {seen.exit_code}"


def mark_of(pid: int) -> str:
    """Return what tells the process that has this pid from all that have it before and after."""
    return hashlib.sha256(str(identify(pid)).encode()).hexdigest()[:16]


def _succeeded(seen: Observation) -> bool:
    return seen.phase is Phase.EXITED and seen.exit_code == 0
