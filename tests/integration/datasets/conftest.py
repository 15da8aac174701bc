from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldstation.db import Database
from tests.integration.datasets.serving import Serving
from tests.integration.datasets.station import Person, Station


@pytest.fixture(scope="session")
def serving() -> Iterator[Serving]:
    made = Serving()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def station(database: Database, serving: Serving, tmp_path: Path) -> Iterator[Station]:
    made = Station(database, tmp_path / "station", serving.url)
    serving.app = made.app
    yield made
    made.close()


@pytest.fixture
def ada(station: Station) -> Person:
    return station.person("ada")


@pytest.fixture
def bob(station: Station) -> Person:
    return station.person("bob")
