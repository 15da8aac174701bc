"""The parent process of a station, once its database runs: the doors, and a keeper of the worker processes."""

import os
import sys
import threading
import time
from contextlib import ExitStack
from functools import partial
from importlib import import_module

from fieldstation import __version__
from fieldstation.cli.loading import loading
from fieldstation.cli.station.address import address_of
from fieldstation.cli.station.children import Children
from fieldstation.cli.station.doors import await_ready, listeners, serve
from fieldstation.cli.station.record import StationRecord, remove_record
from fieldstation.cli.station.stopping import Stopping
from fieldstation.db import Database, partitions, steps
from fieldstation.db.embedded import EmbeddedPostgres
from fieldstation.kernel.errors import FieldstationError
from fieldstation.kernel.logs import logger
from fieldstation.settings import PREFIX, Settings
from fieldstation.wiring import ALL_ROLES, build_station
from fieldstation.wiring.station import API, Station

log = logger(__name__)
_STOP_SECONDS = 10.0
_LOOK_SECONDS = 0.25
_POLL_SECONDS = 0.02
_DISPATCH_SECONDS = 30.0  # for the worker processes to begin, while the doors are open already
_PAUSE_SECONDS = 5.0  # after what could not be mended


def run(settings: Settings, server: EmbeddedPostgres | None, stopping: Stopping, stack: ExitStack) -> None:
    """Serve until the stop is wished for; what must be ended then is put on `stack`."""
    url = settings.database_url or ""
    if server is not None:
        url = server.url()
    _bring_up_to_date(url)
    if stopping.wished:
        return
    children = Children(settings.workers, lambda pipe: _worker_argv(settings, pipe), _worker_environment(settings))
    stack.callback(children.stop, _STOP_SECONDS)
    stopping.on_wish(children.ask_to_stop)
    children.keep_alive()  # they load while the doors do
    with loading():
        station = build_station(settings, url, {API})
        stack.callback(station.close)
        served = listeners(station, settings)
    station.prepare()
    station.workers.start()
    stack.callback(station.workers.stop)
    keeper = threading.Thread(target=_keep, args=(server, children, stopping), name="keeper", daemon=True)
    keeper.start()
    stack.callback(keeper.join)
    stack.callback(stopping.wish)
    stack.callback(remove_record, settings.data)
    address = address_of(settings.host, settings.port)
    tell = partial(_tell, settings, station, address, stopping)
    threading.Thread(target=await_ready, args=(address, stopping, tell), name="ready", daemon=True).start()
    serve(served, stopping)


def _bring_up_to_date(url: str) -> None:
    database = Database(url, pool_size=1, name="fieldstation migrate")
    try:
        if steps.plan(database):
            for step in import_module("fieldstation.db.migrate").upgrade(database):
                log.info("schema step made", revision=step.revision, title=step.title)
        with database.begin() as tx:
            partitions.ensure(tx)
    finally:
        database.close()


def _keep(server: EmbeddedPostgres | None, children: Children, stopping: Stopping) -> None:
    """Look after the database server and the worker processes until the stop."""
    while not stopping.wished:
        pause = _LOOK_SECONDS
        try:
            if server is not None and not server.running():
                log.error("the database server died; starting it again")
                server.start()
            children.keep_alive()
        except FieldstationError as error:
            log.error("the database server does not start", text=error.text, next_step=error.next_step)
            pause = _PAUSE_SECONDS
        except Exception:  # the top of a loop: what keeps the station alive must not die of what it meets
            log.exception("looking after the station failed")
            pause = _PAUSE_SECONDS
        stopping.wait(pause)


def _tell(settings: Settings, station: Station, address: str, stopping: Stopping) -> None:
    """Tell that the station is ready, once runs are started too; not for ever, for data are served without."""
    deadline = time.monotonic() + _DISPATCH_SECONDS
    while not station.dispatches() and not stopping.wished:
        if time.monotonic() > deadline:
            log.warning("no worker process starts runs yet")
            break
        stopping.wait(_POLL_SECONDS)
    if stopping.wished:
        return
    StationRecord(url=address, pid=os.getpid(), version=__version__).write(settings.data)
    if station.made_password is not None:
        log.info("the first user is admin", password_in=str(station.made_password))
    sys.stdout.write(f"ready {address}\n")
    sys.stdout.flush()


def _worker_argv(settings: Settings, pipe: int) -> list[str]:
    roles = ",".join(role for role in ALL_ROLES if role != API)
    command = [sys.executable, "-P", "-m", "fieldstation", "serve", "--roles", roles]
    return [*command, "--data", str(settings.data), "--parent-pipe", str(pipe)]


def _worker_environment(settings: Settings) -> dict[str, str]:
    chosen = {f"{PREFIX}HOST": settings.host, f"{PREFIX}PORT": str(settings.port)}
    return {"MALLOC_ARENA_MAX": "2", **os.environ, **chosen}
