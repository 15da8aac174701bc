"""`fieldstation up` from outside: ready, killed, adopted, mended, stopped."""

import json
import os
import signal
import socket
import stat
import time
from pathlib import Path

import httpx
import psycopg
import pytest

from fieldstation import __version__
from fieldstation.db.embedded import EmbeddedPostgres
from fieldstation.db.embedded.postmaster import read_postmaster
from tests.cluster import Cluster
from tests.stations import alive, record_of, run_verb, station, wait_until

ROOT = os.geteuid() == 0


@pytest.fixture
def data(short_path: Path) -> Path:
    return short_path / "data"


def postmaster(data: Path) -> int:
    found = read_postmaster(data / "postgres" / "data")
    assert found is not None
    assert found.alive()
    return found.pid


def sign_in(url: str, password: str) -> httpx.Response:
    form = {"grant_type": "password", "client_id": "fieldstation", "username": "admin", "password": password}
    return httpx.post(f"{url}/auth/realms/fieldstation/protocol/openid-connect/token", data=form, timeout=30)


def test_a_first_start_gives_a_whole_station_and_a_stop_leaves_nothing_running(data: Path) -> None:
    with station(data) as running:
        assert running.get("/readyz").status_code == 200
        assert running.get("/healthz").json() == {"status": "ok"}
        assert record_of(data) == {"url": running.url, "pid": running.pid, "version": __version__}
        assert stat.S_IMODE(data.stat().st_mode) == 0o711
        password = data / "admin-password"
        assert stat.S_IMODE(password.stat().st_mode) == 0o600
        assert sign_in(running.url, password.read_text().strip()).status_code == 200
        wait_until(lambda: len(running.workers()) == 1)
        server, workers = postmaster(data), running.workers()
        assert running.stop() == 0
        assert not any(alive(pid) for pid in (server, *workers))
        assert not (data / "station.json").exists()
    with station(data, FIELDSTATION_WORKERS="2") as again:
        wait_until(lambda: len(again.workers()) == 2)
        assert sign_in(again.url, password.read_text().strip()).status_code == 200


def test_the_password_may_be_given(data: Path) -> None:
    with station(data, FIELDSTATION_ADMIN_PASSWORD="correct horse") as running:
        assert not (data / "admin-password").exists()
        assert sign_in(running.url, "correct horse").status_code == 200


def test_a_second_up_on_the_same_directory_says_who_holds_it(data: Path) -> None:
    with station(data) as running:
        second = run_verb("up", "--data", str(data), "--port", "0")
        assert second.returncode == 1
        assert f"(process {running.pid}) holds the data directory {data}" in second.stderr
        assert "next:  stop it with `fieldstation down" in second.stderr
        assert running.get("/readyz").status_code == 200


def test_after_a_kill_the_next_up_adopts_the_database(data: Path) -> None:
    with station(data) as first:
        wait_until(lambda: len(first.workers()) == 1)
        server, workers = postmaster(data), first.workers()
        first.kill()
        assert alive(server)
        with station(data) as second:
            assert postmaster(data) == server
            assert second.get("/readyz").status_code == 200
        wait_until(lambda: not any(alive(pid) for pid in workers))
        assert not alive(server)


def test_a_database_that_died_is_started_again(data: Path) -> None:
    with station(data) as running:
        first = postmaster(data)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: running.get("/healthz").status_code == 200 and running.get("/readyz").status_code == 200)
        assert postmaster(data) != first


def test_a_worker_that_died_is_started_again(data: Path) -> None:
    with station(data) as running:
        wait_until(lambda: len(running.workers()) == 1)
        (first,) = running.workers()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: running.workers() not in ([], [first]))
        assert running.process.poll() is None


def test_down_stops_the_station_and_what_a_killed_one_left(data: Path) -> None:
    with station(data) as running:
        server = postmaster(data)
        done = run_verb("down", "--data", str(data))
        assert f"process {running.pid}" in done.stdout
        assert running.process.wait(10) == 0
        assert not alive(server)
    assert "no station runs" in run_verb("down", "--data", str(data)).stdout
    with station(data) as running:
        server = postmaster(data)
        running.kill()
        done = run_verb("down", "--data", str(data))
        assert "killed station left" in done.stdout
        assert not alive(server)


def test_down_leaves_a_stranger_alone(data: Path) -> None:
    with station(data) as running:
        running.kill()
    # The number of the killed station is now this test's own.
    (data / "lock").write_text(json.dumps({"pid": os.getpid(), "verb": "up", "process": "elsewhere/-/1/1"}))
    (data / "station.json").write_text(json.dumps({"url": "http://127.0.0.1:1", "pid": os.getpid(), "version": "0"}))
    assert run_verb("down", "--data", str(data)).returncode == 0


def test_an_address_that_is_taken_is_refused(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run_verb("up", "--data", str(data), "--port", port)
    assert done.returncode == 1
    assert f"127.0.0.1:{port} cannot be listened on" in done.stderr
    with station(data) as running:
        port = running.url.rpartition(":")[2]
        assert run_verb("up", "--data", f"{data}-other", "--port", port).returncode == 1


def test_streams_that_never_end_do_not_hold_up_the_stop(data: Path) -> None:
    with station(data) as running:
        host, _, port = running.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as idle:
            idle.sendall(b"POST /api/v1/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            time.sleep(0.2)
            assert running.stop() == 0


def test_an_outside_database_is_used_as_it_is(data: Path, cluster: Cluster) -> None:
    with (
        cluster.database("template0") as outside,
        station(data, FIELDSTATION_DATABASE_URL=outside.dsn) as running,
    ):
        assert running.get("/readyz").status_code == 200
        assert not (data / "postgres").exists()
        with psycopg.connect(outside.dsn) as connection:
            found = connection.execute("SELECT count(*) FROM station_user").fetchone()
        assert found == (1,)


def test_settings_with_faults_are_all_named(data: Path) -> None:
    done = run_verb("up", "--data", str(data), FIELDSTATION_WORKERS="0", FIELDSTATION_LOG_LEVEL="loud")
    assert done.returncode == 1
    assert "FIELDSTATION_WORKERS" in done.stderr
    assert "FIELDSTATION_LOG_LEVEL" in done.stderr


@pytest.mark.skipif(not ROOT, reason="only root runs parts of the station as other users")
def test_as_root_a_closed_parent_is_refused_and_nothing_is_changed_or_made(data: Path) -> None:
    data.mkdir(mode=0o700)
    inner = data / "station"
    before = {folder: folder.stat().st_mode for folder in (data, *data.parents)}
    done = run_verb("up", "--data", str(inner), "--port", "0")
    assert done.returncode == 1
    assert f"chmod o+x {data} " in done.stderr
    assert {folder: folder.stat().st_mode for folder in (data, *data.parents)} == before
    assert not inner.exists()


def test_a_directory_with_other_things_keeps_its_mode(data: Path) -> None:
    data.mkdir()
    data.chmod(0o755)
    (data / "letters").mkdir()
    before = {folder: folder.stat().st_mode for folder in (data, *data.parents)}
    with station(data) as running:
        assert running.get("/readyz").status_code == 200
    assert {folder: folder.stat().st_mode for folder in (data, *data.parents)} == before


def test_a_station_with_a_long_path(short_path: Path) -> None:
    data = short_path / ("long-" * 12) / ("longer-" * 8)
    with station(data) as running:
        assert running.get("/readyz").status_code == 200
        url = EmbeddedPostgres(data).url()
        first = postmaster(data)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: EmbeddedPostgres(data).running() and running.get("/readyz").status_code == 200)
        assert EmbeddedPostgres(data).url() == url
