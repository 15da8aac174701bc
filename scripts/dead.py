"""Find code that nothing uses: functions, methods, classes, imports, properties, unreachable lines.

What only tests use is dead too. What the outside calls by name (public client, contract suites, entry points) is
listed in `[tool.fieldstation.dead]` of pyproject.toml.
"""

import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

from vulture import Vulture

from fieldstation.cli.main import COMMANDS

ROOT = Path(__file__).parent.parent
KINDS = {"function", "method", "class", "import", "property", "unreachable_code"}
CALLED_BY_FRAMEWORKS = [
    "@*.get", "@*.post", "@*.put", "@*.patch", "@*.delete", "@*.head", "@*.api_route", "@*.exception_handler",
    "@*.middleware", "@*.on_event", "@*.command", "@*.callback", "@field_validator", "@model_validator",
    "@field_serializer", "@model_serializer", "@computed_field", "@pytest.fixture", "@*.websocket", "@verb",
]  # fmt: skip


def main() -> int:
    """Print every dead thing; 1 when there is one."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["fieldstation"]["dead"]
    in_the_table = [command.target.rpartition(":")[2] for command in COMMANDS.values()]
    alive = [*settings["called_from_outside"], *in_the_table]
    vulture = Vulture(ignore_decorators=CALLED_BY_FRAMEWORKS, ignore_names=alive)
    vulture.scavenge([str(ROOT / folder) for folder in ("src", "scripts", "bench") if (ROOT / folder).exists()])
    found = []
    for item in vulture.get_unused_code(min_confidence=60):
        path = Path(item.filename).relative_to(ROOT).as_posix()
        if item.typ in KINDS and not any(fnmatch(path, pattern) for pattern in settings["public"]):
            found.append(f"{path}:{item.first_lineno}: nothing uses {item.typ} {item.name}")
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
