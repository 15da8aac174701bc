"""A real station in a process of its own, started and stopped as its operator would."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 90.0
STOP_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class RunningStation:
    """A station that said it is ready; `log` is what it printed."""

    url: str
    data: Path
    log: Path
    admin_password: str
    process: subprocess.Popen[bytes]

    def stop(self) -> int:
        """End it as a service manager does, with SIGTERM, and return its exit code; TimeoutExpired when it hangs."""
        return _stop(self.process)


def start_station(
    data: Path, *, environment: Mapping[str, str] | None = None, python: Path | None = None, port: int = 0
) -> RunningStation:
    """Start `fieldstation up` on `data` and `port` (0: any free one), this Python or another; return once ready.

    Raises RuntimeError with the end of what it printed when it ends or is not ready in time. Of our own environment it
    gets everything but `FIELDSTATION_*`.
    """
    log = data.parent / f"{data.name}.log"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIELDSTATION_")}
    command = [str(python or sys.executable), "-m", "fieldstation", "up", "--data", str(data), "--port", str(port)]
    with log.open("wb") as written:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            env=inherited | dict(environment or {}),
            start_new_session=True,
        )
    try:
        _wait_ready(process, log)
    except BaseException:
        _stop(process)
        raise
    return RunningStation(
        url=json.loads((data / "station.json").read_text())["url"],
        data=data,
        log=log,
        admin_password=_admin_password(data, environment or {}),
        process=process,
    )


@contextmanager
def running_station(
    data: Path, *, environment: Mapping[str, str] | None = None, python: Path | None = None
) -> Iterator[RunningStation]:
    """Yield a station on `data`, stopped at the end."""
    station = start_station(data, environment=environment, python=python)
    try:
        yield station
    finally:
        station.stop()


def _admin_password(data: Path, environment: Mapping[str, str]) -> str:
    given = environment.get("FIELDSTATION_ADMIN_PASSWORD")
    return given or (data / "admin-password").read_text().strip()


def _stop(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGTERM)  # never SIGKILL first: the database server would outlive it
    try:
        return process.wait(STOP_SECONDS)
    finally:
        process.kill()
        process.wait()


def _wait_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + READY_SECONDS
    while not any(line.startswith("ready ") for line in log.read_text(errors="replace").splitlines()):
        if process.poll() is not None:
            raise RuntimeError(f"the station ended with {process.returncode}:\n{_tail(log)}")
        if time.monotonic() > ends:
            raise RuntimeError(f"the station was not ready after {READY_SECONDS:.0f} s:\n{_tail(log)}")
        time.sleep(0.05)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])
