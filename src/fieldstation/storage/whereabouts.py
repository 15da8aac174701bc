"""Where the store of a station lies: in its data directory, or in a folder of its own, which may be a mount."""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fieldstation.kernel.errors import Broken

MARK = "store-id"  # in a store that has a folder of its own, and the same in the data directory


def store_root(data: Path, chosen: Path | None) -> Path:
    """Return the folder of the store of the station whose data directory is `data`, once it is sure that it is its own.

    A folder that was `chosen` is marked at its first use, and later taken only with that mark: what was written below
    a mount that is not there would be hidden by it, and two stations in one store would free each other's files.
    Raises Broken (`store`) with what to do.
    """
    if chosen is None or chosen == data:
        if _mark(data) is not None:
            raise _refusal(
                "the files of this station's data sets lie in a folder that FIELDSTATION_STORE does not name",
                f"set FIELDSTATION_STORE to it; or move what lies there into {data}, and remove {data / MARK}",
            )
        return data
    with _alone(data):
        known, found = _mark(data), _mark(chosen)
        if known is None and found is None:
            _begin(data, chosen)
        elif found is None:
            raise _refusal(
                f"the store of this station is not in {chosen}",
                f"mount it there, or name in FIELDSTATION_STORE the folder where its file {MARK} lies",
            )
        elif known != found:
            raise _refusal(
                f"{chosen} is the store of another station",
                "give each station a folder of its own; if it is this one's, whose data directory was made anew: "
                f"cp {chosen / MARK} {data / MARK}",
            )
    return chosen


def _begin(data: Path, chosen: Path) -> None:
    if _has_blobs(data):
        raise _refusal(
            f"the files of this station's data sets lie in {data}, and FIELDSTATION_STORE names another folder",
            f"stop the station and move them: mv {data}/blobs {data}/trees {data}/growing {chosen}/; or unset it",
        )
    chosen.mkdir(parents=True, exist_ok=True)
    mark = f"{uuid.uuid4()}\n"
    for folder in (chosen, data):
        path = folder / MARK
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        with os.fdopen(descriptor, "w") as file:
            file.write(mark)
            file.flush()
            os.fsync(descriptor)


def _mark(folder: Path) -> str | None:
    try:
        return (folder / MARK).read_text(encoding="ascii", errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _has_blobs(root: Path) -> bool:
    return any(path.is_file() for path in (root / "blobs").glob("sha256/*/*"))


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Have the processes of a station mark its store one after the other."""
    descriptor = os.open(data, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _refusal(text: str, next_step: str) -> Broken:
    return Broken(text, next_step=next_step, reason="store")
