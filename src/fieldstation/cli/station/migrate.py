"""`fieldstation migrate`: bring the schema up to date, or say what would be done."""

from typing import Annotated

import typer

from fieldstation.cli.output import write_json
from fieldstation.cli.station.opening import opened_database
from fieldstation.cli.station.up import DataOption
from fieldstation.db import migrate as steps
from fieldstation.db import partitions
from fieldstation.settings import load_settings

Plan = Annotated[bool, typer.Option("--plan", help="Only say what would be done.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output, nothing else.")]


def migrate(plan: Plan = False, data: DataOption = None, as_json: AsJson = False) -> None:
    """Bring the database to this release's schema."""
    settings = load_settings(data=data)
    with opened_database(settings, "migrate") as database:
        made = steps.plan(database) if plan else steps.upgrade(database)
        if not plan:
            with database.begin() as tx:
                partitions.ensure(tx)
    if as_json:
        write_json({"steps": made, "made": not plan})
        return
    for step in made:
        typer.echo(f"{'would make' if plan else 'made'} {step.revision}  {step.title}")
    if not made:
        typer.echo("the database has this release's schema")
