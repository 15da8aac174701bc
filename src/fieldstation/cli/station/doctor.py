"""`fieldstation doctor`: every part of the station, what is wrong with it, and the next step."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from fieldstation.cli.output import write_json
from fieldstation.cli.station.directory import existing_directory, refuse_closed_store
from fieldstation.cli.station.opening import opened_database
from fieldstation.cli.station.options import AsJson, Data
from fieldstation.db import Database, condition
from fieldstation.db.embedded import UP, Ownership, refuse_closed
from fieldstation.facades.operations import disk_part, engine_part
from fieldstation.kernel.errors import FieldstationError
from fieldstation.kernel.logs import configure_logs
from fieldstation.kernel.parts import Condition, Part, worst
from fieldstation.settings import Settings, load_settings
from fieldstation.wiring import build_storages, probe_engines, verify_ledger
from fieldstation.wiring.chemistry import chemistry_part
from fieldstation.wiring.messages import broker_parts
from fieldstation.wiring.operations import store_disk
from fieldstation.wiring.outside import outside_parts
from fieldstation.wiring.storages import Storages, numbers_of

_SIGNS = {Condition.OK: "ok", Condition.DEGRADED: "degraded", Condition.DOWN: "down"}


def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Look at every part of the station and say what is wrong and what to do.

    Exit code 1 when a part is not ok.
    """
    settings = load_settings(data=data)
    configure_logs(settings.log_level, human=sys.stderr.isatty())
    existing_directory(settings.data)
    parts = tuple(_parts(settings))
    if as_json:
        write_json({"condition": worst(parts), "parts": parts})
    else:
        for part in parts:
            typer.echo(_shown(part))
    if worst(parts) is not Condition.OK:
        raise typer.Exit(1)


def _parts(settings: Settings) -> Iterator[Part]:
    yield _station(settings.data)
    yield _directory(settings.data)
    yield disk_part(settings.data, settings.reserve_bytes)
    try:
        storages = build_storages(settings)
    except FieldstationError as error:
        yield _fault("store", error)
        yield from _database(settings, books=False)
    else:
        yield _store(settings, storages)
        yield from store_disk(settings)
        yield _projects(settings, storages)
        yield from _database(settings)
    try:
        yield engine_part(probe_engines(settings))
    except FieldstationError as error:
        yield _fault("engines", error)
    yield chemistry_part()
    yield from outside_parts(settings)
    yield from broker_parts(settings)


def _station(data: Path) -> Part:
    holder = Ownership(data).holder()
    if holder is not None and holder.verb == UP:
        return Part(name="station", condition=Condition.OK, text=f"runs as process {holder.pid}")
    return Part(name="station", condition=Condition.OK, text="does not run; its database is looked at all the same")


def _directory(data: Path) -> Part:
    try:
        if os.geteuid() == 0:
            refuse_closed(data)
    except FieldstationError as error:
        return _fault("data directory", error)
    mode = stat.S_IMODE(data.stat().st_mode)
    return Part(name="data directory", condition=Condition.OK, text=f"{data}, mode {mode:04o}")


def _store(settings: Settings, storages: Storages) -> Part:
    try:
        if settings.store is not None:
            refuse_closed_store(settings.store)
    except FieldstationError as error:
        return _fault("store", error)
    fault = storages.store.fault()
    if fault is not None:
        next_step = "choose a folder with FIELDSTATION_STORE whose file system has hard links, and where it may write"
        return Part(name="store", condition=Condition.DOWN, text=fault, next_step=next_step, reason="store")
    return Part(
        name="store",
        condition=Condition.OK,
        text=f"data sets: {_apart(settings.data, settings.store or settings.data)}",
    )


def _projects(settings: Settings, storages: Storages) -> Part:
    numbers = numbers_of(settings)
    place = settings.projects or settings.data / "projects"
    fault = storages.volumes.fault(numbers.owner(0, 0))
    if fault is not None:
        next_step = "let the station own files there (on a network mount: no_root_squash), or run it as a plain user"
        return Part(name="projects", condition=Condition.DOWN, text=fault, next_step=next_step, reason="volume")
    if numbers.first_uid is None:
        text = "files of all users are the station's own, as it is not root; its rules alone keep people apart"
    else:
        text = "files belong to their users' own numbers, and to a group of each project"
    return Part(name="projects", condition=Condition.OK, text=f"{text}; {_apart(settings.data, place)}")


def _apart(data: Path, place: Path) -> str:
    """Say where files lie, and whether with others on one file system."""
    found = next(folder for folder in (place, *place.parents) if folder.exists())
    if found.stat().st_dev == data.stat().st_dev:
        return f"they lie in {place}, on the file system of the data directory"
    free = shutil.disk_usage(found).free
    return f"they lie in {place}, on a file system of its own with {free / (1 << 30):,.1f} GiB free"


def _database(settings: Settings, *, books: bool = True) -> tuple[Part, ...]:
    try:
        with opened_database(settings, "doctor") as database:
            found = condition.examination(database)
            if books and worst(found) is not Condition.DOWN:
                found = (*found, _ledger(settings, database))
            return found
    except FieldstationError as error:
        return (_fault("database", error),)


def _ledger(settings: Settings, database: Database) -> Part:
    found = verify_ledger(settings, database)
    if not found.faults:
        return Part(name="ledger", condition=Condition.OK, text=f"{found.transfers} transfers reconcile")
    text = f"{len(found.faults)} things do not agree, first: {found.faults[0]}"
    return Part(
        name="ledger",
        condition=Condition.DEGRADED,
        text=text,
        next_step="fieldstation ledger verify",
        reason="ledger",
    )


def _fault(name: str, error: FieldstationError) -> Part:
    return Part(name=name, condition=Condition.DOWN, text=str(error), next_step=error.next_step, reason=error.reason)


def _shown(part: Part) -> str:
    line = f"{_SIGNS[part.condition]:<10}{part.name:<18}{part.text}"
    return line if part.next_step is None else f"{line}\n{'':<28}next: {part.next_step}"
