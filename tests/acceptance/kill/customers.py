"""Clients that do not give up: each run is submitted under a key of its own until the station has answered."""

import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg

from fieldstation.client import ClientError, Station
from fieldstation.client.runs import Order
from fieldstation.kernel.errors import Unavailable
from tests.acceptance.kill.journal import Journals
from tests.acceptance.kill.standing import PATIENCE_SECONDS, Standing, wait_for

_AT_ONCE = 4
_REPEATED = 0.25  # so many submits are sent once more after they were answered
PASSING = (None, 409, 503)  # no answer, the same key at work, the database away
FEED = "feed"
_FINAL = "SELECT count(*) FROM run WHERE ended_at IS NOT NULL"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One run as it is wanted: its key, its journal and how long it works."""

    key: str
    journal: str
    seconds: float
    output: str

    def order(self) -> Order:
        """Write it as the station reads it."""
        parameters = {"journal": self.journal, "seconds": self.seconds}
        return Order(
            tool="journal",
            parameters=parameters,
            inputs={"data": [FEED]},
            output=self.output,
            name=self.key,
            reuse=False,
        )


class Customers:
    """Submits what is wanted through several connections at once; `surprises` are answers that nobody should get."""

    def __init__(self, standing: Standing, journals: Journals, rng: random.Random) -> None:
        self._standing = standing
        self._journals = journals
        self._rng = rng
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="customer")
        self._answers: list[tuple[Wanted, Future[str]]] = []
        self._over = threading.Event()
        self.surprises: list[str] = []

    def __enter__(self) -> "Customers":
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._pool.shutdown(cancel_futures=True)

    @property
    def wanted(self) -> int:
        """How many runs were wanted so far."""
        return len(self._answers)

    def waiting(self) -> int:
        """Return how many runs that were wanted are not final; all of them while the database is away."""
        try:
            with psycopg.connect(self._standing.database_url()) as connection:
                (final,) = connection.execute(_FINAL).fetchone() or (0,)
        except (psycopg.OperationalError, Unavailable):
            final = 0
        return self.wanted - int(final)

    def want(self, count: int, seconds: tuple[float, float] = (0.1, 1.5)) -> None:
        """Have so many more runs submitted, which work for a time between these two."""
        for _ in range(count):
            wanted = Wanted(
                key=f"run-{len(self._answers)}",
                journal=self._journals.make(),
                seconds=round(self._rng.uniform(*seconds), 2),
                output=f"results-{self._rng.randrange(3)}",
            )
            repeated = self._rng.random() < _REPEATED
            self._answers.append((wanted, self._pool.submit(self._submit, wanted, repeated=repeated)))

    def answers(self) -> Sequence[tuple[Wanted, str]]:
        """Return every run that was wanted with its id, once all are submitted."""
        return [(wanted, future.result(PATIENCE_SECONDS)) for wanted, future in self._answers]

    def _submit(self, wanted: Wanted, *, repeated: bool) -> str:
        run_id = self._until_answered(wanted)
        if repeated and self._until_answered(wanted) != run_id:
            self.surprises.append(f"{wanted.key} became two runs")
        return run_id

    def _until_answered(self, wanted: Wanted) -> str:
        while not self._over.is_set():
            try:
                with self._standing.station() as station:
                    return station.runs.submit(wanted.order(), wanted.key).id
            except ClientError as error:
                if error.status not in PASSING:
                    self.surprises.append(f"{wanted.key}: {error.status} {error.reason} {error.text}")
            time.sleep(0.2)
        raise TimeoutError(f"{wanted.key} was given up")


class Feeder:
    """Publishes a version of the data set that the runs read, and more until it is stopped."""

    def __init__(self, standing: Standing, folder: Path, *, once: bool = False) -> None:
        self._standing = standing
        self._folder = folder / FEED
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._feed, name="feeder")
        self._once = once
        self.surprises: list[str] = []
        self.published = 0

    def __enter__(self) -> "Feeder":
        with self._standing.station() as station:
            station.datasets.create(FEED)
            self._publish(station)
        if self._once:
            self._over.set()
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Publish no more."""
        self._over.set()
        self._thread.join()

    def _feed(self) -> None:
        while not self._over.wait(0.2):
            try:
                with self._standing.station() as station:
                    self._publish(station)
            except ClientError as error:
                if error.status not in PASSING:
                    self.surprises.append(f"version: {error.status} {error.reason} {error.text}")

    def _publish(self, station: Station) -> None:
        (self._folder / "deep").mkdir(parents=True, exist_ok=True)
        for name in ("a.txt", "b.txt", "deep/c.txt"):
            (self._folder / name).write_text(f"{name} of {self.published}\n")
        (self._folder / "big.bin").write_bytes(self.published.to_bytes(8, "big") * (1 << 17))  # 1 MiB, new in each
        station.datasets.add_version(FEED, [self._folder])
        self.published += 1


def await_room(customers: Customers, most: int) -> None:
    """Wait until no more than `most` of the runs that were wanted are not final."""
    wait_for(lambda: customers.waiting() <= most, "the station to work off what waits", poll_seconds=0.1)


def await_final(standing: Standing, runs: int, seconds: float) -> float:
    """Wait until so many runs are there and all final, and return how long that took."""

    def all_final() -> bool:
        with standing.station() as station:
            found = list(station.runs.all())
        return len(found) == runs and all(run.final for run in found)

    return wait_for(all_final, "all runs to be final", seconds, poll_seconds=0.2)
