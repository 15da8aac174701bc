"""Running one file of web/tests in a real browser."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from fieldstation.client.things import Json
from tests.chromium import chromium

WEB = Path(__file__).parents[3] / "web"
FILES = sorted(path.name for path in (WEB / "tests").glob("*.test.ts"))
# The files of web/tests by what they look at, each part a file of pytest, so that they run side by side.
WALK = "walk.test.ts"
LIGHTHOUSE = "lighthouse.test.ts"
DATA = [
    "data.test.ts",
    "dataset-about.test.ts",
    "dataset.test.ts",
    "hostile.test.ts",
    "molecules.test.ts",
    "upload.test.ts",
]
ROUTES = ["budget.test.ts", "routes-390.test.ts", "routes.test.ts"]
PAGES = ["routes-1280.test.ts", "states.test.ts"]
PEOPLE = [
    "assets.test.ts", "charges.test.ts", "operations.test.ts", "operators.test.ts", "organisations.test.ts",
    "project-files.test.ts", "projects.test.ts", "station.test.ts",
]  # fmt: skip
WORK = [name for name in FILES if name not in {WALK, LIGHTHOUSE, *DATA, *ROUTES, *PAGES, *PEOPLE}]


def passed_in_browser(file: str, scene: Mapping[str, Json], folder: Path) -> int:
    """Run one file, which is told the scene, and return how many tests passed; AssertionError unless all did."""
    report = folder / "report.json"
    command = ["node_modules/.bin/vitest", "run", "--config", "vitest.browser.config.ts", f"tests/{file}"]
    given = {"FIELDSTATION_TEST_SCENE": json.dumps(scene), "FIELDSTATION_TEST_CHROMIUM": chromium()}
    done = subprocess.run(
        [*command, "--reporter=default", "--reporter=json", f"--outputFile.json={report}"],
        cwd=WEB, env=os.environ | given | {"NO_COLOR": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    counted = json.loads(report.read_text())
    assert counted["numPassedTests"] == counted["numTotalTests"] > 0
    return int(counted["numPassedTests"])
