from pathlib import Path

import pytest

from fieldstation.db import Database
from tests.integration.runs.desk import Desk, Person


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
