"""`fieldstation restore`: a station from a backup, in an empty place."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.output import write_json
from fieldstation.cli.station.archive import Whole, read_archive, restore_database, verify_blobs
from fieldstation.cli.station.directory import prepare_directory, prepare_store
from fieldstation.cli.station.opening import opened_database
from fieldstation.cli.station.options import AsJson, Data
from fieldstation.db import Database, partitions
from fieldstation.db.migrate import upgrade
from fieldstation.kernel.errors import Conflict
from fieldstation.kernel.logs import configure_logs
from fieldstation.settings import Settings, load_settings
from fieldstation.wiring import build_storages, key_file, settle_restored

File = Annotated[Path, typer.Argument(help="The archive that `backup` wrote.", exists=True, dir_okay=False)]
Verify = Annotated[bool, typer.Option("--verify", help="Read every blob again from the disk and compare its digest.")]


def restore(file: File, verify: Verify = False, data: Data = None, as_json: AsJson = False) -> None:
    """Make a station from a backup, in a data directory (and database) with nothing in it.

    Every blob is hashed as it comes in. Runs that were under way end as `node_lost`, sessions end, service tokens
    and everything else stays as it was.
    """
    settings = load_settings(data=data)
    configure_logs(settings.log_level, human=sys.stderr.isatty())
    _refuse_used(settings)
    prepare_directory(settings.data)
    prepare_store(settings.store)
    with tempfile.TemporaryDirectory(dir=settings.data, prefix="restore-") as folder:
        storages = build_storages(settings)
        store, whole = storages.store, Whole(store=storages.store, volumes=storages.volumes)
        unpacked = read_archive(file, whole, Path(folder) / "database.dump")
        key = key_file(settings)
        key.touch(mode=0o600)
        key.write_bytes(unpacked.key)
        with opened_database(settings, "restore") as database:
            restore_database(database.dsn, unpacked.dump)
            upgrade(database)
            lost = _settle(settings, database)
            verified = verify_blobs(database, store) if verify else None
    if as_json:
        write_json({**vars(unpacked.held), "runs_lost": lost, "verified": verified})
        return
    typer.echo(
        f"restored the station of {unpacked.held.made_at}: {unpacked.held.blobs} blobs, {lost} runs were under way"
    )
    if verified is not None:
        typer.echo(f"verified {verified} blobs")
    typer.echo(f"next:  fieldstation up --data {settings.data}")


def _settle(settings: Settings, database: Database) -> int:
    with database.begin() as tx:
        partitions.ensure(tx)
    return settle_restored(settings, database)


def _refuse_used(settings: Settings) -> None:
    if settings.data.exists() and any(settings.data.iterdir()):
        raise Conflict(
            f"{settings.data} is not empty",
            next_step="choose a new directory with --data, or move this one away",
            reason="directory_used",
        )
