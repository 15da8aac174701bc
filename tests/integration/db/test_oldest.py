"""The schema and its statements on the oldest PostgreSQL that is supported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.closing import SOAK
from tests.cluster import VARIABLE as SESSION
from tests.oldest import VARIABLE, install_oldest

_TESTS = Path(__file__).parents[2]
_SMALL = ("integration/db/test_migrate.py", "integration/db/test_partitions.py", "integration/db/test_outbox.py")
_FEATURES = ("datasets", "people", "runs", "tools")
_LEFT_OUT = {SESSION, SOAK}  # full counts are for the newest server
_MORE = (*(f"integration/{feature}" for feature in _FEATURES), "architecture/test_schema.py")


@pytest.mark.parametrize(
    "tests", [pytest.param(_SMALL, id="small"), pytest.param(_MORE, id="all", marks=[pytest.mark.soak])]
)
@pytest.mark.timeout(1800)
def test_on_the_oldest_server(tests: tuple[str, ...]) -> None:
    if not install_oldest():
        pytest.skip("PostgreSQL 15 is not here (Debian package postgresql-15): only the newest server is tested")
    environment = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT and "PYTEST" not in name}
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(str(_TESTS / test) for test in tests)]
    done = subprocess.run(words, env={**environment, VARIABLE: "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
