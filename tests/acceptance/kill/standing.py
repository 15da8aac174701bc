"""A real station that is kept up: `fieldstation up` on its own directory, started again whenever it was killed.

Only processes found from what this started are ever signaled: the parent, its children, and the server whose number
lies in the station's own directory.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import pytest

from fieldstation.client import Station
from fieldstation.db.embedded import EmbeddedPostgres
from fieldstation.db.embedded.postmaster import read_postmaster
from tests.closing import SOAK
from tests.stations import alive, children_of

PATIENCE_SECONDS = 120.0  # for things that take a second on an idle machine
SOAKING = bool(os.environ.get(SOAK))
AT_LENGTH = pytest.mark.timeout(3600 if SOAKING else 900)  # also on a machine that is busy with other things


class Standing:
    """One data directory and the `up` that serves it now. `environment` are its settings, `log` takes its words."""

    def __init__(self, data: Path, environment: Mapping[str, str], log: Path) -> None:
        self.data = data
        self.log = log
        self.starts = 0
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIELDSTATION_")}
        self._environment = inherited | dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._token: str | None = None

    def start(self) -> None:
        """Start `up`, and return once it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "fieldstation", "up", "--data", str(self.data), "--port", "0"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=self._environment,
            )  # fmt: skip
        self.starts += 1
        wait_for(lambda: bool(self.url) or not self.up(), "the station to be ready")
        assert self.up(), f"the station ended by itself:\n{self.said()}"
        if self._token is None:
            self._token = self._sign_in()

    def up(self) -> bool:
        """Tell whether the parent process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The parent process."""
        assert self._process is not None
        return self._process.pid

    @property
    def url(self) -> str:
        """The address of the station that runs now, empty while it is not ready."""
        try:
            record = json.loads((self.data / "station.json").read_text())
        except FileNotFoundError:
            return ""
        return str(record["url"]) if record["pid"] == self.pid else ""

    def ask(self, path: str) -> httpx.Response:
        """Ask once, as whoever the token is for."""
        headers = {"Authorization": f"Bearer {self._token}"}
        return httpx.get(f"{self.url}{path}", headers=headers, timeout=PATIENCE_SECONDS)

    def database_url(self) -> str:
        """Return the address of the station's database."""
        return self._environment.get("FIELDSTATION_DATABASE_URL") or EmbeddedPostgres(self.data).url()

    def station(self) -> Station:
        """Return the station as a client sees it now."""
        return Station(self.url or "http://127.0.0.1:9", self._token)

    def workers(self) -> list[int]:
        """Return the worker processes of the parent."""
        return [pid for pid in children_of(self.pid) if _command(pid).count(b"serve")]

    def postmaster(self) -> int | None:
        """Return the main process of the database server, if it lives."""
        found = read_postmaster(self.data / "postgres" / "data")
        return found.pid if found is not None and found.alive() and alive(found.pid) else None

    def backends(self) -> list[int]:
        """Return the server's processes that work for one connection of the station each."""
        server = self.postmaster()
        return [] if server is None else [p for p in children_of(server) if _command(p).count(b": fieldstation ")]

    def kill(self) -> None:
        """End the parent as a crash would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """End it as an operator would; returns the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """Leave nothing running, whatever state it is in."""
        if not self.up() and self.postmaster() is not None:
            down = [sys.executable, "-P", "-m", "fieldstation", "down", "--data", str(self.data)]
            subprocess.run(down, env=self._environment, check=False, capture_output=True)
        elif self.up():
            self.stop()

    def said(self, lines: int = 150) -> str:
        """Return the last lines that the station printed, without those of requests."""
        told = self.log.read_text(errors="replace").splitlines()
        return "\n".join([line for line in told if '"event": "request"' not in line][-lines:])

    def _sign_in(self) -> str:
        """Return a token that outlives the test, whichever `up` made it."""
        password = (self.data / "admin-password").read_text().strip()
        form = {"grant_type": "password", "client_id": "fieldstation", "username": "admin", "password": password}
        answer = httpx.post(f"{self.url}/auth/realms/fieldstation/protocol/openid-connect/token", data=form, timeout=30)
        with Station(self.url, answer.raise_for_status().json()["access_token"]) as station:
            token = station.tokens.create("kills", days=1)
        assert token.token is not None
        return token.token


def kill_child(parent: int, pid: int, number: signal.Signals = signal.SIGKILL) -> bool:
    """Signal a process that is still a child of `parent`; False when it is gone."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        if pid not in children_of(parent):
            return False
        signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
    return True


def wait_for(
    true: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS, *, poll_seconds: float = 0.02
) -> float:
    """Wait for something to become so, and return how long it took; fails, naming it, when it does not."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(poll_seconds)
    return time.monotonic() - began


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
