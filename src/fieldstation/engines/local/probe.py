"""Whether an engine works on this machine, found by using it once."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from fieldstation.ports.engine import Engine, EngineBusy, EngineRefused, Observation, Phase, RunSpec, Stream

PROBE = "probe-"  # how the names of such attempts begin
_PATIENCE_SECONDS = 20.0
_ABANDONED_SECONDS = 30 * _PATIENCE_SECONDS


def abandoned(attempts: Path) -> Iterator[str]:
    """Yield the names of probes below a folder whose asker cannot be waiting for them any more.

    Ages are by the file system's own clock.
    """
    os.utime(attempts)
    before = attempts.stat().st_mtime - _ABANDONED_SECONDS
    for folder in attempts.glob(f"{PROBE}*"):
        with suppress(FileNotFoundError):
            if folder.stat().st_mtime < before:
                yield folder.name


def said_by_true(engine: Engine) -> str | None:
    """Return what went wrong with `true`, or None."""
    attempt_id = f"{PROBE}{uuid4()}"
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


def _succeeded(seen: Observation) -> bool:
    return seen.phase is Phase.EXITED and seen.exit_code == 0
