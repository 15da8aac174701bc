"""Doing things again as a normal user, when the tests themselves run as root."""

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

STRANGER = "nobody"
_REPOSITORY = Path(__file__).parent.parent


def as_stranger(*tests: str) -> None:
    """Run these tests, files or single ones, as the user `nobody`; each must pass."""
    done = run_as_stranger("-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def run_as_stranger(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run Python with these arguments as the user `nobody`, with a home of its own.

    Skips where no Python that this user may run has our packages: the one we run on may lie under /root.
    """
    home = Path(tempfile.mkdtemp(prefix="fst-home-", dir="/tmp"))
    shutil.chown(home, STRANGER)
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(_REPOSITORY / "src"), sysconfig.get_path("purelib")]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        return _run([_python(environment), *words], environment)
    finally:
        shutil.rmtree(home)


def strangers_group() -> int:
    """Return the group of the stranger."""
    return pwd.getpwnam(STRANGER).pw_gid


def _python(environment: dict[str, str]) -> str:
    for candidate in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        try:
            if _run([candidate, "-c", "import pytest, fieldstation.db"], environment).returncode == 0:
                return candidate
        except OSError:
            continue
    pytest.skip(f"no Python that the user {STRANGER} may run has our packages: not tested as a normal user")


def _run(argv: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        argv, user=STRANGER, group=strangers_group(), extra_groups=[], cwd=_REPOSITORY, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
