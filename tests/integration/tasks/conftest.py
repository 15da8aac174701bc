import pytest

from fieldstation.db import Database
from tests.integration.tasks.desk import Desk, Person


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def ada(desk: Desk) -> Person:
    return desk.person("ada")


@pytest.fixture
def bob(desk: Desk) -> Person:
    return desk.person("bob")


@pytest.fixture
def root(desk: Desk) -> Person:
    return desk.person("root", operator=True)
