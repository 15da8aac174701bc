"""`secret keep|list|remove`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.output import ago, table
from fieldstation.cli.user.verb import Session, noun, verb

app = noun("secret", "Secrets of the station, which definitions of jobs ask for; for operators.")
Name = Annotated[str, typer.Argument(help="The name that definitions ask for.")]
Key = Annotated[str, typer.Argument(help="The key within it.")]


@verb(app)
def keep(
    session: Session,
    name: Name,
    key: Key,
    file: Annotated[str, typer.Option(help="A file with the value; `-` reads standard input.")] = "-",
) -> None:
    """Keep a value, in place of the one that is there; one newline at its end is left out."""
    value = sys.stdin.read() if file == "-" else Path(file).read_text()
    session.station.secrets.keep(name, key, value.removesuffix("\n"))
    session.answer({"kept": f"{name}/{key}"}, lambda: f"kept {name}/{key}")


@verb(app)
def list_(session: Session) -> None:
    """List the secrets, without their values."""
    found = list(session.station.secrets.all())
    rows = [[one.name, one.key, ago(one.kept), one.kept_by] for one in found]
    session.answer({"items": found}, lambda: table(["name", "key", "kept", "by"], rows))


@verb(app)
def remove(session: Session, name: Name, key: Key) -> None:
    """Remove a secret: jobs that ask for it can be launched no more."""
    session.station.secrets.remove(name, key)
    session.answer({"removed": f"{name}/{key}"}, lambda: f"removed {name}/{key}")
