"""The station's database for one command: joined where a station runs, started for the command's own duration else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from fieldstation.cli.station.directory import existing_directory, prepare_directory
from fieldstation.db import Database
from fieldstation.db.embedded import Began, EmbeddedPostgres, Ownership
from fieldstation.kernel.errors import Broken, Unavailable
from fieldstation.settings import Settings

_WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.05


@contextmanager
def opened_database(settings: Settings, verb: str) -> Iterator[Database]:
    """Yield the station's database, whatever state the station is in.

    The one of FIELDSTATION_DATABASE_URL; that of the `up` which owns the data directory; else the embedded server is
    started, the directory owned as `verb`, and both given back at the end. Raises what the server's start raises.
    """
    with _opened_url(settings, verb) as url:
        database = Database(url, pool_size=4, name=f"fieldstation {verb}")
        try:
            yield database
        finally:
            database.close()


def joined_url(settings: Settings) -> str:
    """Return the address of a database that is there already; Broken when no `up` runs and no URL is set."""
    if settings.database_url is not None:
        return settings.database_url
    if Ownership(existing_directory(settings.data)).holder() is None:
        raise Broken(
            f"no station runs on {settings.data}, so its database is not there",
            next_step=f"start it with `fieldstation up --data {settings.data}`, or set FIELDSTATION_DATABASE_URL",
            reason="no_station",
        )
    return _await_url(EmbeddedPostgres(settings.data))


@contextmanager
def _opened_url(settings: Settings, verb: str) -> Iterator[str]:
    if settings.database_url is not None:
        yield settings.database_url
        return
    prepare_directory(settings.data)
    server = EmbeddedPostgres(settings.data)
    ownership = Ownership(settings.data)
    if not ownership.try_take(verb, wait_seconds=_WAIT_SECONDS):
        yield _await_url(server)
        return
    try:
        began = server.start()
        try:
            yield server.url()
        finally:
            if began is Began.STARTED:  # one that was found running waits for the next `up`
                server.stop()
    finally:
        ownership.give_up()


def _await_url(server: EmbeddedPostgres) -> str:
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            return server.url()
        except Unavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL_SECONDS)
