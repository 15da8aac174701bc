"""`dataset uses|tools|cite|metadata`: what is made of data, and what is said about it."""

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.output import ago, table
from fieldstation.cli.user.dataset_add import read_metadata
from fieldstation.cli.user.verb import Limit, Session, some
from fieldstation.client import read_reference

Version = Annotated[
    str, typer.Argument(metavar="DATASET[@NUMBER]", help="A version; by default the newest of the data set.")
]


class Form(Enum):
    """How a citation is written."""

    TEXT = "text"
    BIBTEX = "bibtex"
    CSL_JSON = "csl-json"


def uses(session: Session, reference: Version, limit: Limit = 100) -> None:
    """List the runs that took a version, and what they made of it."""
    wanted = read_reference(reference)
    datasets = session.station.datasets
    found = some(datasets.uses(wanted.name, datasets.version(wanted.name, wanted.number).number), limit)

    def shown() -> str:
        rows = [
            [
                one.run,
                f"{one.tool}@{one.tool_version}",
                one.state,
                one.submitted_by,
                ago(one.created_at),
                f"{one.made.name}@{one.made.number}" if one.made else "",
            ]
            for one in found
        ]
        return table(["run", "tool", "state", "by", "submitted", "made"], rows)

    session.answer({"items": found}, shown)


def tools(
    session: Session,
    reference: Annotated[str, typer.Argument(metavar="DATASET[@NUMBER][:PATH]", help="A version, or one file of it.")],
    limit: Limit = 100,
) -> None:
    """List the tools that take files of a version."""
    wanted = read_reference(reference)
    datasets = session.station.datasets
    number = datasets.version(wanted.name, wanted.number).number
    found = some(datasets.takers(wanted.name, number, wanted.path), limit)
    session.answer(
        {"items": found},
        lambda: table(["name", "version", "title"], [[one.name, one.version, one.title] for one in found]),
    )


def cite(
    session: Session,
    reference: Version,
    form: Annotated[Form, typer.Option("--format", help="text, bibtex or csl-json.")] = Form.TEXT,
) -> None:
    """Cite a version, by its authors, year, title, address and digest."""
    wanted = read_reference(reference)
    datasets = session.station.datasets
    found = datasets.citation(wanted.name, datasets.version(wanted.name, wanted.number).number)
    written = {
        Form.TEXT: found.text,
        Form.BIBTEX: found.bibtex.rstrip(),
        Form.CSL_JSON: json.dumps(found.csl, indent=2),
    }
    session.answer(found, lambda: written[form])


def metadata(
    session: Session,
    reference: Version,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="JSON object that becomes the metadata of a next version.")
    ] = None,
) -> None:
    """Show the metadata of a version as JSON, or make a next version with the same files and other metadata."""
    wanted = read_reference(reference)
    datasets = session.station.datasets
    if file is None:
        found = datasets.version(wanted.name, wanted.number)
        session.answer(found.metadata, lambda: json.dumps(found.metadata, indent=2, ensure_ascii=False))
        return
    made = datasets.describe(wanted.name, read_metadata(file))
    session.answer(made, lambda: f"{wanted.name}@{made.number}  the files of version {made.number - 1}, described anew")
