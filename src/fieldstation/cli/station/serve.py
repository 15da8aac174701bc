"""`fieldstation serve`: some roles of a station in one process."""

import os
import sys
import threading
from contextlib import ExitStack
from importlib import import_module
from typing import Annotated

import typer

from fieldstation.cli.station.address import address_of, with_ports
from fieldstation.cli.station.children import end_with_parent
from fieldstation.cli.station.opening import joined_url
from fieldstation.cli.station.options import Data, Host, Port
from fieldstation.cli.station.stopping import Stopping
from fieldstation.db import Database, steps
from fieldstation.kernel.errors import Broken
from fieldstation.kernel.logs import configure_logs, logger
from fieldstation.settings import Settings, load_settings
from fieldstation.wiring import ALL_ROLES, build_station
from fieldstation.wiring.station import API, IMAGE_ROLES

log = logger(__name__)
_EVERYTHING = ",".join(ALL_ROLES)
_Roles = Annotated[
    str,
    typer.Option(
        envvar=["FIELDSTATION_ROLES", "IMAGE_ROLE"],
        help=f"Roles to take, separated by commas: {', '.join(ALL_ROLES)}; "
        f"or, as in Squonk2, {', '.join(IMAGE_ROLES)}.",
    ),
]
_LAST_SECONDS = 15.0


def serve(
    roles: _Roles = _EVERYTHING,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    parent_pipe: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run some roles of a station in this process, beside a running `up` or a database of yours."""
    settings = load_settings(data=data, host=host, port=port)
    configure_logs(settings.log_level, human=sys.stderr.isatty())
    stopping = Stopping()
    stopping.listen()
    if parent_pipe is not None:
        end_with_parent(parent_pipe, lambda: _stop_surely(stopping))
    taken = roles_of(roles)
    url = joined_url(settings)
    _refuse_other_schema(url)
    with ExitStack() as stack:
        _run(settings, url, taken, stopping, stack)


def _run(settings: Settings, url: str, roles: frozenset[str], stopping: Stopping, stack: ExitStack) -> None:
    if API in roles:
        settings = with_ports(settings)
    station = build_station(settings, url, roles)
    stack.callback(station.close)
    station.workers.start()
    stack.callback(station.workers.stop)
    log.info("serving", roles=sorted(roles), pid=os.getpid())
    if API not in roles:
        stopping.wait()
        return
    doors = import_module("fieldstation.cli.station.doors")  # only here: other roles need no server
    address = address_of(settings.host, settings.port)
    tell = threading.Thread(
        target=doors.await_ready,
        args=(address, stopping, lambda: typer.echo(f"ready {address}")),
        name="ready",
        daemon=True,
    )
    tell.start()
    doors.serve(doors.listeners(station, settings), stopping)


def roles_of(words: str) -> frozenset[str]:
    """Return the roles that these words name, ours or those of Squonk2's processes in any case of letters."""
    named = {word.strip() for word in words.split(",") if word.strip()}
    found = {name: (name,) if name in ALL_ROLES else IMAGE_ROLES.get(name.upper(), ()) for name in named}
    unknown = sorted(name for name, roles in found.items() if not roles)
    if unknown or not named:
        known = f"there are {', '.join(ALL_ROLES)}, and {', '.join(IMAGE_ROLES)} for several of them"
        raise typer.BadParameter(
            f"no such role: {', '.join(unknown)}; {known}" if unknown else f"name a role; {known}",
            param_hint="--roles, FIELDSTATION_ROLES or IMAGE_ROLE",
        )
    return frozenset(role for roles in found.values() for role in roles)


def _refuse_other_schema(url: str) -> None:
    database = Database(url, pool_size=1, name="fieldstation serve")
    try:
        pending = steps.plan(database)
    finally:
        database.close()
    if pending:
        raise Broken(
            f"the database is {len(pending)} schema steps behind this release",
            next_step="fieldstation migrate",
            reason="migrations_pending",
        )


def _stop_surely(stopping: Stopping) -> None:
    stopping.wish()
    timer = threading.Timer(_LAST_SECONDS, os._exit, args=(1,))
    timer.daemon = True
    timer.start()
