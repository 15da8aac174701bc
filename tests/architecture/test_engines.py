"""Entry points are strings that no linter sees: each must load and be what its port says."""

import inspect
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from fieldstation.ports.engine import Engine

ROOT = Path(__file__).parent.parent.parent
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ENGINES: dict[str, str] = _PROJECT["entry-points"]["fieldstation.engines"]
PROMISED = sorted(name for name in vars(Engine) if not name.startswith("_"))


def _load(entry_point: str) -> type:
    module, _, name = entry_point.partition(":")
    loaded: type = getattr(import_module(module), name)
    return loaded


@pytest.mark.parametrize("name", ENGINES)
def test_engine_keeps_its_port(name: str) -> None:
    engine = _load(ENGINES[name])
    missing = [promise for promise in PROMISED if not hasattr(engine, promise)]
    assert not missing, f"{ENGINES[name]} lacks {', '.join(missing)} of fieldstation.ports.engine.Engine"
    for promise in PROMISED:
        if callable(wanted := inspect.getattr_static(Engine, promise)):
            asked = list(inspect.signature(wanted).parameters)
            given = list(inspect.signature(getattr(engine, promise)).parameters)
            assert given == asked, f"{ENGINES[name]}.{promise} takes {given}, its port says {asked}"


@pytest.mark.parametrize("script", _PROJECT["scripts"])
def test_command_loads(script: str) -> None:
    assert callable(_load(_PROJECT["scripts"][script]))
