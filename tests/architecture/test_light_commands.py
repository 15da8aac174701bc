"""Commands of users answer at once: they load the client, never the station."""

import json
import subprocess
import sys
from pkgutil import walk_packages

import pytest

import fieldstation.cli.user
import fieldstation.client

HEAVY = (
    "sqlalchemy", "psycopg", "alembic", "fastapi", "starlette", "pydantic", "granian", "cryptography", "jsonschema",
    "fieldstation.core", "fieldstation.db", "fieldstation.engines", "fieldstation.facades", "fieldstation.settings",
    "fieldstation.storage", "fieldstation.wiring", "fieldstation.workers",
)  # fmt: skip
_HELP = """
sys.argv = ["fst", "--help"]
stdout, sys.stdout = sys.stdout, sys.stderr
try:
    from fieldstation.__main__ import main
    main()
except SystemExit:
    pass
sys.stdout = stdout
"""
MODULES = sorted(
    module.name
    for package in (fieldstation.cli.user, fieldstation.client)
    for module in walk_packages(package.__path__, package.__name__ + ".")
)


def _heavy_after(work: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, json\n{work}\nprint(json.dumps(sorted(sys.modules)))"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    loaded: list[str] = json.loads(done.stdout)
    return [name for name in loaded if name in HEAVY or name.startswith(tuple(f"{heavy}." for heavy in HEAVY))]


def test_help_loads_no_station() -> None:
    heavy = _heavy_after(_HELP)
    assert not heavy, f"`fst --help` imports {', '.join(heavy[:5])}: load it in the command that needs it"


@pytest.mark.parametrize("module", MODULES)
def test_user_verbs_load_no_station(module: str) -> None:
    heavy = _heavy_after(f"import {module}")
    assert not heavy, f"{module} imports {', '.join(heavy[:5])}: user verbs speak through fieldstation.client only"
