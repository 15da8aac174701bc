"""The sandbox without root: the whole contract once more, under a user of no rights."""

import json
import os
import subprocess
import sys

import pytest

from tests.integration.engines.sandbox import needs_bubblewrap

pytestmark = needs_bubblewrap

UID = 23460


@pytest.mark.skipif(os.geteuid() != 0, reason="without root the contract itself runs as a plain user")
def test_the_contract_holds_for_a_plain_user() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.engines.as_user", str(UID)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    failures = {name: text for name, text in results.items() if text is not None}
    assert not failures, "\n\n".join(f"{name}\n{text}" for name, text in failures.items())
    assert len(results) > 40
