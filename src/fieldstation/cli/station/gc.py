"""`fieldstation gc`: what could be freed, who holds the rest, and the freeing itself."""

import sys
from typing import Annotated

import typer

from fieldstation.cli.output import size, table, write_json
from fieldstation.cli.station.directory import existing_directory
from fieldstation.cli.station.opening import opened_database
from fieldstation.cli.station.options import AsJson, Data
from fieldstation.core.datasets.model import Plan
from fieldstation.kernel.logs import configure_logs
from fieldstation.settings import load_settings
from fieldstation.wiring import collect_garbage, plan_garbage

OnlyPlan = Annotated[bool, typer.Option("--plan", help="Only say what would be freed, and who holds the rest.")]


def gc(plan: OnlyPlan = False, data: Data = None, as_json: AsJson = False) -> None:
    """Free what nothing names any more: the trash whose time is over, and blobs that were left for a day.

    The station does this by itself each hour.
    """
    settings = load_settings(data=data)
    configure_logs(settings.log_level, human=sys.stderr.isatty())
    existing_directory(settings.data)
    with opened_database(settings, "gc") as database:
        if not plan:
            collect_garbage(settings, database)
        found = plan_garbage(settings, database)
    if as_json:
        write_json(found)
        return
    _show(found)


def _show(found: Plan) -> None:
    shares = [("free now", found.free), ("after emptying what is due in the trash", found.due)]
    shares += [("named by nothing, but touched within a day", found.waiting)]
    rows = [(name, str(share.count), size(share.size)) for name, share in shares]
    rows += [(f"held by {share.name}", str(share.count), size(share.size)) for share in (*found.holders, *found.owners)]
    typer.echo(table(["what", ">blobs", ">bytes"], rows))
    if found.trash:
        trash = [(one.name, one.owner, size(one.size), f"{one.purge_after:%Y-%m-%d}") for one in found.trash]
        typer.echo("\n" + table(["in the trash", "owner", ">bytes", "kept until"], trash))
