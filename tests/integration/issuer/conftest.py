import pytest

from tests.integration.people.conftest import ada, operator, portal, station
from tests.integration.people.station import PASSWORD, Person, Station

__all__ = ["ada", "operator", "portal", "station"]


@pytest.fixture
def dan(station: Station) -> Person:
    return station.person("dan", password=PASSWORD)
