"""The data directory: made once, passable by those who need it, and nothing around it ever changed."""

import os
import stat
from pathlib import Path

from fieldstation.db.embedded import closed_to_others, refuse_closed
from fieldstation.kernel.errors import Broken

_MODE = 0o711  # the database's user and those of runs pass through it; nobody but us lists it
_MARKS = ("lock", "postgres", "station.key")


def prepare_directory(path: Path) -> None:
    """Have the data directory exist with mode 0711; parents that exist stay as they are.

    As root, the database and the runs have users of their own; a parent that they cannot pass is refused with the
    command to type. A directory that holds other things already keeps its mode.
    """
    if os.geteuid() == 0:
        refuse_closed(path)
    try:
        _make(path)
    except OSError as error:
        raise Broken(
            f"the data directory {path} cannot be made: {error.strerror}: {error.filename}",
            next_step="choose another one with --data or FIELDSTATION_DATA",
            reason="data_directory",
        ) from None


def prepare_store(path: Path | None) -> None:
    """Have the folder of data sets exist, where one was named; runs read in it, so other users pass it."""
    if path is None:
        return
    try:
        _make(path)
    except OSError as error:
        raise Broken(
            f"the folder {path} for data sets cannot be made: {error.strerror}: {error.filename}",
            next_step="choose another one with FIELDSTATION_STORE",
            reason="store",
        ) from None
    refuse_closed_store(path)


def refuse_closed_store(path: Path) -> None:
    """Raise Broken, as root, when the users of runs cannot pass a folder on the way to the files of data sets."""
    closed = closed_to_others(path) if os.geteuid() == 0 else None
    if closed is not None:
        raise Broken(
            f"runs work as users of their own, and cannot pass {closed} to read what lies in {path}",
            next_step=f"chmod o+x {closed}   (or choose another folder with FIELDSTATION_STORE)",
            reason="closed_directory",
        )


def existing_directory(path: Path) -> Path:
    """Return the data directory, or raise Broken when there is none yet."""
    if not path.is_dir():
        raise Broken(
            f"there is no station in {path}",
            next_step="start one with `fieldstation up`, or name its directory with --data",
            reason="no_station",
        )
    return path


def _make(path: Path) -> None:
    for parent in reversed(path.parents):
        if not parent.exists():
            parent.mkdir()
            parent.chmod(0o755)
    if not path.exists():
        path.mkdir()
        path.chmod(_MODE)
    elif _is_ours(path) and stat.S_IMODE(path.stat().st_mode) != _MODE:
        path.chmod(_MODE)


def _is_ours(path: Path) -> bool:
    return any((path / mark).exists() for mark in _MARKS) or not any(path.iterdir())
