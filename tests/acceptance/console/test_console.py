"""The console in a real browser, at a real station with real runs: web/tests, each file a test of its own."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from fieldstation.client.things import Json
from fieldstation.testing.station import RunningStation
from tests.acceptance.console.crowd import make_crowd
from tests.acceptance.console.scene import make_scene
from tests.acceptance.console.test_walk import WALK
from tests.acceptance.console.vitest import FILES, WEB, passed_in_browser
from tests.acceptance.person import Person
from tests.closing import SOAK, Scale

CROWD = 100_000  # runs of one person
STATIC = WEB.parent / "src" / "fieldstation" / "facades" / "console" / "static"
FULL = [path for path in FILES if path.startswith("lighthouse")]  # in the soak only: a minute by itself


@pytest.fixture(scope="session")
def scene(admin: Person, station: RunningStation, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Json]:
    """Data, runs and people at the one station of the acceptance tests."""
    many = 100_000 if os.environ.get(SOAK) else 2_000
    with admin.station() as known:
        made = make_scene(known, tmp_path_factory.mktemp("scene"), many)
        return {**made, "crowd": make_crowd(known, station.data, CROWD)}


def test_the_console_is_built() -> None:
    assert (STATIC / "index.html").exists(), "the console is not built: make setup (needs Node 20 or newer with npm)"


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "file", [pytest.param(name, marks=pytest.mark.soak if name in FULL else ()) for name in FILES if name != WALK]
)
def test_in_the_browser(file: str, scene: Mapping[str, Json], scale: Scale, tmp_path: Path) -> None:
    scale.count("tests in the browser", passed_in_browser(file, scene, tmp_path))
