"""`action list|follow`."""

import json
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Annotated

import typer

from fieldstation.cli.output import ago, table
from fieldstation.cli.user.verb import Session, noun, verb
from fieldstation.client.actions import Action

app = noun("action", "Actions: what was done about organisations, units and products.")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which actions are asked for."""

    organisation: Annotated[str | None, typer.Option(help="Only those about this one, by name or id.")] = None
    unit: Annotated[str | None, typer.Option(help="Only those about this one, by name or id.")] = None
    product: Annotated[str | None, typer.Option(help="Only those about this one, by id.")] = None
    kind: Annotated[str | None, typer.Option(help="Only these, such as `charge` or `unit.joined`.")] = None
    since: Annotated[str | None, typer.Option(metavar="TIME", help="From then on, such as 2026-01-31T12:00Z.")] = None
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Before then.")] = None


@verb(app)
def list_(
    session: Session,
    asked: Asked,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
) -> None:
    """List what was done about what you belong to, newest first."""
    found = list(islice(session.station.actions.all(**asdict(asked)), limit))
    session.answer({"items": found}, lambda: _table(found))


@verb(app)
def follow(
    session: Session,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many; else with Ctrl-C.")] = None,
) -> None:
    """Show what is done from now on, as it is done; with --json a document on each line."""
    for one in islice(session.station.actions.follow(), count):
        session.answer(one, lambda one=one: f"{one.at:%H:%M:%S} {one.kind} {one.actor} {_about(one)} {_said(one)}")  # type: ignore[misc]


def _table(found: list[Action]) -> str:
    rows = [[ago(one.at), one.kind, one.actor, _about(one), _said(one)] for one in found]
    return table(["when", "what", "who", "about", "more"], rows) if found else "nothing was done yet that you may know"


def _about(one: Action) -> str:
    return one.product or one.unit or one.organisation or ""


def _said(one: Action) -> str:
    return ", ".join(f"{name} {_plain(value)}" for name, value in one.body.items() if not isinstance(value, dict))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
