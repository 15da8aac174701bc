"""`image add|list|show|remove`."""

from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.output import ago, details, size, table
from fieldstation.cli.user.verb import Session, noun, verb

app = noun("image", "Container images that tools and jobs run in; brought by operators.")
Name = Annotated[str, typer.Argument(metavar="IMAGE", help="Such as python:3.13-slim or ghcr.io/acme/count:2.")]


@verb(app)
def add(
    session: Session,
    name: Name,
    archive: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="An archive of `docker save` to take it from.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", "-w", help="Wait until it is here; exit 1 unless it is.")] = False,
) -> None:
    """Bring an image from its registry, or out of an archive; in place of what has the name here."""
    task = session.station.images.add(name, archive)
    if not wait:
        session.answer({"task": task}, lambda: f"task {task}; follow it: fieldstation task show {task} --wait")
        return
    done = session.station.tasks.wait(task)
    if done.exit_code != 0:
        said = next((state.message for state in reversed(done.states) if state.message), "")
        session.answer(done, lambda: f"not brought: {said}")
        raise typer.Exit(1)
    found = session.station.images.get(name)
    session.answer(found, lambda: f"{found.reference} is here: {found.image}")


@verb(app)
def list_(session: Session) -> None:
    """List the images that are here."""
    found = list(session.station.images.all())
    rows = [[one.reference, one.image[:19], size(one.size), ago(one.added), one.added_by] for one in found]
    session.answer({"items": found}, lambda: table(["image", "content", "size", "brought", "by"], rows))


@verb(app)
def show(session: Session, name: Name) -> None:
    """Show what a name means here."""
    found = session.station.images.get(name)
    rows = [
        ("name", found.reference),
        ("content", found.image),
        ("digests", ", ".join(found.digests) or "none known"),
        ("size", f"{size(found.size)} in {found.layers} layers"),
        ("built", found.created),
        ("brought", f"{ago(found.added)} by {found.added_by}"),
    ]
    session.answer(found, lambda: details(rows))


@verb(app)
def remove(session: Session, name: Name) -> None:
    """Take a name off its image: nothing new is run in it; its files go a day later."""
    session.station.images.remove(name)
    session.answer({"removed": name}, lambda: f"removed {name}")
