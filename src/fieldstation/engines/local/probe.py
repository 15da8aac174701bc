"""Whether an engine works on this machine, found by using it once."""

import time
from uuid import uuid4

from fieldstation.ports.engine import Engine, EngineBusy, EngineRefused, Observation, Phase, RunSpec, Stream

_PATIENCE_SECONDS = 20.0


def said_by_true(engine: Engine) -> str | None:
    """Return what went wrong with `true`, or None."""
    attempt_id = f"probe-{uuid4()}"
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
