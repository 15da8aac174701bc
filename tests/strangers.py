"""Running tests again as a normal user, when the tests themselves run as root."""

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


def as_stranger(*tests: Path) -> None:
    """Run these test files as the user `nobody`, with a home of its own; skips where no Python of ours is readable."""
    home = Path(tempfile.mkdtemp(prefix="fst-home-", dir="/tmp"))
    shutil.chown(home, STRANGER)
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(_REPOSITORY / "src"), sysconfig.get_path("purelib")]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        done = subprocess.run(
            [_python(environment), "-m", "pytest", "-q", "-p", "no:cacheprovider", *map(str, tests)],
            user=STRANGER, group=strangers_group(), extra_groups=[], cwd=_REPOSITORY, env=environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        shutil.rmtree(home)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def _python(environment: dict[str, str]) -> str:
    """Return a Python that the stranger can run and that loads our packages; the one we run on may lie under /root."""
    for candidate in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        try:
            done = subprocess.run(
                [candidate, "-c", "import pytest, fieldstation.db"],
                user=STRANGER, group=strangers_group(), extra_groups=[],
                cwd="/", env=environment, capture_output=True, check=False,
            )  # fmt: skip
        except OSError:
            continue
        if done.returncode == 0:
            return candidate
    pytest.skip(f"no Python that the user {STRANGER} may run has our packages: not tested as a normal user")


def strangers_group() -> int:
    """Return the group of the stranger."""
    return pwd.getpwnam(STRANGER).pw_gid
