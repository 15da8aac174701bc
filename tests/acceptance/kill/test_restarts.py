"""Runs outlive the station: stopped in order while they run, or with two worker processes of which one is killed."""

import os
import random
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

from tests.acceptance.kill.books import Books, contradictions, read_books
from tests.acceptance.kill.conftest import Raise
from tests.acceptance.kill.customers import Customers, Feeder, await_final
from tests.acceptance.kill.executions import wrong_executions
from tests.acceptance.kill.journal import Journals
from tests.acceptance.kill.remains import await_tidy
from tests.acceptance.kill.sightings import Sightings
from tests.acceptance.kill.standing import AT_LENGTH, PATIENCE_SECONDS, Standing, kill_child, wait_for
from tests.closing import Scale
from tests.stations import alive

_LEASES = "SELECT name, holder FROM lease WHERE expires > station_now()"

pytestmark = AT_LENGTH


def test_a_station_stopped_while_runs_run_finds_them_again(raise_station: Raise, short_path: Path, seed: int) -> None:
    standing = raise_station()
    with (
        Journals(standing) as journals,
        Sightings(standing.data) as sightings,
        Feeder(standing, short_path, once=True),
        Customers(standing, journals, random.Random(seed)) as customers,
    ):
        customers.want(4, (10.0, 13.0))
        customers.want(4)
        answers = customers.answers()
        wait_for(lambda: len(_living(sightings)) == 4, "four runs to run")
        server, workers = standing.postmaster(), standing.workers()
        running = _living(sightings)
        assert standing.stop() == 0
        assert not [pid for pid in (server, *workers) if pid is not None and alive(pid)]
        left = set(_living(sightings))
        assert left, "runs go on without the station"
        assert left <= set(running), "and none begins"
        standing.start()
        await_final(standing, 8, PATIENCE_SECONDS)
        await_tidy(standing, sightings, PATIENCE_SECONDS)
        books = read_books(standing.database_url())
        assert not [*contradictions(books, standing.data)]
        assert not [*wrong_executions(standing, books, journals, answers)]
        assert not not_once(books)


def test_two_workers_share_the_work(raise_station: Raise, short_path: Path, scale: Scale, seed: int) -> None:
    runs, kills = scale.of("runs", 24, 200), scale.of("kills", 3, 20)
    standing = raise_station(FIELDSTATION_WORKERS="2")
    with (
        Journals(standing) as journals,
        Sightings(standing.data) as sightings,
        Feeder(standing, short_path),
        Customers(standing, journals, random.Random(seed)) as customers,
    ):
        for number in range(1, kills + 1):
            customers.want(runs * number // kills - customers.wanted)
            wait_for(lambda: len(standing.workers()) == 2, "both workers")
            _kill_dispatcher(standing)
        answers = customers.answers()
        await_final(standing, runs, PATIENCE_SECONDS)
        await_tidy(standing, sightings, PATIENCE_SECONDS)
        books = read_books(standing.database_url())
        assert not [*contradictions(books, standing.data)]
        assert not [*wrong_executions(standing, books, journals, answers)]
        assert not not_once(books)


def not_once(books: Books) -> Sequence[str]:
    """Give the runs that did not succeed from one start, however often they were claimed, with their attempts."""
    return [
        f"{run} with {books.attempts[run.id]}"
        for run in books.runs.values()
        if run.state != "succeeded" or sum(bool(one.running_at) for one in books.attempts[run.id]) != 1
    ]


def _living(sightings: Sightings) -> Sequence[str]:
    return sorted(recorder.attempt for recorder in sightings.recorders() if recorder.alive())


def _kill_dispatcher(standing: Standing) -> None:
    """Kill the worker that dispatches, and wait until the other one does."""
    first = _dispatcher(standing)
    assert kill_child(standing.pid, first, signal.SIGKILL)
    began = time.monotonic()
    wait_for(lambda: _dispatcher(standing) != first, "the other worker to dispatch")
    print(f"another process dispatches after {time.monotonic() - began:.1f} s")


def _dispatcher(standing: Standing) -> int:
    """Return the process that has the right to dispatch."""
    found: list[int] = []

    def told() -> bool:
        with psycopg.connect(standing.database_url()) as connection:
            leases: dict[str, str] = dict(connection.execute(_LEASES).fetchall())
        found[:] = [int(holder.split("/")[-2]) for name, holder in leases.items() if name.startswith("dispatch/")]
        return bool(found)

    wait_for(told, "a worker to dispatch")
    (pid,) = found
    assert pid != os.getpid()
    return pid
