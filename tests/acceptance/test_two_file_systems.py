"""Data sets, the files of projects and what runs write on a file system each: everything goes between them."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from fieldstation.client import Station
from fieldstation.testing.station import RunningStation, running_station
from tests.acceptance.person import Person
from tests.acceptance.test_jobs_in_projects import finished
from tests.stations import run_verb

MEMORY = Path("/dev/shm")


@dataclass(frozen=True, kw_only=True)
class Apart:
    """A station, and where its data sets and its projects lie."""

    station: RunningStation
    store: Path
    volume: Path

    def verb(self, *words: str | Path, **chosen: str) -> "subprocess.CompletedProcess[str]":
        """Run a command, with these settings in the place of its own."""
        usual = {"FIELDSTATION_STORE": str(self.store), "FIELDSTATION_PROJECTS": str(self.volume)}
        settings = {"FIELDSTATION_DATA": str(self.station.data)} | usual | chosen
        return run_verb(*map(str, words), **{name: value for name, value in settings.items() if value})


@contextmanager
def mounted(folder: Path) -> Iterator[Path]:
    """Have a file system of its own in a folder, as root; otherwise a folder of the one in memory."""
    if os.geteuid() != 0:
        yield Path(tempfile.mkdtemp(prefix="fst-apart-", dir=MEMORY))
        return
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8g", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def apart() -> Iterator[Apart]:
    """A station whose data sets lie on a file system, and its projects on another one, neither that of its own."""
    place = Path(tempfile.mkdtemp(prefix="fst-apart-"))
    if not MEMORY.is_dir() or MEMORY.stat().st_dev == place.stat().st_dev:
        pytest.skip(f"{MEMORY} is no file system of its own here")
    projects = Path(tempfile.mkdtemp(prefix="fst-apart-", dir=MEMORY))
    for folder in (place, projects):
        folder.chmod(0o711)  # the users of runs pass through
    try:
        with mounted(place / "mounted") as disk:
            store, volume = disk / "store", projects / "volume"
            chosen = {"FIELDSTATION_STORE": str(store), "FIELDSTATION_PROJECTS": str(volume)}
            with running_station(place / "station", environment=chosen) as started:
                yield Apart(station=started, store=store, volume=volume)
    finally:
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(projects, ignore_errors=True)


def test_data_runs_and_jobs_go_between_them(apart: Apart, tmp_path: Path) -> None:
    station, volume = apart.station, apart.volume
    with Station(station.url) as known, known.sign_in("admin", station.admin_password) as admin:
        token = admin.tokens.create("tests").token
        assert token is not None
        own = admin.me().project
        environment = {"FIELDSTATION_URL": station.url, "FIELDSTATION_TOKEN": token}
        person = Person(username="admin", home=tmp_path, environment=environment)
        levels = tmp_path / "levels.csv"
        levels.write_text("date,level\n2026-05-01,3\n" + "2026-05-02,4\n" * 100_000)
        person.ok("file", "put", levels)
        kept = volume / own / "levels.csv"
        assert len({one.stat().st_dev for one in (kept, station.data, apart.store)}) == 3 - (os.geteuid() != 0)
        if os.geteuid() == 0:
            assert kept.stat().st_uid not in (0, os.geteuid())
        person.ok("dataset", "add", "levels", levels)
        person.ok("file", "attach", "levels", "--to", "copies")
        person.ok("file", "save", "levels.csv", "again")
        in_pieces(station, token, levels.read_bytes())
        order = ("table-summary", "--input", "table=levels", "--parameter", "date_column=date")
        assert person.json("run", "submit", *order, "--wait")["state"] == "succeeded"
        assert finished(person, person.json("instance", "launch", "im-test/nop@1.0.0")["id"])["phase"] == "completed"
        person.ok("dataset", "get", "table-summary-results", "--output", tmp_path / "results")
    assert not (station.data / "blobs").exists()
    assert any((apart.store / "blobs").glob("sha256/*/*"))
    told = apart.verb("doctor").stdout
    assert told.count("on a file system of its own with") == 2
    assert "disk of data sets" in told
    assert ("files belong to their users' own numbers" in told) is (os.geteuid() == 0)
    archive = tmp_path / "backup"
    assert apart.verb("backup", archive).returncode == 0
    assert apart.verb("gc").returncode == 0
    new = str(station.data.parent / "new")
    assert "store of another station" in apart.verb("restore", archive, FIELDSTATION_DATA=new).stderr
    assert "is not in" in apart.verb("doctor", FIELDSTATION_STORE=str(tmp_path / "not-mounted")).stdout
    assert "FIELDSTATION_STORE does not name" in apart.verb("doctor", FIELDSTATION_STORE="").stdout


def in_pieces(station: RunningStation, token: str, data: bytes) -> None:
    """Send a file as resumable uploads come, and make it a version."""
    headers = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}
    with httpx.Client(base_url=station.url, headers=headers) as client:
        made = client.post("/api/v1/uploads", headers={"Upload-Length": str(len(data))})
        address, middle = made.headers["Location"], len(data) // 2
        for offset, piece in ((0, data[:middle]), (middle, data[middle:])):
            more = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            assert client.patch(address, content=piece, headers=more).status_code == 204
        upload = address.rpartition("/")[2]
        assert client.post("/api/v1/datasets", json={"name": "pieces"}).status_code == 201
        recipe = {"files": [{"path": "levels.csv", "upload": upload}]}
        published = client.post("/api/v1/datasets/pieces/versions", json=recipe)
        assert published.status_code == 201, published.text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away, so only root can be kept from it")
def test_the_doctor_says_where_files_cannot_be_given_away(tmp_path: Path) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIELDSTATION_")}
    chosen = {"FIELDSTATION_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    words = ["unshare", "--user", "--map-root-user"]  # a root who knows no other user
    words += [sys.executable, "-P", "-m", "fieldstation", "doctor", "--data", str(tmp_path)]
    told = subprocess.run(words, capture_output=True, text=True, check=False, env=inherited | chosen).stdout
    assert re.search(r"down +projects +files below .* cannot be given to others", told), told
    assert "no_root_squash" in told
