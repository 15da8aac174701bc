"""The console in a real browser, at a real station with real runs: web/tests, each file a test of its own."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from fieldstation.client.things import Json
from tests.acceptance.console.scene import make_scene
from tests.acceptance.person import Person
from tests.chromium import chromium
from tests.closing import SOAK, Scale

WEB = Path(__file__).parents[3] / "web"
STATIC = WEB.parent / "src" / "fieldstation" / "facades" / "console" / "static"
FILES = sorted(path.name for path in (WEB / "tests").glob("*.test.ts"))
FULL = [path for path in FILES if path.startswith("lighthouse")]  # in the soak only: a minute by itself


@pytest.fixture(scope="session")
def scene(admin: Person, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Json]:
    """Data, runs and people at the one station of the acceptance tests."""
    many = 100_000 if os.environ.get(SOAK) else 2_000
    with admin.station() as station:
        return make_scene(station, tmp_path_factory.mktemp("scene"), many)


def test_the_console_is_built() -> None:
    assert (STATIC / "index.html").exists(), "the console is not built: make setup (needs Node 20 or newer with npm)"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("file", [pytest.param(name, marks=pytest.mark.soak if name in FULL else ()) for name in FILES])
def test_in_the_browser(file: str, scene: Mapping[str, Json], scale: Scale, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = ["node_modules/.bin/vitest", "run", "--config", "vitest.browser.config.ts", f"tests/{file}"]
    given = {"FIELDSTATION_TEST_SCENE": json.dumps(scene), "FIELDSTATION_TEST_CHROMIUM": chromium()}
    done = subprocess.run(
        [*command, "--reporter=default", "--reporter=json", f"--outputFile.json={report}"],
        cwd=WEB, env=os.environ | given | {"NO_COLOR": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    counted = json.loads(report.read_text())
    assert counted["numPassedTests"] == counted["numTotalTests"] > 0
    scale.count("tests in the browser", counted["numPassedTests"])
