"""Verbs on the database: they join a station that runs, and start its database for themselves where none does."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from fieldstation.cli.station.opening import joined_url, opened_database
from fieldstation.db.embedded import EmbeddedPostgres, Ownership
from fieldstation.db.embedded.postmaster import read_postmaster
from fieldstation.kernel.errors import Broken, Conflict
from fieldstation.settings import load_settings
from fieldstation.testing.station import running_station
from tests.cluster import Cluster
from tests.stations import run_verb, wait_until
from tests.strangers import run_as_stranger

ROOT = os.geteuid() == 0
pytestmark = pytest.mark.timeout(300)  # several processes, each loading a station


def parts_of(done: "subprocess.CompletedProcess[str]") -> dict[str, dict[str, str]]:
    return {part["name"]: part for part in json.loads(done.stdout)["parts"]}


def test_migrate_starts_the_database_for_its_own_duration(data: Path) -> None:
    planned = json.loads(run_verb("migrate", "--plan", "--json", "--data", str(data)).stdout)
    assert planned["made"] is False
    assert planned["steps"][0]["revision"] == "0001"
    assert not EmbeddedPostgres(data).running()
    made = run_verb("migrate", "--data", str(data))
    assert made.stdout.startswith("made 0001  Time, fences")
    assert made.stdout.count("\n") == len(planned["steps"])
    assert not EmbeddedPostgres(data).running()
    examined = run_verb("doctor", "--json", "--data", str(data))
    parts = parts_of(examined)
    assert parts["schema"]["condition"] == parts["durability"]["condition"] == "ok"
    assert parts["event months"]["condition"] == parts["data directory"]["condition"] == "ok"
    assert not EmbeddedPostgres(data).running()


def test_verbs_join_a_station_that_runs(data: Path) -> None:
    with running_station(data) as station:
        server = read_postmaster(data / "postgres" / "data")
        assert "has this release's schema" in run_verb("migrate", "--data", str(data)).stdout
        done = run_verb("doctor", "--json", "--data", str(data))
        assert parts_of(done)["station"]["text"] == f"runs as process {station.process.pid}"
        assert done.returncode == (0 if parts_of(done)["engines"]["condition"] == "ok" else 1)
        assert read_postmaster(data / "postgres" / "data") == server
        doors = [*(str(word) for word in ("serve", "--roles", "api", "--port", "0")), "--data", str(data)]
        with serving(doors) as process:
            assert process.stdout is not None
            wait_until(lambda: process.stdout is not None and process.stdout.readline().startswith("ready http://"))
            process.terminate()
            assert process.wait(30) == 0
        with serving(["serve", "--data", str(data)], IMAGE_ROLE="PBC") as process:
            log = process.stderr
            assert log is not None
            told = next(entry for line in log if (entry := json.loads(line))["event"] == "serving")
            assert told["roles"] == ["follow", "react"]
            process.terminate()
            log.read()
            assert process.wait(30) == 0


def serving(words: Sequence[str], **variables: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-P", "-m", "fieldstation", *words]
    log = subprocess.PIPE if variables else subprocess.DEVNULL
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **variables})


def test_serve_needs_a_station_or_a_database_and_known_roles(data: Path) -> None:
    data.mkdir()
    done = run_verb("serve", "--roles", "watch", "--data", str(data))
    assert done.returncode == 1
    assert "no station runs" in done.stderr
    assert "FIELDSTATION_DATABASE_URL" in done.stderr
    done = run_verb("serve", "--roles", "watch,juggle", "--data", str(data))
    assert done.returncode == 2
    assert "juggle" in done.stderr


def test_serve_refuses_a_schema_that_is_behind(data: Path, cluster: Cluster) -> None:
    data.mkdir()
    with cluster.database("template0") as empty:
        done = run_verb("serve", "--data", str(data), FIELDSTATION_DATABASE_URL=empty.dsn)
    assert done.returncode == 1
    assert done.stderr.endswith("next:  fieldstation migrate\n")


def test_a_verb_owns_the_directory_while_it_works(data: Path) -> None:
    settings = load_settings(data=data)
    with opened_database(settings, "migrate") as database:
        with database.begin() as tx:
            assert tx.scalar(text("SELECT current_user")) == "fieldstation"
        holder = Ownership(data).holder()
        assert holder is not None
        assert (holder.verb, holder.pid) == ("migrate", os.getpid())
        with pytest.raises(Conflict, match="fieldstation migrate"):
            Ownership(data).take("up")
    assert Ownership(data).holder() is None
    assert not EmbeddedPostgres(data).running()


def test_a_verb_leaves_a_server_running_that_it_found_so(data: Path) -> None:
    data.mkdir(mode=0o711)
    data.chmod(0o711)
    left = EmbeddedPostgres(data)
    left.start()
    try:
        with opened_database(load_settings(data=data), "doctor"):
            pass
        assert left.running()
        with pytest.raises(Broken, match="no station runs"):
            joined_url(load_settings(data=data))
    finally:
        left.stop()


def test_doctor_names_what_is_wrong_with_the_next_step(data: Path, cluster: Cluster) -> None:
    data.mkdir(mode=0o711)
    with cluster.database() as database:
        with database.begin() as tx:
            tx.execute(
                text("""
                INSERT INTO delivery (consumer, event_id, event_at, dead, error)
                VALUES ('rules', 1, station_now(), true, 'no such thing'), ('rules', 2, station_now(), false, NULL)
            """)
            )
        settings = {"FIELDSTATION_DATABASE_URL": database.dsn}
        done = run_verb("doctor", "--json", "--data", str(data), **settings)
        parts = parts_of(done)
        shown = run_verb("doctor", "--data", str(data), **settings, FIELDSTATION_RESERVE_BYTES=str(1 << 60))
    assert done.returncode == 1
    assert parts["deliveries"]["reason"] == "dead_deliveries"
    assert "1 to rules" in parts["deliveries"]["text"]
    assert parts["durability"]["reason"] == "not_durable"  # the tests' own server
    assert all(part.get("next_step") for part in parts.values() if part["condition"] != "ok")
    assert "disk" in shown.stdout
    assert "uploads are refused" in shown.stdout
    assert "next: " in shown.stdout


def test_doctor_tells_of_a_database_that_is_away(data: Path) -> None:
    data.mkdir(mode=0o711)
    away = f"postgresql://nobody@/nothing?host={data}"
    done = run_verb("doctor", "--json", "--data", str(data), FIELDSTATION_DATABASE_URL=away)
    assert done.returncode == 1
    assert parts_of(done)["database"]["condition"] == "down"
    assert "engines" in parts_of(done)


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
def test_a_data_directory_of_somebody_else_is_named_so(data: Path) -> None:
    data.mkdir(mode=0o711)
    data.chmod(0o711)
    ownership = Ownership(data)
    ownership.take("test")
    done = run_as_stranger("-m", "fieldstation", "doctor", "--data", str(data))
    ownership.give_up()
    assert done.returncode == 1
    assert "belongs to another user" in done.stdout + done.stderr
