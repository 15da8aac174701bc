"""What an attempt uses over time: few points, in a file beside its logs, so that they outlive who takes them.

Points lie at even distances. When there are too many, every second one is dropped and the distance doubles, so that a
run of a day has as many as one of a few minutes; nothing is written in the first second.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from fieldstation.ports.engine import MOST_SAMPLES, Sample

FIRST_SECONDS = 1.0


class Curve:
    """The points of one attempt, added by whoever follows it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._points: list[Sample] | None = None  # read when the first one is due: most attempts have none
        self._step = FIRST_SECONDS
        self._next = FIRST_SECONDS

    def due(self, seconds: float) -> bool:
        """Tell whether it is time for a point, `seconds` after the start."""
        if seconds >= self._next and self._points is None:
            self._take_up()
        return seconds >= self._next

    def add(self, point: Sample) -> None:
        """Keep a point that was due."""
        points = self._points = [*(self._points or ()), point]
        if len(points) > MOST_SAMPLES:
            kept = self._points = points[1::2]
            self._step = max(2 * self._step, (kept[-1].seconds - kept[0].seconds) / (len(kept) - 1))
            self._rewrite(kept)
        else:
            _write(self._file, os.O_APPEND, [point])
        self._next = point.seconds + self._step

    def _take_up(self) -> None:
        """Go on where another process stopped, if one did."""
        self._points = [*read(self._file)]
        if len(self._points) > 1:
            span = self._points[-1].seconds - self._points[0].seconds
            self._step = max(FIRST_SECONDS, span / (len(self._points) - 1))
        if self._points:
            self._next = self._points[-1].seconds + self._step

    def _rewrite(self, points: Sequence[Sample]) -> None:
        fresh = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        _write(fresh, os.O_TRUNC, points)
        fresh.rename(self._file)


def read(file: Path) -> Sequence[Sample]:
    """Return the points in a file, none where there is no such file; a last one that was cut short is left out."""
    try:
        lines = file.read_text().splitlines(keepends=True)
    except FileNotFoundError:
        return ()
    whole = (json.loads(line) for line in lines if line.endswith("]\n"))
    return [
        Sample(seconds=seconds, cpu_seconds=cpu, memory_bytes=memory, disk_bytes=disk)
        for seconds, cpu, memory, disk in whole
    ]


def _line(point: Sample) -> str:
    cpu = None if point.cpu_seconds is None else round(point.cpu_seconds, 3)
    return json.dumps([round(point.seconds, 3), cpu, point.memory_bytes, point.disk_bytes]) + "\n"


def _write(file: Path, flag: int, points: Sequence[Sample]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flag, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.writelines(map(_line, points))
