"""What a stranger does who types `make up`: opens the address it prints, signs in as it says, and gets a plot."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.console.vitest import WALK, WEB, passed_in_browser
from tests.closing import Scale

_PATIENCE_SECONDS = 120.0
_READY = re.compile(r"^ready (http://\S+)$", re.MULTILINE)
_PASSWORD = re.compile(r'"password_in": "([^"]+)"')


@dataclass(frozen=True, kw_only=True)
class MadeUp:
    """What `make up` printed that a person needs: the address, and where the password of the first user lies."""

    url: str
    password_file: Path


@pytest.fixture
def made_up() -> Iterator[MadeUp]:
    place = Path(tempfile.mkdtemp(prefix="fst-walk-"))
    place.chmod(0o711)  # the users of runs go through it
    with _make_up(place) as printed:
        yield printed
    shutil.rmtree(place)


@contextmanager
def _make_up(place: Path) -> Iterator[MadeUp]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("FIELDSTATION_", "MAKE", "ARGS"))
    }
    chosen = {"FIELDSTATION_DATA": str(place / "station"), "FIELDSTATION_PORT": "0"}
    log = place / "up.log"
    with log.open("wb") as written:
        make = subprocess.Popen(
            ["make", "up"], cwd=WEB.parent, env=inherited | chosen, stdin=subprocess.DEVNULL, stdout=written,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        yield _printed(make, log)
    finally:
        os.killpg(make.pid, signal.SIGINT)  # Ctrl-C
        make.wait(_PATIENCE_SECONDS)


def _printed(make: "subprocess.Popen[bytes]", log: Path) -> MadeUp:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        text = log.read_text(errors="replace")
        ready, password = _READY.search(text), _PASSWORD.search(text)
        if ready:
            assert password, f"nobody can know how to sign in:\n{text}"
            return MadeUp(url=ready[1], password_file=Path(json.loads(f'"{password[1]}"')))
        assert make.poll() is None and time.monotonic() < deadline, text
        time.sleep(0.1)


@pytest.mark.timeout(400)
def test_from_make_up_to_a_plot(made_up: MadeUp, scale: Scale, tmp_path: Path) -> None:
    admin = {"username": "admin", "password": made_up.password_file.read_text().strip()}
    scene = {"url": made_up.url, "folder": str(tmp_path), "ada": admin}
    scale.count("walks from make up to a plot", passed_in_browser(WALK, scene, tmp_path))
