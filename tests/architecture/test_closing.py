"""What is skipped is said aloud, and a soak counts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # what the rules need is loaded by name
_TESTS = """
import pytest

def test_counts(scale):
    assert scale.of("kills", 2, 20) in (2, 20)
    scale.count("runs", 7)

def test_skips():
    pytest.skip("no moon tonight")
"""


def _run(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(_TESTS)
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("CI", "FIELDSTATION", "PYTEST"))
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.closing", "-p", "no:cacheprovider", "-c", "/dev/null",
         "--rootdir", str(folder), "--basetemp", str(folder / "files"), str(folder)],
        cwd=ROOT, env=inherited | ALONE | variables, check=False, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("variables", "passes"),
    [
        ({}, True),
        ({"CI": "true", "FIELDSTATION_TEST_MAY_SKIP": "root"}, False),
        ({"CI": "true", "FIELDSTATION_TEST_MAY_SKIP": "root, no moon"}, True),
    ],
)
def test_a_skip_fails_a_run_of_ci_unless_allowed(variables: dict[str, str], passes: bool, tmp_path: Path) -> None:
    done = _run(tmp_path, **variables)
    assert "1 SKIPPED" in done.stdout
    assert (done.returncode == 0) is passes, done.stdout
    assert "1 passed, 1 skipped" in done.stdout.splitlines()[-1]


def test_a_soak_writes_what_was_counted(tmp_path: Path) -> None:
    _run(tmp_path, FIELDSTATION_TEST_SOAK="1")
    written = json.loads((tmp_path / "soak" / "latest.json").read_text())
    assert written["totals"] == {"passed": 1, "failed": 0, "error": 0, "skipped": 1}
    assert written["tests"] == {"test_sample.py::test_counts": {"outcome": "passed", "kills": 20, "runs": 7}}
