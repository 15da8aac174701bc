"""Whether the sandbox works on this machine, found by using it once, and the next step where it does not."""

import shutil
import sys
import time
from pathlib import Path
from uuid import uuid4

from fieldstation.engines.sandbox.seccomp import supported
from fieldstation.ports.engine import Engine, EngineBusy, EngineRefused, Observation, Phase, RunSpec, Stream

_PATIENCE_SECONDS = 20.0
_SWITCHES = (
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
    ("/proc/sys/user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=15000"),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
)


def what_is_missing(engine: Engine, attempts: Path) -> str | None:
    """Run `true` in the sandbox; return None when it ended with 0, else what is in the way and what to type."""
    if sys.platform != "linux":
        return "the sandbox needs Linux; set FIELDSTATION_ENGINES=process to run without isolation"
    if not supported():
        return "no system call filter is known for this processor; set FIELDSTATION_ENGINES=process"
    for program, package in (("bwrap", "bubblewrap"), ("setpriv", "util-linux")):
        if shutil.which(program) is None:
            return f"{program} is not installed: apt install {package}"
    said = _said_by_true(engine)
    return None if said is None else _explained(said, attempts)


def _said_by_true(engine: Engine) -> str | None:
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


def _explained(said: str, attempts: Path) -> str:
    for file, bad, remedy in _SWITCHES:
        if _is(Path(file), bad):
            return f"{said}; the kernel forbids user namespaces: {remedy}"
    for folder in (attempts, *attempts.parents):
        if folder.exists() and not folder.stat().st_mode & 0o001:
            return f"{said}; runs have a user of their own, who must be able to pass: chmod o+x {folder}"
    return f"the sandbox does not work here: {said}"


def _is(file: Path, value: str) -> bool:
    try:
        return file.read_text().strip() == value
    except OSError:
        return False
