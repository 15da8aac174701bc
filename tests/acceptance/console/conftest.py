"""What the browser looks at."""

import os
from collections.abc import Mapping

import pytest

from fieldstation.client.things import Json
from fieldstation.testing.station import RunningStation
from tests.acceptance.console.crowd import make_crowd
from tests.acceptance.console.scene import make_scene
from tests.acceptance.person import Person
from tests.closing import SOAK

CROWD = 100_000  # runs of one person


@pytest.fixture(scope="session")
def scene(admin: Person, station: RunningStation, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Json]:
    """Data, runs and people at the one station of the acceptance tests."""
    many = 100_000 if os.environ.get(SOAK) else 2_000
    with admin.station() as known:
        made = make_scene(known, tmp_path_factory.mktemp("scene"), many)
        return {**made, "crowd": make_crowd(known, station.data, CROWD)}
