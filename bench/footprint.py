"""What a station takes when nobody uses it, and how long it takes to be there."""

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import processes
from bench.report import Figure, spread
from bench.scale import Scale
from bench.stations import bench_folder, settings_of
from fieldstation.testing.station import RunningStation, start_station

MEMORY_MB = 300.0
READY_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class _Start:
    """One start: seconds from `up` to ready, and CPU seconds of its main process until then."""

    seconds: float
    cpu: float


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield `station.ready` and `station.idle_memory`."""
    with bench_folder() as folder:
        firsts = [_started(folder / f"station-{number}") for number in range(scale.starts)]
        seconds = [_started(folder / f"station-{number}") for number in range(scale.starts)]
        running = start_station(folder / "station-0")
        try:
            settings = settings_of(running)
            yield _ready(firsts, seconds, settings)
            time.sleep(scale.idle_seconds)
            yield _memory(running, {**settings, "idle_seconds": scale.idle_seconds})
        finally:
            running.stop()


def _started(data: Path) -> _Start:
    began = time.perf_counter()
    running = start_station(data)
    try:
        return _Start(seconds=time.perf_counter() - began, cpu=processes.cpu_seconds(running.process.pid))
    finally:
        running.stop()


def _ready(firsts: Sequence[_Start], seconds: Sequence[_Start], settings: Mapping[str, Any]) -> Figure:
    first = statistics.median(start.seconds for start in firsts)
    second = statistics.median(start.seconds for start in seconds)
    value = max(first, second)
    return Figure(
        name="station.ready",
        value=value,
        unit="s",
        bound=READY_SECONDS,
        bound_name="promise",
        ratio=value / READY_SECONDS,
        holds=value < READY_SECONDS,
        n=len(firsts) + len(seconds),
        spread=spread([start.seconds for start in (*firsts, *seconds)]),
        settings={
            **settings,
            "first_seconds": first,
            "second_seconds": second,
            "first_cpu_seconds": statistics.median(start.cpu for start in firsts),
            "second_cpu_seconds": statistics.median(start.cpu for start in seconds),
        },
        promise="below 5 s from `up` to the page that says ready, in a new folder and in an old one",
    )


def _memory(running: RunningStation, settings: Mapping[str, Any]) -> Figure:
    pids = processes.of_station(running.process.pid, running.data)
    found = [processes.memory(pid) for pid in pids]
    value, alone = sum(one.pss for one in found) / 1e6, processes.alone(found) / 1e6
    return Figure(
        name="station.idle_memory",
        value=value,
        unit="MB",
        bound=MEMORY_MB,
        bound_name="promise",
        ratio=value / MEMORY_MB,
        holds=value < MEMORY_MB and alone < MEMORY_MB,
        n=len(pids),
        spread=(value, value),
        settings={
            **settings,
            "alone_mb": alone,
            "largest_mb": sorted((one.pss / 1e6 for one in found), reverse=True)[:3],
        },
        promise="below 300 MB, PSS of all processes with the database, also if nobody else had the same files open",
    )
