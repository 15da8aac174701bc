"""`fieldstation ledger verify`: the proof that every account reconciles."""

import sys

import typer

from fieldstation.cli.output import count, write_json
from fieldstation.cli.station.directory import existing_directory
from fieldstation.cli.station.opening import opened_database
from fieldstation.cli.station.options import AsJson, Data
from fieldstation.kernel.logs import configure_logs
from fieldstation.settings import load_settings
from fieldstation.wiring import verify_ledger

ledger = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@ledger.callback()
def _ledger() -> None:
    """The ledger: what products have used, in double entry."""


@ledger.command()
def verify(data: Data = None, as_json: AsJson = False) -> None:
    """Prove that every account agrees with its transfers, every charge with the ledger, and every instance with both.

    Exit code 1 when something does not; it is named.
    """
    settings = load_settings(data=data)
    configure_logs(settings.log_level, human=sys.stderr.isatty())
    existing_directory(settings.data)
    with opened_database(settings, "ledger verify") as database:
        found = verify_ledger(settings, database)
    if as_json:
        write_json(found)
    else:
        for fault in found.faults:
            typer.echo(fault)
        said = "all agree" if not found.faults else f"{count(len(found.faults), 'fault')}"
        typer.echo(f"{count(found.accounts, 'account')}, {count(found.transfers, 'transfer')}: {said}")
    if found.faults:
        raise typer.Exit(1)
