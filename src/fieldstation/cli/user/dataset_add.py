"""`dataset add`: files and folders of this machine become a data set, or the next version of one."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.output import Meter, count, merged, size
from fieldstation.cli.user.verb import Session, pairs
from fieldstation.client import ClientError
from fieldstation.client.datasets import EVERYONE, Datasets
from fieldstation.client.sources import find_sources
from fieldstation.client.things import Json, Version

CONFLICT = 409


@dataclass(frozen=True, kw_only=True)
class About:
    """What may be said of the data set or the version."""

    to: Annotated[
        str | None, typer.Option("--to", help="Add a version to this data set; then all arguments are paths.")
    ] = None
    title: Annotated[str, typer.Option(help="Title of a new data set.")] = ""
    description: Annotated[str, typer.Option(help="Description of a new data set.")] = ""
    label: Annotated[
        list[str] | None, typer.Option("--label", "-l", metavar="KEY=VALUE", help="A label; may be repeated.")
    ] = None
    unit: Annotated[str | None, typer.Option(help="The unit that pays for a new data set; else your own.")] = None
    metadata: Annotated[Path | None, typer.Option(help="A JSON file with metadata of the version.")] = None
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Paths are the station's: register them where they lie, for operators.")
    ] = False
    public: Annotated[bool, typer.Option("--public", help="Let everyone of the station read it.")] = False


def add(
    session: Session,
    given: Annotated[
        list[str], typer.Argument(metavar="NAME PATH", help="The new data set's name, then files and folders.")
    ],
    about: About,
) -> None:
    """Send files and folders as a new data set, or with --to as the next version of one."""
    places = [Path(path) for path in (given if about.to else given[1:])]
    name = about.to or given[0]
    if not places:
        raise typer.BadParameter("give the name of the data set and then at least one file or folder")
    metadata = read_metadata(about.metadata)
    labels = pairs(about.label or [], "label")
    total = 0 if about.in_place else sum(source.size for source in find_sources(places))  # before anything is made
    datasets = session.station.datasets
    if about.to is None:
        _create(datasets, name, about, labels)
    elif labels:
        datasets.edit(name, labels=dict(datasets.show(name).labels) | labels)
    with Meter(f"sending to {name}", total) as meter:

        def send() -> Version:
            if about.in_place:
                return datasets.register(name, [place.absolute().as_uri() for place in places], metadata=metadata)
            return datasets.add_version(name, places, metadata=metadata, progress=meter)

        version = _cleanly(datasets, None if about.to else name, send)
    if about.public:
        datasets.share(name, EVERYONE)
    session.answer(
        merged(version, name=name),
        lambda: f"{name}@{version.number}  {count(version.file_count, 'file')}, {size(version.size)}  {version.id}",
    )


def _create(datasets: Datasets, name: str, about: About, labels: Mapping[str, str]) -> None:
    try:
        datasets.create(name, title=about.title, description=about.description, labels=labels, unit=about.unit)
    except ClientError as error:
        if error.status == CONFLICT:
            error.next_step = f"add a version to it: fieldstation dataset add --to {name} PATH, or choose another name"
        raise


def _cleanly(datasets: Datasets, made: str | None, send: Callable[[], Version]) -> Version:
    """Send; when that fails, the empty data set that was made for it goes away again."""
    try:
        return send()
    except (ClientError, OSError):
        if made is not None:
            with suppress(ClientError):
                datasets.trash(made)
        raise


def read_metadata(file: Path | None) -> Mapping[str, Json]:
    """Return the JSON object that a file holds, an empty one for no file; wrong usage when it holds anything else."""
    if file is None:
        return {}
    try:
        metadata = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise typer.BadParameter(f"{file} is not JSON: {error}", param_hint="--metadata") from None
    if not isinstance(metadata, dict):
        raise typer.BadParameter(f"{file} does not hold a JSON object", param_hint="--metadata")
    return metadata
