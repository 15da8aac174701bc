"""The kinds of kill: each finds its victim among what the test started, and returns when it was hit."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from fieldstation.workers.points import POINTS
from tests.acceptance.kill.sightings import Sightings
from tests.acceptance.kill.standing import Standing, kill_child, wait_for

UP = "up"
KINDS = (*POINTS, "worker", UP, "postmaster", "backend", "recorder")
_MOST_SECONDS_BETWEEN = 0.5


class Blows:
    """Strikes; `hit` counts by kind."""

    def __init__(self, standing: Standing, sightings: Sightings, die_at: Path, rng: random.Random) -> None:
        self._standing = standing
        self._sightings = sightings
        self._die_at = die_at
        self._rng = rng
        self.hit: Counter[str] = Counter()
        self._ways: Mapping[str, Callable[[], None]] = {
            "worker": self._worker,
            UP: self._up,
            "postmaster": self._postmaster,
            "backend": self._backend,
            "recorder": self._recorder,
        }

    def strike(self, kind: str, work: Callable[[], None]) -> None:
        """Kill one process of this kind; `work` submits new runs, so that there is something to hit."""
        assert self._standing.up(), f"the station ended by itself before `{kind}`:\n{self._standing.said()}"
        time.sleep(self._rng.uniform(0, _MOST_SECONDS_BETWEEN))
        if kind in POINTS:
            self._at_point(kind, work)
        else:
            work()
            time.sleep(self._rng.uniform(0, _MOST_SECONDS_BETWEEN))
            self._ways[kind]()
        self.hit[kind] += 1

    def _at_point(self, point: str, work: Callable[[], None]) -> None:
        fresh = self._die_at.with_suffix(".new")
        fresh.write_text(point)
        fresh.rename(self._die_at)
        work()  # after it was chosen where to die: every run goes by every point
        wait_for(lambda: not self._die_at.exists(), f"a worker to die {point}")

    def _worker(self) -> None:
        def struck() -> bool:
            workers = self._standing.workers()
            return bool(workers) and kill_child(self._standing.pid, self._rng.choice(workers))

        wait_for(struck, "a worker to kill")

    def _up(self) -> None:
        self._standing.kill()
        self._standing.start()

    def _postmaster(self) -> None:
        wait_for(lambda: self._standing.postmaster() is not None, "a database server to kill")
        server = self._standing.postmaster()
        assert server is not None
        os.kill(server, signal.SIGKILL)

    def _backend(self) -> None:
        number = self._rng.choice((signal.SIGKILL, signal.SIGTERM))

        def struck() -> bool:
            server, backends = self._standing.postmaster(), self._standing.backends()
            return server is not None and bool(backends) and kill_child(server, self._rng.choice(backends), number)

        wait_for(struck, "a connection of the database to kill")

    def _recorder(self) -> None:
        def struck() -> bool:
            living = [recorder for recorder in self._sightings.recorders() if recorder.alive()]
            return bool(living) and self._rng.choice(living).kill()

        wait_for(struck, "a running attempt's recorder to kill")


def schedule(kills: int, rng: random.Random) -> Sequence[str]:
    """Return kinds of kill in random order, each as often as the others; those of `up` are spread evenly.

    Each of these also ends the pauses before a worker's next start, which grow with every death in a row.
    """
    each = -(-kills // len(KINDS))
    others = [kind for kind in KINDS if kind != UP for _ in range(each)]
    rng.shuffle(others)
    stride = -(-len(others) // each)
    blocks = [others[start : start + stride] for start in range(0, len(others), stride)]
    return [kind for block in blocks for kind in (*block, UP)]
