"""The rules of the console, tested in its own language: `vitest run` in web/."""

import json
import os
import subprocess
from pathlib import Path

from tests.closing import Scale

WEB = Path(__file__).parents[3] / "web"


def test_every_unit_of_the_console(scale: Scale, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert (WEB / "node_modules").exists(), (
        "its packages are not installed: make setup (needs Node 20 or newer with npm)"
    )
    done = subprocess.run(
        ["node_modules/.bin/vitest", "run", "--reporter=default", "--reporter=json", f"--outputFile.json={report}"],
        cwd=WEB, env=os.environ | {"NO_COLOR": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    counted = json.loads(report.read_text())
    assert counted["numPassedTests"] == counted["numTotalTests"] > 0
    scale.count("units of the console", counted["numPassedTests"])
