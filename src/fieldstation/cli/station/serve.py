"""`fieldstation serve`: some roles of a station in one process."""

import os
import sys
import threading
from contextlib import ExitStack
from importlib import import_module
from typing import Annotated

import typer

from fieldstation.cli.station.address import address_of, free_port
from fieldstation.cli.station.children import end_with_parent
from fieldstation.cli.station.opening import joined_url
from fieldstation.cli.station.options import Data, Host, Port
from fieldstation.cli.station.stopping import Stopping
from fieldstation.db import Database, steps
from fieldstation.kernel.errors import Broken
from fieldstation.kernel.logs import configure_logs, logger
from fieldstation.settings import Settings, load_settings
from fieldstation.wiring import ALL_ROLES, build_station
from fieldstation.wiring.station import API

log = logger(__name__)
_EVERYTHING = ",".join(ALL_ROLES)
_Roles = Annotated[str, typer.Option(help=f"Roles to take, separated by commas: {', '.join(ALL_ROLES)}.")]
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
    taken = _checked(roles)
    url = joined_url(settings)
    _refuse_other_schema(url)
    with ExitStack() as stack:
        _run(settings, url, taken, stopping, stack)


def _run(settings: Settings, url: str, roles: frozenset[str], stopping: Stopping, stack: ExitStack) -> None:
    if API in roles:
        settings = settings.model_copy(update={"port": free_port(settings.host, settings.port)})
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
    doors.serve(station.app, settings.host, settings.port, stopping)


def _checked(roles: str) -> frozenset[str]:
    taken = frozenset(role.strip() for role in roles.split(",") if role.strip())
    unknown = sorted(taken - set(ALL_ROLES))
    if unknown or not taken:
        raise typer.BadParameter(
            f"no such role: {', '.join(unknown)}; there are {', '.join(ALL_ROLES)}" if unknown else "name a role",
            param_hint="--roles",
        )
    return taken


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
