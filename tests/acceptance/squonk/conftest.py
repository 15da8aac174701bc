"""A station for the tests of the Squonk2 doors, and people with the unmodified client in their hands."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from fieldstation.client import Station
from fieldstation.testing.station import RunningStation, running_station
from tests.acceptance.squonk.client import Squonk


class NewSquonk(Protocol):
    """Makes people with the client in their hands."""

    def __call__(self, name: str, *, operator: bool = False) -> Squonk:
        """Return a new person whose username begins with `name`."""


@pytest.fixture(scope="package")
def squonk_station() -> Iterator[RunningStation]:
    """A station of its own: what an administrator does here would show elsewhere."""
    place = Path(tempfile.mkdtemp(prefix="fst-squonk-"))
    place.chmod(0o711)  # the users of runs pass through
    try:
        chosen = {
            "FIELDSTATION_OUTBOUND_ALLOW": "127.0.0.1",
            "FIELDSTATION_TOOL_SOURCES": f"file:{place}/station/definitions/",
        }
        with running_station(place / "station", environment=chosen) as started:
            yield started
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="package")
def squonk_admin(squonk_station: RunningStation) -> Iterator[Squonk]:
    """The first user."""
    token = token_of(squonk_station, "admin", squonk_station.admin_password)
    client = Squonk(url=squonk_station.url, token=token, username="admin")
    client.dm_ok("set_admin_state", admin=True)
    yield client
    client.close()


@pytest.fixture(scope="package")
def squonk_password(squonk_station: RunningStation) -> str:
    """The first user's."""
    return squonk_station.admin_password


@pytest.fixture
def new_squonk(squonk_station: RunningStation, squonk_admin: Squonk) -> Iterator[NewSquonk]:
    """Make people, each with the client in their hands."""
    made: list[Squonk] = []

    def make(name: str, *, operator: bool = False) -> Squonk:
        username, password = f"{name}-{uuid.uuid4().hex[:8]}", uuid.uuid4().hex
        with Station(squonk_station.url, squonk_admin.token) as known:
            known.users.add(username, password=password, operator=operator)
        token = token_of(squonk_station, username, password)
        made.append(Squonk(url=squonk_station.url, token=token, username=username))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def ada(new_squonk: NewSquonk) -> Squonk:
    """Somebody who works in projects."""
    return new_squonk("ada")


@pytest.fixture
def bob(new_squonk: NewSquonk) -> Squonk:
    """A stranger to everything of the other's."""
    return new_squonk("bob")


def token_of(station: RunningStation, username: str, password: str) -> str:
    """Return a token that lasts, for somebody who signs in with a password."""
    with Station(station.url) as known, known.sign_in(username, password) as own:
        token = own.tokens.create("tests").token
    assert token is not None
    return token


@pytest.fixture
def project(ada: Squonk) -> str:
    """A private project of hers."""
    ada.accounts("create_personal_unit", billing_day=3)
    unit = ada.accounts_ok("get_personal_unit")["id"]
    tier = {"product_type": "DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION", "flavour": "BRONZE"}
    product = ada.accounts_ok("create_product", product_name="work", unit_id=unit, **tier)["id"]
    found: str = ada.dm_ok("create_project", project_name="Jobs", as_tier_product_id=product, private=True)[
        "project_id"
    ]
    return found
