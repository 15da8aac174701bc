"""`fieldstation backup`: everything of one moment in one file."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fieldstation.cli.output import write_json
from fieldstation.cli.station.archive import Whole, write_archive
from fieldstation.cli.station.directory import existing_directory
from fieldstation.cli.station.opening import opened_database
from fieldstation.cli.station.options import AsJson, Data
from fieldstation.kernel.logs import configure_logs
from fieldstation.settings import load_settings
from fieldstation.wiring import build_storages, key_file

File = Annotated[Path, typer.Argument(help="Where to write the archive.", show_default=False)]


def backup(file: File, data: Data = None, as_json: AsJson = False) -> None:
    """Write database, blobs, files of projects and key to one archive; the station may run meanwhile.

    Database and blobs are of one moment; files of projects as they are when they are read. The archive holds the
    station's key: keep it as you keep the station.
    """
    settings = load_settings(data=data)
    configure_logs(settings.log_level, human=sys.stderr.isatty())
    existing_directory(settings.data)
    storages = build_storages(settings)
    whole = Whole(store=storages.store, volumes=storages.volumes)
    with opened_database(settings, "backup") as database:
        held = write_archive(file.absolute(), database, whole, key_file(settings))
    if as_json:
        write_json({"file": file, **vars(held)})
        return
    parts = f"{held.blobs} blobs of {held.bytes} bytes, {held.files} files of projects"
    typer.echo(f"wrote {file}: the database, {parts}, the key; as of {held.made_at}")
