"""`fieldstation up`: one command, one parent process, a whole station."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib import import_module
from types import ModuleType

from fieldstation.cli.loading import loading
from fieldstation.cli.station.address import with_ports
from fieldstation.cli.station.directory import prepare_directory, prepare_store
from fieldstation.cli.station.options import Data, Host, Port
from fieldstation.cli.station.stopping import Stopping
from fieldstation.db.embedded import UP, EmbeddedPostgres, Ownership
from fieldstation.kernel.logs import configure_logs, logger
from fieldstation.settings import Settings, load_settings

log = logger(__name__)
_WAIT_FOR_VERBS_SECONDS = 60.0


def up(data: Data = None, host: Host = None, port: Port = None) -> None:
    """Run a station here, its database included, until it is stopped.

    Ready when it prints `ready http://HOST:PORT`. Ctrl-C or `fieldstation down` stops it.
    """
    settings = load_settings(data=data, host=host, port=port)
    configure_logs(settings.log_level, human=sys.stderr.isatty())
    stopping = Stopping()
    stopping.listen()
    prepare_directory(settings.data)
    prepare_store(settings.store)
    with ExitStack() as stack:
        ownership = Ownership(settings.data)
        ownership.take(UP, wait_seconds=_WAIT_FOR_VERBS_SECONDS)
        stack.callback(ownership.give_up)
        _run(settings, stopping, stack)


def _run(settings: Settings, stopping: Stopping, stack: ExitStack) -> None:
    settings = with_ports(settings)
    server = None if settings.database_url else EmbeddedPostgres(settings.data)
    if server is not None:
        stack.callback(server.stop)
    _load_beside(server).run(settings, server, stopping, stack)


def _load_beside(server: EmbeddedPostgres | None) -> ModuleType:
    """Load the rest of the program while the database server starts; return once both are there."""
    with ThreadPoolExecutor(1, "database") as pool, loading():
        starting = pool.submit(server.start) if server is not None else None
        parent = import_module("fieldstation.cli.station.parent")
    if starting is not None:
        log.info("database", began=starting.result().value)
    return parent
