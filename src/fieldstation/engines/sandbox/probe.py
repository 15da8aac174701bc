"""Whether the sandbox works on this machine, found by using it once, and the next step where it does not."""

import shutil
import sys
from pathlib import Path

from fieldstation.engines.local.probe import said_by_true
from fieldstation.engines.sandbox.seccomp import supported
from fieldstation.ports.engine import Engine

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
    said = said_by_true(engine)
    return None if said is None else _explained(said, attempts)


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
