from collections.abc import Iterator

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from fieldstation.db import Database
from tests.integration.people.station import Person, Station


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def station(database: Database, portal: BlockingPortal) -> Station:
    return Station(database, portal)


@pytest.fixture
def operator(station: Station) -> Person:
    return station.person("root", operator=True)


@pytest.fixture
def ada(station: Station) -> Person:
    return station.person("ada")


@pytest.fixture
def bob(station: Station) -> Person:
    return station.person("bob")
