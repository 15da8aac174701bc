"""Data sets on one file system, the files of projects on another: everything goes between them all the same."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldstation.client import Station
from fieldstation.testing.station import RunningStation, running_station
from tests.acceptance.person import Person
from tests.acceptance.test_jobs_in_projects import finished
from tests.stations import run_verb

MEMORY = Path("/dev/shm")


@pytest.fixture
def apart() -> Iterator[tuple[RunningStation, Path]]:
    """A station whose projects lie in memory."""
    place = Path(tempfile.mkdtemp(prefix="fst-apart-"))
    if not MEMORY.is_dir() or MEMORY.stat().st_dev == place.stat().st_dev:
        pytest.skip(f"{MEMORY} is no file system of its own here")
    projects = Path(tempfile.mkdtemp(prefix="fst-apart-", dir=MEMORY))
    for folder in (place, projects):
        folder.chmod(0o711)  # the users of runs pass through
    chosen = {"FIELDSTATION_PROJECTS": str(projects / "volume")}
    try:
        with running_station(place / "station", environment=chosen) as started:
            yield started, projects / "volume"
    finally:
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(projects, ignore_errors=True)


def test_data_and_jobs_go_between_them(apart: tuple[RunningStation, Path], tmp_path: Path) -> None:
    station, volume = apart
    with Station(station.url) as known, known.sign_in("admin", station.admin_password) as admin:
        token = admin.tokens.create("tests").token
        assert token is not None
        own = admin.me().project
        person = Person(
            username="admin",
            home=tmp_path,
            environment={"FIELDSTATION_URL": station.url, "FIELDSTATION_TOKEN": token},
        )
        (tmp_path / "levels.csv").write_text("hour,level\n0,3\n")
        person.ok("file", "put", tmp_path / "levels.csv")
        kept = volume / own / "levels.csv"
        assert kept.stat().st_dev == MEMORY.stat().st_dev != station.data.stat().st_dev
        if os.geteuid() == 0:
            assert kept.stat().st_uid not in (0, os.geteuid())
        person.ok("dataset", "add", "levels", tmp_path / "levels.csv")
        person.ok("file", "attach", "levels", "--to", "copies")
        person.ok("dataset", "add", "again", person.home / "levels.csv")
        person.ok("file", "save", "copies/levels.csv", "again")
        assert finished(person, person.json("instance", "launch", "im-test/nop@1.0.0")["id"])["phase"] == "completed"
    told = run_verb("doctor", FIELDSTATION_DATA=str(station.data), FIELDSTATION_PROJECTS=str(volume))
    assert "on a file system of its own with" in told.stdout
    assert ("files belong to their users' own numbers" in told.stdout) is (os.geteuid() == 0)
