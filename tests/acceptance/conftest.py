"""One real station for all tests here, and people who speak to it."""

import json
import shutil
import tempfile
import uuid
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from fieldstation.testing.station import RunningStation, running_station
from tests.acceptance.person import Person

NewPerson = Callable[[str], Person]
_STATION = pytest.StashKey[RunningStation]()
_SHOWN_LINES = 30


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the station said last beside a test that failed."""
    report = yield
    station = item.session.stash.get(_STATION, None)
    if report.failed and station is not None:
        lines = station.log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:]
        report.sections.append(("what the station said last", "\n".join(lines)))
    return report


@pytest.fixture(scope="session")
def station(request: pytest.FixtureRequest) -> Iterator[RunningStation]:
    """A station started as an operator does, on an empty data directory, stopped at the end."""
    place = Path(tempfile.mkdtemp(prefix="fst-acceptance-"))
    place.chmod(0o711)  # pytest's own folders cannot be entered by the users of runs
    try:
        sources = {"FIELDSTATION_TOOL_SOURCES": f"file:{place}/definitions/"}
        with running_station(place / "station", environment=sources) as started:
            request.session.stash[_STATION] = started
            yield started
            del request.session.stash[_STATION]
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def admin(station: RunningStation, tmp_path_factory: pytest.TempPathFactory) -> Person:
    """The first user, signed in from the station's own machine."""
    person = Person(username="admin", home=tmp_path_factory.mktemp("admin"))
    person.ok("login", "--data", station.data)
    return person


@pytest.fixture
def new_person(admin: Person, tmp_path: Path) -> NewPerson:
    """Make people without special rights, each signed in; not by commands, whose start would cost most of a test."""

    def make(name: str) -> Person:
        person = Person(username=f"{name}-{uuid.uuid4().hex[:8]}", home=tmp_path / name)
        person.home.mkdir()
        password = uuid.uuid4().hex
        with admin.station() as known:
            known.users.add(person.username, password=password)
            with known.sign_in(person.username, password) as own:
                token = own.tokens.create("tests").token
        kept = {"url": known.url, "token": token, "username": person.username}
        file = person.home / ".config" / "fieldstation" / "profile.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(kept))
        return person

    return make


@pytest.fixture
def ada(new_person: NewPerson) -> Person:
    """Somebody who works with data."""
    return new_person("ada")
