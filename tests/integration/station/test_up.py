"""`fieldstation up` from outside: ready, killed, adopted, mended, stopped."""

import json
import os
import signal
import socket
import stat
import threading
from pathlib import Path

import httpx
import psycopg
import pytest

from fieldstation import __version__
from fieldstation.db.embedded import EmbeddedPostgres
from fieldstation.db.embedded.postmaster import read_postmaster
from fieldstation.testing.station import RunningStation, running_station, start_station
from tests.cluster import Cluster
from tests.stations import alive, ask, kill, record_of, run_verb, wait_until, workers_of
from tests.strangers import as_stranger

ROOT = os.geteuid() == 0
pytestmark = pytest.mark.timeout(300)  # whole stations, several of them, beside other tests


def postmaster(data: Path) -> int:
    found = read_postmaster(data / "postgres" / "data")
    assert found is not None
    assert found.alive()
    return found.pid


def one_worker(station: RunningStation) -> int:
    wait_until(lambda: len(workers_of(station)) == 1)
    (worker,) = workers_of(station)
    return worker


def signs_in(station: RunningStation) -> bool:
    form = {"grant_type": "password", "client_id": "fieldstation", "username": "admin"}
    address = f"{station.url}/auth/realms/fieldstation/protocol/openid-connect/token"
    answer = httpx.post(address, data={**form, "password": station.admin_password}, timeout=30)
    return answer.status_code == 200


def modes(folder: Path) -> dict[Path, int]:
    return {place: place.stat().st_mode for place in (folder, *folder.parents)}


def test_a_first_start_gives_a_whole_station_and_a_stop_leaves_nothing_running(data: Path) -> None:
    with running_station(data) as station:
        assert ask(station, "/readyz").status_code == 200
        assert ask(station, "/healthz").json() == {"status": "ok"}
        assert record_of(data) == {"url": station.url, "pid": station.process.pid, "version": __version__}
        assert stat.S_IMODE(data.stat().st_mode) == 0o711
        assert stat.S_IMODE((data / "admin-password").stat().st_mode) == 0o600
        assert signs_in(station)
        server, worker = postmaster(data), one_worker(station)
        assert station.stop() == 0
        assert not alive(server)
        assert not alive(worker)
        assert not (data / "station.json").exists()
    with running_station(data, environment={"FIELDSTATION_WORKERS": "2"}) as again:
        assert signs_in(again)
        wait_until(lambda: len(workers_of(again)) == 2)


def test_what_is_killed_comes_again_and_a_second_up_is_refused(data: Path) -> None:
    with running_station(data) as station:
        second = run_verb("up", "--data", str(data), "--port", "0")
        assert second.returncode == 1
        assert f"(process {station.process.pid}) holds the data directory {data}" in second.stderr
        assert "next:  stop it with `fieldstation down" in second.stderr

        server, worker = postmaster(data), one_worker(station)
        os.kill(worker, signal.SIGKILL)
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: workers_of(station) not in ([], [worker]))
        wait_until(lambda: ask(station, "/healthz").status_code == 200 and ask(station, "/readyz").status_code == 200)
        assert postmaster(data) != server

        host, _, port = station.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as unfinished:  # a request that never ends
            unfinished.sendall(b"POST /api/v1/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            wait_until(lambda: ask(station, "/healthz").status_code == 200)
            assert station.stop() == 0


def test_after_a_kill_the_next_up_adopts_and_down_stops_all(data: Path) -> None:
    with running_station(data) as first:
        server, worker = postmaster(data), one_worker(first)
        kill(first)
        assert alive(server)
        with running_station(data) as second:
            assert postmaster(data) == server
            assert ask(second, "/readyz").status_code == 200
            wait_until(lambda: not alive(worker))
            done = run_verb("down", "--data", str(data))
            assert f"process {second.process.pid}" in done.stdout
            assert second.process.wait(30) == 0
            assert not alive(server)


def test_down_stops_what_a_killed_station_left_and_no_stranger(data: Path) -> None:
    with running_station(data) as station:
        server = postmaster(data)
        kill(station)
    # The killed station's number is now that of somebody else: this test.
    (data / "lock").write_text(json.dumps({"pid": os.getpid(), "verb": "up", "process": "elsewhere/-/1/1"}))
    (data / "station.json").write_text(json.dumps({"url": "http://127.0.0.1:1", "pid": os.getpid(), "version": "0"}))
    done = run_verb("down", "--data", str(data))
    assert "killed station left" in done.stdout
    assert not alive(server)
    assert "no station runs" in run_verb("down", "--data", str(data)).stdout
    missing = run_verb("down", "--data", f"{data}-missing")
    assert missing.returncode == 1
    assert "there is no station in" in missing.stderr


def test_an_outside_database_is_used_as_it_is(data: Path, cluster: Cluster) -> None:
    with cluster.database("template0") as outside:
        settings = {"FIELDSTATION_DATABASE_URL": outside.dsn, "FIELDSTATION_ADMIN_PASSWORD": "correct horse"}
        with running_station(data, environment=settings) as station:
            with psycopg.connect(outside.dsn) as connection:
                (holder,) = connection.execute("SELECT holder FROM lease WHERE name LIKE 'dispatch/%'").fetchone() or (
                    "",
                )
            assert int(holder.split("/")[-2]) in workers_of(station), "runs are started as soon as it says ready"
            assert signs_in(station)
            assert not (data / "postgres").exists()
            assert not (data / "admin-password").exists()
            port = station.url.rpartition(":")[2]
            second = run_verb("up", "--data", f"{data}-other", "--port", port)
            assert second.returncode == 1
            assert f"127.0.0.1:{port} cannot be listened on" in second.stderr
        with psycopg.connect(outside.dsn) as connection:
            assert connection.execute("SELECT count(*) FROM station_user").fetchone() == (1,)


def test_settings_with_faults_are_all_named(data: Path) -> None:
    done = run_verb("up", "--data", str(data), FIELDSTATION_WORKERS="0", FIELDSTATION_LOG_LEVEL="loud")
    assert done.returncode == 1
    assert "FIELDSTATION_WORKERS" in done.stderr
    assert "FIELDSTATION_LOG_LEVEL" in done.stderr


@pytest.mark.skipif(not ROOT, reason="only root runs parts of the station as other users")
def test_as_root_a_closed_parent_is_refused_and_nothing_is_changed_or_made(data: Path) -> None:
    data.mkdir(mode=0o700)
    before = modes(data)
    done = run_verb("up", "--data", str(data / "station"), "--port", "0")
    assert done.returncode == 1
    assert f"chmod o+x {data} " in done.stderr
    assert modes(data) == before
    assert not (data / "station").exists()


def test_a_long_path_to_a_directory_with_other_things_whose_mode_stays(short_path: Path) -> None:
    data = short_path / ("long-" * 12) / ("longer-" * 8)
    (data / "letters").mkdir(parents=True)
    data.chmod(0o755)
    before = modes(data)
    with running_station(data) as station:
        url, server = EmbeddedPostgres(data).url(), postmaster(data)
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: EmbeddedPostgres(data).running() and postmaster(data) != server)
        wait_until(lambda: ask(station, "/readyz").status_code == 200)
        assert EmbeddedPostgres(data).url() == url
    assert modes(data) == before


def test_a_station_that_is_stopped_while_it_starts_leaves_nothing(data: Path) -> None:
    with pytest.raises(RuntimeError, match="ended with 0"):
        start_and_stop_at_once(data)
    assert EmbeddedPostgres(data).running() is False
    with running_station(data) as station:
        assert ask(station, "/readyz").status_code == 200


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
def test_a_whole_station_as_another_user() -> None:
    as_stranger(f"{__file__}::{test_a_first_start_gives_a_whole_station_and_a_stop_leaves_nothing_running.__name__}")


def start_and_stop_at_once(data: Path) -> None:
    def stop() -> None:
        wait_until(lambda: (data / "postgres" / "data" / "PG_VERSION").exists())
        holder = json.loads((data / "lock").read_text())
        os.kill(holder["pid"], signal.SIGTERM)

    thread = threading.Thread(target=stop)
    thread.start()
    try:
        start_station(data)
    finally:
        thread.join()
