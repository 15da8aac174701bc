from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldstation.db import Database
from tests.cluster import Cluster
from tests.integration.datasets.serving import Serving
from tests.integration.runs.desk import Desk, Person
from tests.integration.runs.station import Station, data_directory

OpenStation = Callable[..., Station]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path)


@pytest.fixture
def ada(desk: Desk) -> Person:
    person = desk.person("ada")
    desk.tool(person)
    return person


@pytest.fixture
def bob(desk: Desk) -> Person:
    return desk.person("bob")


@pytest.fixture(scope="session")
def serving() -> Iterator[Serving]:
    made = Serving()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def open_station(database: Database, serving: Serving) -> Iterator[OpenStation]:
    """Opens stations on one data directory and one database; each takes the place of the one before at the doors."""
    opened: list[Station] = []
    with data_directory() as data:

        def open_one(**settings: Any) -> Station:
            opened.append(Station(data, database, serving, **settings))
            return opened[-1]

        yield open_one
        for station in opened:
            station.close()


@pytest.fixture(scope="session")
def shared_station(cluster: Cluster, serving: Serving) -> Iterator[Station]:
    with cluster.database() as database, data_directory() as data:
        made = Station(data, database, serving).work()
        yield made
        made.close()


@pytest.fixture
def station(shared_station: Station) -> Station:
    """A station at work that all tests of this process share: give what you make names of its own."""
    shared_station.answer()
    return shared_station
