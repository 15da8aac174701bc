"""`dataset edit`: what is said about a data set as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.user.dataset_add import read_metadata
from fieldstation.cli.user.verb import Session, pairs
from fieldstation.client.things import Dataset, Json


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What is to change; what is left out stays."""

    name: Annotated[str | None, typer.Option(help="By which tools and commands call it.")] = None
    title: Annotated[str | None, typer.Option(help="What people read.")] = None
    description: Annotated[str | None, typer.Option(help="As long as you like.")] = None
    label: Annotated[
        list[str] | None, typer.Option("--label", "-l", metavar="KEY=VALUE", help="A label to set; may be repeated.")
    ] = None
    unlabel: Annotated[list[str] | None, typer.Option(metavar="KEY", help="A label to take off.")] = None
    schema: Annotated[
        Path | None, typer.Option(help="JSON Schema (2020-12) for the metadata of later versions; {} takes it off.")
    ] = None

    def changes(self, now: Dataset) -> Mapping[str, Json]:
        """Return them as the station reads them, for a data set as it is now."""
        given: dict[str, Json] = {"name": self.name, "title": self.title, "description": self.description}
        if self.label or self.unlabel:
            labels = dict(now.labels) | pairs(self.label or [], "label")
            given["labels"] = {key: value for key, value in labels.items() if key not in (self.unlabel or [])}
        if self.schema is not None:
            given["metadata_schema"] = read_metadata(self.schema)
        return {name: value for name, value in given.items() if value is not None}


def edit(
    session: Session,
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Its name or id.")],
    wanted: Edit,
) -> None:
    """Change the name, texts, labels or metadata schema of a data set; its versions stay as they are."""
    datasets = session.station.datasets
    now = datasets.show(dataset)
    changes = wanted.changes(now)
    if not changes:
        raise typer.BadParameter("say what to change, such as --title TEXT", param_hint="OPTIONS")
    found = datasets.edit(now.id, **changes)
    session.answer(found, lambda: f"{found.name}: changed {', '.join(sorted(changes))}")
