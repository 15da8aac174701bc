"""Real stations as processes, for tests that start, kill and stop them."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

READY_SECONDS = 90.0  # patience, not a promise
PROGRAM = (sys.executable, "-P", "-m", "fieldstation")


@dataclass(kw_only=True)
class StationProcess:
    """One `fieldstation up`, with what it printed so far."""

    data: Path
    process: "subprocess.Popen[str]"
    url: str = ""
    printed: list[str] = field(default_factory=list)

    @property
    def pid(self) -> int:
        """The parent process."""
        return self.process.pid

    def get(self, path: str) -> httpx.Response:
        """Ask the station."""
        return httpx.get(self.url + path, timeout=30)

    def kill(self) -> None:
        """End the parent as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """End it as an operator would; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(READY_SECONDS)

    def workers(self) -> list[int]:
        """The worker processes of the parent."""
        return [pid for pid in children_of(self.pid) if b"serve" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@contextmanager
def station(data: Path, *, python: str = sys.executable, **environment: str) -> Iterator[StationProcess]:
    """Run a station on `data` and a free port until the end of the block; ready when the block begins."""
    process = subprocess.Popen(
        [python, "-P", "-m", "fieldstation", "up", "--data", str(data), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**clean_environment(), **environment},
    )  # fmt: skip
    running = StationProcess(data=data, process=process)
    reader = threading.Thread(target=_read, args=(running,), daemon=True)
    reader.start()
    try:
        wait_until(lambda: bool(running.url) or process.poll() is not None)
        assert running.url, "".join(running.printed)
        yield running
    finally:
        if process.poll() is None:
            running.stop()
        reader.join(10)
        assert process.stdout is not None
        process.stdout.close()


def run_verb(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run one command of the program to its end."""
    return subprocess.run(
        [*PROGRAM, *words], capture_output=True, text=True, check=False, env={**clean_environment(), **environment}
    )


def record_of(data: Path) -> Mapping[str, object]:
    """Return what station.json says."""
    found: Mapping[str, object] = json.loads((data / "station.json").read_text())
    return found


def clean_environment() -> dict[str, str]:
    """Return this process's environment without settings of a station."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FIELDSTATION_")}


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


def wait_until(true: Callable[[], bool], seconds: float = READY_SECONDS) -> None:
    """Wait for something to become so; fails when it does not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def _read(running: StationProcess) -> None:
    assert running.process.stdout is not None
    for line in running.process.stdout:
        running.printed.append(line)
        if line.startswith("ready "):
            running.url = line.split()[1]
