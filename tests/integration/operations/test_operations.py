"""Alive, ready and measured, over HTTP, with a real database that comes and goes."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import APIRouter, FastAPI
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import text

from fieldstation.db import Database, Tx
from fieldstation.facades.kit.requests import Requests
from fieldstation.facades.operations import EngineProbes, Metrics, Readiness, router
from fieldstation.kernel.errors import Unavailable
from tests.cluster import Cluster
from tests.promtool import promtool
from tests.stations import wait_until

MISSING = "bubblewrap is not installed: apt-get install bubblewrap"
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as opened:
        yield opened


class Door:
    """The doors of operation over one database, asked in the portal's event loop."""

    def __init__(self, portal: BlockingPortal, database: Database, data: Path, **probes: str | None) -> None:
        self.metrics = Metrics(self._queues)
        self.reserve_bytes = 0
        self.queues: dict[str, int] | None = {"runs_queued": 3}
        self.probed = 0
        self._portal = portal
        self._answers = probes
        engines = EngineProbes({name: lambda name=name: self._probe(name) for name in probes})  # type: ignore[misc]
        readiness = Readiness(database, engines, data, self.reserve_bytes)
        self.app = FastAPI()
        self.app.include_router(router(readiness, self.metrics))
        self.app.add_middleware(Requests, observe=self.metrics.observe)

    def get(self, path: str, accept: str = "*/*") -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://x") as client:
                return await client.get(path, headers={"Accept": accept})

        return self._portal.call(ask)

    def _probe(self, name: str) -> str | None:
        self.probed += 1
        return self._answers[name]

    def _queues(self) -> dict[str, int]:
        if self.queues is None:
            raise Unavailable("away", next_step="wait")
        return self.queues


def conditions(answer: httpx.Response) -> dict[str, str]:
    return {part["name"]: part["condition"] for part in answer.json()["parts"]}


def test_ready_names_every_part(portal: BlockingPortal, database: Database, tmp_path: Path) -> None:
    door = Door(portal, database, tmp_path, sandbox=None)
    answer = door.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["condition"] == "ok"
    assert conditions(answer) == {"database": "ok", "schema": "ok", "engines": "ok", "disk": "ok"}
    assert all("next_step" not in part for part in answer.json()["parts"])
    door.get("/readyz")
    assert door.probed == 1


def test_no_engine_degrades_and_says_what_to_do(portal: BlockingPortal, database: Database, tmp_path: Path) -> None:
    answer = Door(portal, database, tmp_path, sandbox=MISSING).get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["condition"] == "degraded"
    (engines,) = (part for part in answer.json()["parts"] if part["name"] == "engines")
    assert engines["reason"] == "no_engine"
    assert MISSING in engines["text"]
    assert engines["next_step"]


def test_one_engine_that_works_is_enough(portal: BlockingPortal, database: Database, tmp_path: Path) -> None:
    answer = Door(portal, database, tmp_path, sandbox=MISSING, process=None).get("/readyz")
    assert conditions(answer)["engines"] == "ok"
    assert MISSING in answer.text


def test_without_the_database_nothing_is_ready_but_the_process_is_alive(portal: BlockingPortal, tmp_path: Path) -> None:
    door = Door(portal, Database(f"postgresql://nobody@/nothing?host={tmp_path}"), tmp_path, sandbox=None)
    answer = door.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert conditions(answer)["database"] == "down"
    assert door.get("/healthz").json() == {"status": "ok"}


def test_a_database_that_stays_silent_holds_nobody(portal: BlockingPortal, database: Database, tmp_path: Path) -> None:
    door = Door(portal, database, tmp_path, sandbox=None)
    with database.begin() as tx:
        tx.execute(text("LOCK TABLE alembic_version"))
        answers = [door.get("/readyz") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert {part["reason"] for part in answers[0].json()["parts"] if part["name"] == "database"} == {"database_silent"}
    wait_until(lambda: door.get("/readyz").status_code == 200)


def test_while_the_database_is_away_many_who_ask_wait_for_one_look(portal: BlockingPortal, tmp_path: Path) -> None:
    looks: list[None] = []

    class Away(Database):
        @contextmanager
        def begin(self, *, wait_seconds: float = 60.0) -> Iterator[Tx]:
            assert wait_seconds <= 2
            looks.append(None)
            with super().begin(wait_seconds=wait_seconds) as tx:
                yield tx

    door = Door(portal, Away(f"postgresql://nobody@/nothing?host={tmp_path}"), tmp_path, sandbox=None)
    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(door.get, ["/readyz"] * 8)]
    assert {answer.status_code for answer in answers} == {503}
    assert len(looks) < len(answers)


def test_an_old_schema_is_not_ready_and_names_the_command(
    portal: BlockingPortal, cluster: Cluster, tmp_path: Path
) -> None:
    with cluster.database("template0") as empty:
        answer = Door(portal, empty, tmp_path, sandbox=None).get("/readyz")
    assert answer.status_code == 503
    (schema,) = (part for part in answer.json()["parts"] if part["name"] == "schema")
    assert schema["next_step"] == "fieldstation migrate"
    assert schema["reason"] == "migrations_pending"


def test_a_newer_schema_is_not_ready(portal: BlockingPortal, database: Database, tmp_path: Path) -> None:
    with database.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    answer = Door(portal, database, tmp_path, sandbox=None).get("/readyz")
    assert answer.status_code == 503
    assert conditions(answer)["schema"] == "down"


def test_all_connections_in_use_is_load_and_not_absence(
    portal: BlockingPortal, cluster: Cluster, database: Database, tmp_path: Path
) -> None:
    narrow = Database(database.dsn, pool_size=1)
    with narrow.begin():
        answer = Door(portal, narrow, tmp_path, sandbox=None).get("/readyz")
    narrow.close()
    assert answer.status_code == 200
    assert conditions(answer)["database"] == "degraded"


def test_load_is_told_as_load_also_after_an_absence(database: Database, tmp_path: Path) -> None:
    told = conninfo_to_dict(database.dsn)
    sockets = tmp_path / "sockets"
    narrow = Database(f"postgresql://{told['user']}@/{told['dbname']}?host={sockets}", pool_size=1)

    def reason() -> str | None:
        try:
            with narrow.begin(wait_seconds=0.3):
                return None
        except Unavailable as error:
            return error.reason

    assert reason() == "database_away"
    sockets.symlink_to(str(told["host"]))
    wait_until(lambda: reason() is None)
    with narrow.begin():
        assert reason() == "busy"
    narrow.close()


def test_requests_are_counted_by_the_template_of_their_route(
    portal: BlockingPortal, database: Database, tmp_path: Path
) -> None:
    door = Door(portal, database, tmp_path, sandbox=None)
    things = APIRouter(prefix="/things")

    @things.get("/{thing}")
    async def show(thing: str) -> str:
        return thing

    whole = APIRouter(prefix="/api/v1")
    whole.include_router(things)
    door.app.include_router(whole)
    for number in range(50):
        door.get(f"/api/v1/things/{number}")
        door.get(f"/nothing/{number}")
    written = door.get("/metrics").text
    assert 'fieldstation_http_requests_total{method="GET",route="/api/v1/things/{thing}",status="2xx"} 50.0' in written
    assert 'fieldstation_http_requests_total{method="GET",route="unmatched",status="4xx"} 50.0' in written
    assert 'fieldstation_queue_length{queue="runs_queued"} 3.0' in written
    assert len(written.splitlines()) < 100


def test_measures_come_in_the_form_that_is_asked_for(
    portal: BlockingPortal, database: Database, tmp_path: Path
) -> None:
    door = Door(portal, database, tmp_path, sandbox=None)
    assert door.get("/metrics").headers["Content-Type"].startswith("text/plain")
    open_metrics = door.get("/metrics", OPENMETRICS)
    assert open_metrics.headers["Content-Type"].startswith("application/openmetrics-text")
    assert open_metrics.text.rstrip().endswith("# EOF")


def test_measures_are_there_while_the_database_is_away(
    portal: BlockingPortal, database: Database, tmp_path: Path
) -> None:
    door = Door(portal, database, tmp_path, sandbox=None)
    door.queues = None
    door.get("/healthz")
    written = door.get("/metrics")
    assert written.status_code == 200
    assert "fieldstation_http_requests_total" in written.text
    assert "fieldstation_queue_length" not in written.text


def test_promtool_finds_nothing_to_mend(portal: BlockingPortal, database: Database, tmp_path: Path) -> None:
    checker = promtool()
    door = Door(portal, database, tmp_path, sandbox=None)
    door.get("/healthz")
    done = subprocess.run(
        [checker, "check", "metrics"], input=door.get("/metrics").text, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
