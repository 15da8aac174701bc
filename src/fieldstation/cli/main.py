"""The program: a table of commands, each loaded only when it is called.

`fieldstation --help` reads this table and imports nothing else, so it answers at once; a user verb never loads the
server. Each entry names a Typer application or a function, `module:attribute`.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from fieldstation import __version__
from fieldstation.cli.loading import loading
from fieldstation.kernel import errors

STATION, PEOPLE, THINGS = "Station", "People", "Things"


@dataclass(frozen=True, kw_only=True)
class Command:
    """One entry of the table; `about` is the first line of the command's own help (a test compares them)."""

    target: str
    about: str
    panel: str


def _station(module: str, about: str) -> Command:
    name = module.rpartition(".")[2]
    return Command(target=f"fieldstation.cli.station.{module}:{name}", about=about, panel=STATION)


def _user(target: str, about: str, panel: str) -> Command:
    return Command(target=f"fieldstation.cli.user.{target}", about=about, panel=panel)


COMMANDS: Mapping[str, Command] = {
    "up": _station("up", "Run a station here, its database included, until it is stopped."),
    "down": _station("down", "Stop the station that runs on a data directory."),
    "serve": _station(
        "serve", "Run some roles of a station in this process, beside a running `up` or a database of yours."
    ),
    "migrate": _station("migrate", "Bring the database to this release's schema."),
    "backup": _station(
        "backup", "Write database, blobs, files of projects and key to one archive; the station may run meanwhile."
    ),
    "restore": _station(
        "restore", "Make a station from a backup, in a data directory (and database) with nothing in it."
    ),
    "gc": _station(
        "gc", "Free what nothing names any more: the trash whose time is over, and blobs that were left for a day."
    ),
    "ledger": _station("ledger", "The ledger: what products have used, in double entry."),
    "doctor": _station("doctor", "Look at every part of the station and say what is wrong and what to do."),
    "open": _user("session:open_console", "Open the console of the station that is meant in a browser.", STATION),
    "station": _user("station:app", "The station as a whole: its parts, queue and errors; for operators.", STATION),
    "login": _user("session:login", "Sign in to a station and keep a token for it, good for 30 days.", PEOPLE),
    "whoami": _user("session:whoami", "Show who you are at the station, and what you may do there.", PEOPLE),
    "why": _user("session:why", "Explain why you, or somebody, may or may not do something.", PEOPLE),
    "token": _user("token:app", "Service tokens: for scripts, scoped and expiring.", PEOPLE),
    "user": _user("user:app", "People of the station; for operators.", PEOPLE),
    "organisation": _user("organisation:app", "Organisations: who pays together.", PEOPLE),
    "unit": _user("unit:app", "Units: parts of an organisation that subscribe to products.", PEOPLE),
    "product": _user("product:app", "Products: what units subscribed to, for projects and for storage.", PEOPLE),
    "charge": _user("charge:app", "Charges: what work and storage cost.", PEOPLE),
    "action": _user("action:app", "Actions: what was done about organisations, units and products.", PEOPLE),
    "search": _user("search:search", "Search the data sets, tools and runs that you see.", THINGS),
    "dataset": _user("dataset:app", "Data sets: versioned, immutable sets of files.", THINGS),
    "arrival": _user("arrival:app", "Arrivals: products that come, and the notices that announce them.", THINGS),
    "molecule": _user("molecule:app", "Molecules in data sets: found by their structure.", THINGS),
    "project": _user("project:app", "Projects: where runs happen, shared with members.", THINGS),
    "file": _user("file:app", "Files of projects: your own one unless --project names another.", THINGS),
    "asset": _user("asset:app", "Assets: named texts and files that jobs are given.", THINGS),
    "image": _user("image:app", "Container images that tools and jobs run in; brought by operators.", THINGS),
    "secret": _user("secret:app", "Secrets of the station, which definitions of jobs ask for; for operators.", THINGS),
    "tool": _user("tool:app", "Tools: published definitions of what can be run.", THINGS),
    "app": _user("app:app", "Applications: programs in a project that are opened in a browser.", THINGS),
    "instance": _user("instance:app", "Instances: jobs launched in projects, where their files lie.", THINGS),
    "workflow": _user("workflow:app", "Workflows: jobs that follow one another.", THINGS),
    "run": _user("run:app", "Runs: executions of a tool beside the data.", THINGS),
    "task": _user("task:app", "Tasks: what takes its time, such as the removal of a project.", THINGS),
}

_EXITS: Mapping[type[errors.FieldstationError], int] = {
    errors.NotFound: 3,
    errors.Forbidden: 4,
    errors.Unauthenticated: 4,
}


class _Table(typer.core.TyperGroup):
    """The root: lists its commands from the table, loads the one that is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that `args` begin with, and load it."""
        name, command, rest = super().resolve_command(ctx, args)
        return (name, load(name), rest) if name is not None else (name, command, rest)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands in the order of the table, panel by panel."""
        del ctx
        for panel in dict.fromkeys(command.panel for command in COMMANDS.values()):
            with formatter.section(panel):
                formatter.write_dl([(name, one.about) for name, one in COMMANDS.items() if one.panel == panel])


def load(name: str) -> Any:
    """Import one command of the table; return it ready to be called by the root."""
    module, _, attribute = COMMANDS[name].target.partition(":")
    with loading():
        found = getattr(import_module(module), attribute)
    if not isinstance(found, typer.Typer):
        function = found
        found = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        found.command(name)(function)
    command = typer.main.get_command(found)
    command.name = name
    return command


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"fieldstation {__version__}")
        raise typer.Exit


def _root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Bring the computation to the data: versioned data sets, tools run beside them, results with lineage."""


def application() -> typer.Typer:
    """Return the root with one line for each command of the table."""
    root = typer.Typer(cls=_Table, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
    root.callback()(_root)
    for name, command in COMMANDS.items():
        root.command(name, help=command.about, rich_help_panel=command.panel)(_placeholder)
    return root


def _placeholder() -> None:
    """Stand in for a command in the list; `_Table` puts the real one in its place before it is called."""


def run() -> None:
    """Run the program with this process's arguments; ends the process.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 not allowed. An error ends with the next step.
    """
    try:
        application()(prog_name="fst" if sys.argv[0].endswith("fst") else "fieldstation")
    except errors.FieldstationError as error:
        sys.stderr.write(f"error: {error}\nnext:  {error.next_step}\n")
        sys.exit(_EXITS.get(type(error), 1))
    except BrokenPipeError:  # who read our output has gone; nothing more can be said there
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
