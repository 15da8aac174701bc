import pytest

from fieldstation.db import Database
from tests.integration.accounting.world import Person, World


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


@pytest.fixture
def ada(world: World) -> Person:
    return world.person("ada")


@pytest.fixture
def bob(world: World) -> Person:
    return world.person("bob")


@pytest.fixture
def eve(world: World) -> Person:
    return world.person("eve")
