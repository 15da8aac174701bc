"""The database goes away under a working station: loops and doors wait, and nothing is lost or done twice."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import httpx
import psycopg
from psycopg import sql

from tests.cluster import Cluster
from tests.integration.runs.conftest import OpenStation
from tests.integration.runs.station import Station

_CUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
     WHERE datname = %s AND pid <> pg_backend_pid()
"""


class Axe:
    """Cuts all connections to one database, from outside."""

    def __init__(self, cluster: Cluster, dsn: str) -> None:
        self._name = dsn.rpartition("/")[2].partition("?")[0]
        self._admin = psycopg.connect(cluster.server.url("postgres", "postgres"), autocommit=True)

    def cut(self) -> int:
        """End every connection there is now."""
        row = self._admin.execute(_CUT, [self._name]).fetchone()
        assert row is not None
        return int(row[0])

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Let nobody in for a while."""
        name = sql.Identifier(self._name)
        self._admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        try:
            self.cut()
            yield
        finally:
            self._admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))

    def close(self) -> None:
        """Leave."""
        self._admin.close()


def patient(station: Station, name: str, count: int) -> list[str]:
    """Submit runs with a key each, again and again until each was taken."""
    ids = []
    for number in range(count):
        for _ in range(400):
            try:
                headers = {"Idempotency-Key": f"{name}-{number}"}
                answer = station.client.post("/api/v1/runs", json={"tool": name}, headers=headers)
            except httpx.TransportError:
                continue
            if answer.status_code in (200, 201):
                ids.append(answer.json()["id"])
                break
            assert answer.status_code in (409, 503), answer.text
            assert int(answer.headers["Retry-After"]) > 0
            threading.Event().wait(0.1)
    return ids


def all_succeeded(station: Station, ids: list[str]) -> None:
    """Wait for the end of all runs, asking again where the database is away."""
    for run_id in ids:
        run = station.wait(partial(_final, station, run_id))
        assert run["state"] == "succeeded", run
        assert station.outputs(run) == {"mark": f"{run_id}\n".encode()}
        states = station.events(run_id)
        assert states[0] == "queued"
        assert states[-1] == "succeeded"
        assert states.count("succeeded") == 1


def _final(station: Station, run_id: str) -> object:
    answer = station.client.get(f"/api/v1/runs/{run_id}")
    if answer.status_code == 503:
        return None
    run = answer.json()
    return run if run["state"] in ("succeeded", "failed", "canceled") else None


def test_connections_cut_again_and_again_cost_no_run(open_station: OpenStation, cluster: Cluster) -> None:
    station = open_station()
    name = station.tool("marks", "echo $FIELDSTATION_RUN >mark; sleep 0.2")
    station.work()
    axe = Axe(cluster, station.process.database.dsn)
    over = threading.Event()

    def chop() -> None:
        while not over.wait(0.7):
            axe.cut()

    chopper = threading.Thread(target=chop)
    chopper.start()
    try:
        ids = patient(station, name, 20)
    finally:
        over.set()
        chopper.join()
        axe.close()
    assert len(set(ids)) == 20
    all_succeeded(station, ids)
    numbers = [station.show(run_id)["output"]["number"] for run_id in ids]
    assert sorted(numbers) == list(range(1, 21))


def test_a_database_away_for_a_while_is_waited_for(open_station: OpenStation, cluster: Cluster) -> None:
    station = open_station()
    name = station.tool("marks", "echo $FIELDSTATION_RUN >mark; sleep 1")
    station.work()
    ids = patient(station, name, 6)
    station.wait(lambda: any(station.show(run_id)["state"] == "running" for run_id in ids))
    axe = Axe(cluster, station.process.database.dsn)
    with axe.closed():
        answer = station.client.get(f"/api/v1/runs/{ids[0]}")
        assert answer.status_code == 503
        assert answer.json()["reason"] == "database_away"
        assert int(answer.headers["Retry-After"]) > 0
        threading.Event().wait(3)
    axe.close()
    all_succeeded(station, ids)
