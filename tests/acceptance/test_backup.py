"""A backup of a running station, restored elsewhere, is the same station."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from fieldstation.testing.station import RunningStation, running_station

FORM = {"grant_type": "password", "client_id": "fieldstation", "username": "admin"}


@pytest.fixture
def place() -> Iterator[Path]:
    """Yield a folder that the users of runs and of the database may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="fst-backup-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def program(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run one command of the program."""
    command = [sys.executable, "-m", "fieldstation", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


@contextmanager
def signed_in(station: RunningStation, password: str) -> Iterator[httpx.Client]:
    """Yield a client of the first user."""
    with httpx.Client(base_url=station.url, timeout=60) as http:
        form = {**FORM, "password": password}
        token = http.post("/auth/realms/fieldstation/protocol/openid-connect/token", data=form).raise_for_status()
        http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        yield http


def run(http: httpx.Client, body: dict[str, Any], seconds: int = 60) -> dict[str, Any]:
    """Submit a run and wait for its end."""
    made = http.post("/api/v1/runs", json=body).raise_for_status().json()
    found: dict[str, Any] = http.get(f"/api/v1/runs/{made['id']}", params={"wait_seconds": seconds}).json()
    return found


def given(http: httpx.Client, project: str) -> list[str]:
    """Return how far the managed files of a folder are."""
    listed = http.get(f"/api/v1/projects/{project}/files", params={"folder": "given"})
    return [one["managed"]["stage"] for one in listed.json().get("items", ()) if "managed" in one]


@pytest.mark.timeout(400)
def test_a_restored_station_has_everything_and_goes_on(place: Path) -> None:
    archive = place / "station.backup"
    with running_station(place / "first") as first:
        password = first.admin_password
        with signed_in(first, password) as http:
            hello = run(http, {"tool": "hello", "reuse": False})
            project = http.post("/api/v1/projects", json={"name": "Flood"}).raise_for_status().json()["id"]
            files = f"/api/v1/projects/{project}/files"
            for path, data in {"raw/may.csv": b"level\n", "empty": b"", "raw/big.bin": b"x" * 3_000_000}.items():
                http.put(f"{files}/{path}", content=data).raise_for_status()
            http.put(f"/api/v1/projects/{project}/folders/raw/none").raise_for_status()
            attached = {"dataset": hello["output"]["dataset"], "folder": "given"}
            http.post(f"/api/v1/projects/{project}/attachments", json=attached).raise_for_status()
            while given(http, project) != ["done"]:
                time.sleep(0.1)
            (first.data / "projects" / project / "away").symlink_to("/etc")
            facts = (first.data / "projects" / project / "raw" / "may.csv").stat()
            asleep = http.post("/api/v1/runs", json={"tool": "sleep", "parameters": {"seconds": 300}}).json()
            while http.get(f"/api/v1/runs/{asleep['id']}").json()["state"] != "running":
                time.sleep(0.1)
            told = program("backup", archive, "--data", first.data, "--json")
            assert told.returncode == 0, told.stderr
            assert json.loads(told.stdout)["blobs"] >= 1
            assert json.loads(told.stdout)["files"] == 4
            assert archive.stat().st_mode & 0o077 == 0
            http.post(f"/api/v1/runs/{asleep['id']}/cancel").raise_for_status()
            http.get(f"/api/v1/runs/{asleep['id']}", params={"wait_seconds": 60})
    restored = program("restore", archive, "--verify", "--data", place / "second", "--json")
    assert restored.returncode == 0, restored.stderr
    assert json.loads(restored.stdout)["runs_lost"] == 1
    assert json.loads(restored.stdout)["verified"] >= 1
    with running_station(place / "second") as second, signed_in(second, password) as http:
        output = hello["output"]
        files = f"/api/v1/datasets/{output['dataset']}/versions/{output['number']}/files"
        (file,) = http.get(files).raise_for_status().json()["items"]
        assert http.get(f"{files}/{file['path']}").raise_for_status().content == b"Hello, world!\n"
        again = (second.data / "projects" / project / "raw" / "may.csv").stat()
        assert (again.st_uid, again.st_gid, again.st_mode) == (facts.st_uid, facts.st_gid, facts.st_mode)
        listed = http.get(f"/api/v1/projects/{project}/files", params={"folder": "raw"}).raise_for_status().json()
        assert [one["name"] for one in listed["items"]] == ["none", "big.bin", "may.csv"]
        kept = f"/api/v1/projects/{project}/files"
        assert http.get(f"{kept}/raw/big.bin").raise_for_status().content == b"x" * 3_000_000
        assert http.get(f"{kept}/away").status_code == 404
        assert given(http, project) == ["done"]
        lost = http.get(f"/api/v1/runs/{asleep['id']}").json()
        assert (lost["state"], lost["reason"]["reason"]) == ("failed", "node_lost")
        assert run(http, {"tool": "hello", "reuse": False})["state"] == "succeeded"


def test_a_damaged_archive_is_refused_with_what_is_wrong(place: Path) -> None:
    archive = place / "broken.backup"
    archive.write_bytes(b"not a backup at all")
    told = program("restore", archive, "--data", place / "new")
    assert told.returncode == 1
    assert "not a whole backup" in told.stderr


def test_a_used_directory_is_refused(place: Path) -> None:
    (place / "used").mkdir()
    (place / "used" / "something").touch()
    archive = place / "any.backup"
    archive.touch()
    told = program("restore", archive, "--data", place / "used")
    assert told.returncode == 1
    assert "is not empty" in told.stderr
