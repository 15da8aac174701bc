"""What tests look at in a real station: its processes, its files, and the words of its commands."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from fieldstation.testing.station import RunningStation

PATIENCE_SECONDS = 90.0


def ask(station: RunningStation, path: str) -> httpx.Response:
    """Ask the station without signing in."""
    return httpx.get(station.url + path, timeout=30)


def workers_of(station: RunningStation) -> list[int]:
    """Return the worker processes of the station."""
    return [pid for pid in children_of(station.process.pid) if b"serve" in _command_line(pid)]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):  # it ended since
        return b""


def kill(station: RunningStation) -> None:
    """End the station's parent as a crash would."""
    station.process.kill()
    station.process.wait()


def run_verb(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run one command of the program to its end, with these settings only."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIELDSTATION_")}
    command = [sys.executable, "-P", "-m", "fieldstation", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=inherited | environment)


def record_of(data: Path) -> Mapping[str, object]:
    """Return what station.json says."""
    found: Mapping[str, object] = json.loads((data / "station.json").read_text())
    return found


def children_of(pid: int) -> list[int]:
    """Return the processes whose parent is `pid`."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except OSError:
            continue
    return found


def alive(pid: int) -> bool:
    """Tell whether a process lives; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(true: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for something to become so; fails when it does not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
