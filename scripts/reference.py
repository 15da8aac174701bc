"""Fill the tables of docs/reference that the code itself knows; `--check` only tells which pages are out of date,
`--openapi FILE` only writes the description of the REST interface.

A page keeps its prose; what stands between the two marks is written here.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer
from annotated_types import Ge, Le, MinLen
from pydantic.fields import FieldInfo
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from fieldstation.cli.main import COMMANDS, load
from fieldstation.core.people.model import GRANTS, Kind, Permission, Role
from fieldstation.core.runs.model.reasons import MEANINGS
from fieldstation.settings import PREFIX, Settings
from fieldstation.wiring.station import API, build_station

PAGES = Path(__file__).parent.parent / "docs" / "reference"
BEGIN = "<!-- from here on written by `make docs` -->\n\n"
END = "<!-- up to here -->\n"

# Defaults that depend on the machine, in words.
COMPUTED = {
    "data": "`~/.local/share/fieldstation`; as root `/var/lib/fieldstation`",
    "engines": "`sandbox`; on macOS `process`",
    "slots": "twice the processor cores",
}
FAULTS = {"yours": "who submitted", "ours": "the station", "passing": "nobody: it may pass"}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a Markdown table."""
    lines = [list(head), *(list(row) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def settings() -> str:
    """Describe every setting of a station."""
    fields = Settings.model_fields.items()
    rows = [(f"`{PREFIX}{name.upper()}`", _meaning(field), _default(name, field)) for name, field in fields]
    return table(("variable", "meaning", "default"), rows)


def _meaning(field: FieldInfo) -> str:
    bounds = [text for found in field.metadata if (text := _bound(found))]
    return "; ".join([str(field.description), *bounds])


def _bound(found: object) -> str | None:
    match found:
        case Ge(ge=least):
            return None if least == 0 else f"at least {least}"
        case Le(le=most):
            return f"at most {most}"
        case MinLen(min_length=least):
            return f"at least {least} characters"
        case _:
            return None


def _default(name: str, field: FieldInfo) -> str:
    if name in COMPUTED:
        return COMPUTED[name]
    if field.default is None or field.default == ():
        return "none"
    return _bytes(int(field.default)) if name.endswith("_bytes") else f"`{field.default}`"


def _bytes(size: int) -> str:
    scale, unit = (30, "GiB") if size >= 1 << 30 else (20, "MiB")
    return f"`{size}` ({size >> scale} {unit})"


def reasons() -> str:
    """Describe every reason that a run can carry."""
    head = ("reason", "what happened", "whose fault", "next step")
    return table(head, ((f"`{name}`", why.text, FAULTS[why.fault], why.next_step) for name, why in MEANINGS.items()))


def permissions() -> str:
    """Describe every permission, and which roles grant it."""
    rows = ((f"`{permission}`", ", ".join(_granting(permission))) for permission in Permission)
    return table(("permission", "granted by the roles"), rows)


def _granting(permission: Permission) -> list[str]:
    if permission is Permission.STATION_USE:
        return ["every user"]
    kind = Kind(permission.partition(":")[0])
    return [role for role in Role if permission in GRANTS.get((kind, role), ())] or ["only operators"]


def commands() -> str:
    """Describe every command, in the order of the program's own table."""
    return "\n".join(text for name in COMMANDS for text in _describe(load(name), ("fieldstation", name)))


def _describe(command: object, path: tuple[str, ...]) -> Iterable[str]:
    if isinstance(command, TyperGroup):
        context = typer.Context(command, info_name=path[-1])
        for name in command.list_commands(context):
            yield from _describe(command.get_command(context, name), (*path, name))
    elif isinstance(command, TyperCommand) and not command.hidden:
        yield _one(command, path)


def _one(command: TyperCommand, path: tuple[str, ...]) -> str:
    context = typer.Context(command, info_name=" ".join(path))
    usage = " ".join((*path, *command.collect_usage_pieces(context)))
    rows = [_parameter(parameter, context) for parameter in command.params if isinstance(parameter, NAMED)]
    options = "\n" + table(("argument or option", "meaning"), rows) if rows else ""
    return f"## `{' '.join(path)}`\n\n{(command.help or '').strip()}\n\n```text\n{usage}\n```\n{options}"


NAMED = (TyperArgument, TyperOption)


def _parameter(parameter: TyperArgument | TyperOption, context: typer.Context) -> tuple[str, str]:
    record = parameter.get_help_record(context)
    return (f"`{record[0]}`", record[1]) if record else (f"`{parameter.name}`", "")


def description() -> Mapping[str, Any]:
    """Return the OpenAPI description of a station."""
    with TemporaryDirectory() as data:
        station = build_station(Settings(data=Path(data)), "postgresql://nowhere/none", [API])
        found: Mapping[str, Any] = station.app.openapi()
        station.close()
    return found


def addresses() -> str:
    """Describe every address of the REST interface."""
    rows = [
        (f"`{method.upper()}`", f"`{path}`", operation["summary"])
        for path, operations in description()["paths"].items()
        for method, operation in operations.items()
    ]
    return table(("method", "address", "does"), rows)


def describe(file: Path) -> None:
    """Write the OpenAPI description of a station into a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(description(), indent=2) + "\n")


MADE: Mapping[str, Callable[[], str]] = {
    "settings.md": settings,
    "run-reasons.md": reasons,
    "permissions.md": permissions,
    "commands.md": commands,
    "rest.md": addresses,
}


def out_of_date() -> Mapping[str, str]:
    """Return the pages that are not what the code says, with what they should be."""
    stale = {}
    for name, make in MADE.items():
        text = (PAGES / name).read_text()
        before, _, rest = text.partition(BEGIN)
        wanted = f"{before}{BEGIN}{make()}\n{END}{rest.partition(END)[2]}"
        if wanted != text:
            stale[name] = wanted
    return stale


def main(arguments: list[str]) -> int:
    """Write the pages; with `--check` only name those that are out of date, and return 1 if there are any."""
    if "--openapi" in arguments:
        describe(Path(arguments[-1]))
        return 0
    stale = out_of_date()
    if "--check" in arguments:
        for name in stale:
            print(f"docs/reference/{name} is not what the code says: run `make docs`")
        return 1 if stale else 0
    for name, text in stale.items():
        (PAGES / name).write_text(text)
    describe(PAGES / "openapi.json")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
