"""A process that submits one run and then waits to be killed: the station that dies, for `restarts`.

Arguments: module and name of the contract's test class, the folder of attempts, the RunSpec as JSON.
"""

import json
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import cast

from fieldstation.ports.engine import Limits, RunSpec
from fieldstation.testing.engine.bench import EngineBench


def main(module: str, name: str, attempts: str, document: str) -> None:
    """Submit, say so, and wait."""
    bench = cast(EngineBench, getattr(import_module(module), name)())
    engine = bench.make_engine(Path(attempts))
    fields = json.loads(document)
    spec = RunSpec(**{**fields, "limits": Limits(**fields["limits"])})
    _say("ready")
    handle = engine.submit(spec)
    _say(f"submitted {handle.reference}")
    threading.Event().wait()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
