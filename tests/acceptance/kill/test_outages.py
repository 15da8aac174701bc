"""What a station does without its database and without room on its disk: it says so, and goes on by itself."""

import os
import random
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from fieldstation.client import ClientError
from fieldstation.client.runs import Order
from fieldstation.db.embedded import EmbeddedPostgres
from tests.acceptance.kill.books import contradictions, read_books
from tests.acceptance.kill.conftest import Raise
from tests.acceptance.kill.customers import FEED, Customers, Feeder, Wanted, await_final
from tests.acceptance.kill.executions import wrong_executions
from tests.acceptance.kill.journal import Journals
from tests.acceptance.kill.remains import await_tidy
from tests.acceptance.kill.sightings import Sightings
from tests.acceptance.kill.standing import AT_LENGTH, PATIENCE_SECONDS, Standing, wait_for
from tests.acceptance.kill.test_restarts import not_once
from tests.closing import Scale

_DISK_BYTES = 600 << 20

pytestmark = AT_LENGTH


class Asking:
    """Asks the station for its runs again and again, and counts the answers, until the end of the block."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="asking")
        self.answers: Counter[tuple[int, str, bool]] = Counter()  # by status, reason, whether it says when to retry
        self.longest_seconds = 0.0

    def __enter__(self) -> "Asking":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.wait(0.1):
            began = time.monotonic()
            answer = self._standing.ask("/api/v1/runs")
            self.longest_seconds = max(self.longest_seconds, time.monotonic() - began)
            reason = "" if answer.is_success else str(answer.json()["reason"])
            self.answers[answer.status_code, reason, "Retry-After" in answer.headers] += 1


def test_without_its_database_a_station_says_so_and_goes_on_when_it_is_back(
    raise_station: Raise, short_path: Path, scale: Scale, seed: int
) -> None:
    seconds = scale.of("seconds without a database", 5, 30)
    with _database(short_path / "elsewhere") as server:
        standing = raise_station(FIELDSTATION_DATABASE_URL=server.url())
        with (
            Journals(standing) as journals,
            Sightings(standing.data) as sightings,
            Feeder(standing, short_path, once=True),
            Customers(standing, journals, random.Random(seed)) as customers,
        ):
            customers.want(8, (0.5, seconds))
            wait_for(lambda: bool(sightings.recorders()), "a run to run")
            processes = (standing.pid, *standing.workers())
            server.stop()
            with Asking(standing) as asking:
                customers.want(8)
                time.sleep(seconds)
                assert standing.ask("/healthz").status_code == 200
                assert standing.ask("/readyz").status_code == 503
            server.start()
            answers = customers.answers()
            scale.count("answers without a database", sum(asking.answers.values()))
            assert set(asking.answers) == {(503, "database_away", True)}
            assert not customers.surprises
            wait_for(lambda: standing.ask("/readyz").status_code == 200, "the station to be ready again")
            await_final(standing, 16, PATIENCE_SECONDS)
            await_tidy(standing, sightings, PATIENCE_SECONDS)
            books = read_books(server.url())
            assert not [*contradictions(books, standing.data)]
            assert not [*wrong_executions(standing, books, journals, answers)]
            assert not not_once(books)
            assert processes == (standing.pid, *standing.workers()), "no process of the station had to start again"


def test_with_its_reserve_touched_a_station_refuses_data_and_serves_on(raise_station: Raise, short_path: Path) -> None:
    standing = raise_station()
    with Journals(standing) as journals:
        with Feeder(standing, short_path, once=True), standing.station() as station:
            order = Wanted(key="first", journal=journals.make(), seconds=0, output="results").order()
            assert station.runs.wait(station.runs.submit(order).id, PATIENCE_SECONDS).state == "succeeded"
        assert standing.stop() == 0
        _is_refused_data(raise_station(FIELDSTATION_RESERVE_BYTES=str(1 << 60)), short_path / FEED, order)


def _is_refused_data(standing: Standing, feed: Path, order: Order) -> None:
    with Sightings(standing.data) as sightings, standing.station() as station:
        with pytest.raises(ClientError) as refused:
            station.datasets.add_version(FEED, [feed])
        assert (refused.value.status, refused.value.reason) == (503, "disk_full")
        assert "fieldstation gc --plan" in refused.value.next_step
        ready = standing.ask("/readyz")
        assert ready.status_code == 200
        assert '"disk_full"' in ready.text
        assert station.datasets.show(FEED).latest == 1
        run = station.runs.wait(station.runs.submit(order).id, PATIENCE_SECONDS)
        assert run.reason is not None
        assert (run.state, run.reason.reason, run.reason.fault) == ("failed", "station_full", "ours")
        await_tidy(standing, sightings, PATIENCE_SECONDS)


@contextmanager
def _database(place: Path) -> Iterator[EmbeddedPostgres]:
    """A database server of the test's own."""
    place.mkdir()
    place.chmod(0o711)
    server = EmbeddedPostgres(place)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_with_its_disk_full_a_station_loses_nothing(raise_station: Raise, short_path: Path, seed: int) -> None:
    with (
        _small_disk(short_path / "disk") as disk,
        closing(raise_station(disk, FIELDSTATION_RESERVE_BYTES="0")) as standing,
        Journals(standing) as journals,
        Sightings(standing.data) as sightings,
        Feeder(standing, short_path) as feeder,
        Customers(standing, journals, random.Random(seed)) as customers,
    ):
        customers.want(12, (0.5, 4.0))
        wait_for(lambda: bool(sightings.recorders()), "a run to run")
        ballast = _fill(disk)
        customers.want(4)
        time.sleep(5)
        ballast.unlink()
        answers = customers.answers()
        feeder.stop()
        wait_for(lambda: standing.ask("/readyz").status_code == 200, "the station to be ready again")
        await_final(standing, 16, PATIENCE_SECONDS)
        await_tidy(standing, sightings, PATIENCE_SECONDS)
        books = read_books(standing.database_url())
        assert not [*contradictions(books, standing.data)]
        assert not [*wrong_executions(standing, books, journals, answers)]
        print(Counter((run.state, run.reason) for run in books.runs.values()))
        assert {run.reason for run in books.runs.values()} <= {
            None,
            "station_full",
            "engine_failed",
            "exit_nonzero",
        }
        assert not customers.surprises + feeder.surprises


@contextmanager
def _small_disk(place: Path) -> Iterator[Path]:
    """A file system of its own, in memory; only root can make one."""
    place.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can make a small disk to fill")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES},mode=0711", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def _fill(disk: Path) -> Path:
    """Take all room that is left, and return what took it."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            return ballast
