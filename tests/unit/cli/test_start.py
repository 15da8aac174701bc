"""What a command loads before it answers: nothing of a station, and nothing that costs time for no use."""

import json
import os
import subprocess
import sys

import pytest

HEAVY = frozenset(
    {"pydantic", "rich", "pygments", "click", "sqlalchemy", "fastapi", "cryptography", "ruamel", "jsonschema"}
)
_RUN = """
import json, sys
from fieldstation.cli.main import run
sys.argv = ["fieldstation", *json.loads(sys.argv[1])]
try:
    run()
except SystemExit:
    pass
print(json.dumps(sorted(name for name in sys.modules if "." not in name)), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "command", ["dataset list", "run submit hello -p a=b -i c=d", "tool show hello", "whoami", "user list"]
)
def test_a_verb_that_runs_loads_the_client_alone(command: str) -> None:
    environment = os.environ | {"FIELDSTATION_URL": "http://127.0.0.1:1", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps(command.split())],
        env=environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    told, _, loaded = done.stderr.rstrip().rpartition("\n")
    assert "no station answers" in told
    heavy = HEAVY & set(json.loads(loaded))
    assert not heavy, f"fst {command} loads {', '.join(sorted(heavy))}"
