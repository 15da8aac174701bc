"""`fieldstation down`: stop what runs on a data directory."""

import os
import signal
import time

import typer

from fieldstation.cli.station.directory import existing_directory
from fieldstation.cli.station.options import Data
from fieldstation.db.embedded import UP, EmbeddedPostgres, Holder, Ownership
from fieldstation.kernel.errors import Broken, Conflict
from fieldstation.settings import load_settings

_WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.05


def down(data: Data = None) -> None:
    """Stop the station that runs on a data directory."""
    settings = load_settings(data=data)
    ownership = Ownership(existing_directory(settings.data))
    if ownership.try_take("down"):
        try:
            server = EmbeddedPostgres(settings.data)
            left = server.running()
            server.stop()
        finally:
            ownership.give_up()
        typer.echo("stopped the database that a killed station left" if left else f"no station runs on {settings.data}")
        return
    holder = ownership.holder()
    if holder is not None and holder.verb != UP:
        raise Conflict(
            f"`fieldstation {holder.verb}` (process {holder.pid}) works on {settings.data}, and no station",
            next_step="wait until it has ended",
            reason="directory_held",
        )
    if holder is None:
        typer.echo(f"the station of {settings.data} stopped by itself just now")
        return
    os.kill(holder.pid, signal.SIGTERM)
    _await_end(ownership, holder)
    typer.echo(f"stopped the station of {settings.data} (process {holder.pid})")


def _await_end(ownership: Ownership, holder: Holder) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while ownership.holder() == holder:
        if time.monotonic() > deadline:
            raise Broken(
                f"the station (process {holder.pid}) did not stop within {_WAIT_SECONDS:.0f} seconds",
                next_step=f"look at its log; `kill -9 {holder.pid}` ends it, and the next `up` takes over what it left",
                reason="does_not_stop",
            )
        time.sleep(_POLL_SECONDS)
