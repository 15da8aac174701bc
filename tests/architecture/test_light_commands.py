"""Commands of users answer at once: they load the client, never the station."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pkgutil import walk_packages

import fieldstation.cli.user
import fieldstation.client

HEAVY = (
    "sqlalchemy", "psycopg", "alembic", "fastapi", "starlette", "pydantic", "granian", "cryptography", "jsonschema",
    "shapely", "numpy",
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
found["fst --help"] = sorted(sys.modules)
"""
MODULES = sorted(
    module.name
    for package in (fieldstation.cli.user, fieldstation.client)
    for module in walk_packages(package.__path__, package.__name__ + ".")
)


_EACH = f"""
for module in {MODULES}:
    before = set(sys.modules)
    importlib.import_module(module)
    found[module] = sorted(set(sys.modules) - before)
"""


def _loaded(work: str) -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", f"import importlib, json, sys\nfound = {{}}\n{work}\nprint(json.dumps(found))"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    loaded: dict[str, list[str]] = json.loads(done.stdout)
    return loaded


def _heavy(names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if f"{name}.".startswith(tuple(f"{heavy}." for heavy in HEAVY)))


def test_help_loads_no_station() -> None:
    heavy = _heavy(_loaded(_HELP)["fst --help"])
    assert not heavy, f"`fst --help` imports {', '.join(heavy[:5])}: load it in the command that needs it"


def test_user_verbs_load_no_station() -> None:
    guilty = {module: heavy for module, names in _loaded(_EACH).items() if (heavy := _heavy(names))}
    told = "\n".join(f"{module} imports {', '.join(heavy[:5])}" for module, heavy in guilty.items())
    assert not guilty, f"user verbs speak through fieldstation.client only:\n{told}"
