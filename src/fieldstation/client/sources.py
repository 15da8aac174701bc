"""What to upload: files and folders of this machine as (path in the version, file) pairs."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fieldstation.client.errors import ClientError


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file to send: `path` is its name in the version, `size` its bytes when it was found."""

    path: str
    file: Path
    size: int


def find_sources(places: Iterable[Path]) -> list[Source]:
    """Return the files at `places`: a file under its own name, a folder as everything below it, sorted by path.

    Symbolic links to files are followed; links to folders are not, so that no circle is walked. Two files that would
    take one path, a place that is not there and an empty choice are a ClientError before anything is sent.
    """
    found: dict[str, Source] = {}
    for place in places:
        for path, file in _walk(place):
            if path in found:
                raise ClientError(
                    f"{found[path].file} and {file} would both be {path} in the data set",
                    next_step="give their common folder, or rename one",
                    reason="same_path",
                )
            found[path] = Source(path=path, file=file, size=file.stat().st_size)
    if not found:
        raise ClientError("there is no file to send", next_step="name files, or folders with some", reason="no_files")
    return [found[path] for path in sorted(found)]


def _walk(place: Path) -> Iterator[tuple[str, Path]]:
    if place.is_file():
        yield place.name, place
    elif place.is_dir():
        for folder, _, names in os.walk(place):
            below = Path(folder)
            yield from (((below / name).relative_to(place).as_posix(), below / name) for name in names)
    else:
        raise ClientError(f"there is no file or folder {place}", next_step="look: ls", reason="no_such_path")
