"""`asset create|list|show|change|delete`."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.output import ago, details, table
from fieldstation.cli.user.verb import Session, noun, verb
from fieldstation.client.accounting import Asset

app = noun("asset", "Assets: named texts and files that jobs are given.")
Reference = Annotated[str, typer.Argument(metavar="ASSET", help="Its id.")]
File = Annotated[str | None, typer.Option(help="A file with the content; `-` reads standard input.")]
Plain = Annotated[str | None, typer.Option(help="The content as text; for secrets use --file.")]


@dataclass(frozen=True, kw_only=True)
class New:
    """What is said of a new asset."""

    file: File = None
    text: Plain = None
    scope: Annotated[str, typer.Option(help="Whose jobs: user, product, unit, organisation or global.")] = "user"
    scope_id: Annotated[str | None, typer.Option(help="Username, or id of that thing; else you.")] = None
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None
    secret: Annotated[bool, typer.Option("--secret", help="Tell the content to jobs only.")] = False


@dataclass(frozen=True, kw_only=True)
class Change:
    """What shall change about an asset."""

    file: File = None
    text: Plain = None
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None
    enabled: Annotated[bool | None, typer.Option("--enable/--disable", help="Whether it can be used at all.")] = None
    attached: Annotated[bool | None, typer.Option("--attach/--detach", help="Whether jobs are given it.")] = None


@verb(app)
def create(session: Session, name: Annotated[str, typer.Argument()], new: New) -> None:
    """Make an asset; attach it before jobs can have it."""
    content = _content(new.file, new.text)
    if content is None:
        raise typer.BadParameter("give the content: --file or --text")
    given = {"scope_id": new.scope_id, "description": new.description}
    more: dict[str, object] = {key: value for key, value in given.items() if value is not None}
    made = session.station.assets.create(name, content, scope=new.scope, secret=new.secret, **more)
    session.answer(made, lambda: f"made {made.name} ({made.id})")


@verb(app)
def list_(
    session: Session,
    scope: Annotated[str | None, typer.Option(help="Only those of this scope.")] = None,
    scope_id: Annotated[str | None, typer.Option(help="Only those of this user or thing.")] = None,
) -> None:
    """List the assets that you see."""
    found = list(session.station.assets.all(scope=scope, scope_id=scope_id))

    def shown() -> str:
        rows = [[one.name, one.scope, one.scope_id or "", _state(one), one.creator, one.id] for one in found]
        return table(["name", "scope", "of", "state", "creator", "id"], rows)

    session.answer({"items": found}, shown)


@verb(app)
def show(session: Session, asset: Reference) -> None:
    """Show an asset, with its content unless that is secret."""
    found = session.station.assets.show(asset)
    session.answer(found, lambda: _shown(found))


@verb(app)
def change(session: Session, asset: Reference, wanted: Change) -> None:
    """Change what an asset holds and says, enable and attach it."""
    content = _content(wanted.file, wanted.text)
    given = {"description": wanted.description, "enabled": wanted.enabled, "attached": wanted.attached}
    changes: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    if content is None and not changes:
        raise typer.BadParameter("say what to change, such as --attach or --file")
    changed = session.station.assets.change(asset, content, **changes)
    session.answer(changed, lambda: _shown(changed))


@verb(app)
def delete(session: Session, asset: Reference) -> None:
    """Remove an asset that is not attached."""
    session.station.assets.delete(asset)
    session.answer({"deleted": asset}, lambda: f"removed {asset}")


def _content(file: str | None, text: str | None) -> bytes | None:
    if file is not None and text is not None:
        raise typer.BadParameter("give --file or --text, not both")
    if file == "-":
        return sys.stdin.buffer.read()
    if file is not None:
        return Path(file).read_bytes()
    return None if text is None else text.encode()


def _state(asset: Asset) -> str:
    if not asset.enabled:
        return "disabled"
    return "attached" if asset.attached else "not attached"


def _shown(found: Asset) -> str:
    return details(
        [
            ("name", found.name),
            ("id", found.id),
            ("scope", " ".join([found.scope, found.scope_id or ""]).strip()),
            ("state", _state(found)),
            ("description", found.description),
            ("content", "secret" if found.secret else found.content or "not a text"),
            ("creator", found.creator),
            ("created", ago(found.created)),
        ]
    )
