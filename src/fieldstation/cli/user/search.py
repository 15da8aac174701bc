"""`search`: everything at once."""

from collections.abc import Iterator
from typing import Annotated

import typer

from fieldstation.cli.output import ago, table
from fieldstation.cli.user.verb import Session, plain
from fieldstation.client.findings import Found


@plain
def search(
    session: Session,
    words: Annotated[list[str], typer.Argument(metavar="WORD…", help="Of names, titles and labels, or an id.")],
    limit: Annotated[int, typer.Option(min=1, max=20, help="At most so many of each kind.")] = 5,
) -> None:
    """Search the data sets, tools and runs that you see."""
    found = session.station.search(" ".join(words), limit)
    session.answer(found, lambda: _shown(found))


def _shown(found: Found) -> str:
    rows = list(_rows(found))
    return table(["kind", "name", "what", "of"], rows) if rows else "nothing that you see has these words"


def _rows(found: Found) -> Iterator[list[str]]:
    for dataset in found.datasets:
        yield ["data set", dataset.name, dataset.title, dataset.owner]
    for tool in found.tools:
        yield ["tool", f"{tool.name}@{tool.version}", tool.title, ""]
    for run in found.runs:
        yield ["run", run.id, f"{run.name or run.tool}, {run.state} {ago(run.created_at)}", run.submitted_by]
