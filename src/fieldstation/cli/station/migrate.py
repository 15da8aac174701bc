"""`fieldstation migrate`: bring the schema up to date, or say what would be done."""

import sys
from typing import Annotated

import typer

from fieldstation.cli.output import write_json
from fieldstation.cli.station.opening import opened_database
from fieldstation.cli.station.options import AsJson, Data
from fieldstation.db import partitions
from fieldstation.db.migrate import upgrade
from fieldstation.db.steps import plan as missing_steps
from fieldstation.kernel.logs import configure_logs
from fieldstation.settings import load_settings

Plan = Annotated[bool, typer.Option("--plan", help="Only say what would be done.")]


def migrate(plan: Plan = False, data: Data = None, as_json: AsJson = False) -> None:
    """Bring the database to this release's schema."""
    settings = load_settings(data=data)
    configure_logs(settings.log_level, human=sys.stderr.isatty())
    with opened_database(settings, "migrate") as database:
        made = missing_steps(database) if plan else upgrade(database)
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
