"""Registering files where they lie."""

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from fieldstation.core.datasets.model import FileEntry, Source, path_fault
from fieldstation.core.datasets.model.names import SHOWN_FAULTS
from fieldstation.kernel.errors import Invalid, Problem
from fieldstation.ports.storage import Found, PlaceRefused, Places

Placed = tuple[FileEntry, Source]


class Registrar:
    """Reads files in place, once, for their digests; who calls has decided that the caller may register."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def read(self, address: str, path: str, progress: Callable[[int], None]) -> list[Placed]:
        """Return all files below `address` (`file:/…`, a file or a folder) under the folder `path` of the version.

        For a single file `path` is its whole path; empty, the name it has. Raises Invalid, naming every file that
        cannot be taken (links, devices, names, outside the allowed folders, changing).
        """
        location = _location(address)
        try:
            found = list(self._places.walk(location))
        except (PlaceRefused, OSError) as error:
            raise _refused([Problem(where="/files", text=str(error))]) from None
        single = len(found) == 1 and isinstance(found[0][1], Found) and found[0][1].location == location
        problems: list[Problem] = []
        placed: list[Placed] = []
        for inside, what in found:
            name = (path or inside) if single else f"{path.rstrip('/')}/{inside}".lstrip("/")
            progress(1)
            try:
                placed.append(self._file(name, what, progress))
            except (PlaceRefused, OSError) as error:
                problems.append(Problem(where="/files", text=str(error)))
        if problems:
            raise _refused(problems)
        return placed

    def _file(self, path: str, what: Found | PlaceRefused, progress: Callable[[int], None]) -> Placed:
        if isinstance(what, PlaceRefused):
            raise what
        if fault := path_fault(path):
            raise PlaceRefused(f"{path!a} {fault}")
        sha256, found = self._places.digest(what.location, progress)
        return (
            FileEntry(path=path, size=found.size, sha256=sha256),
            Source(path=path, location=found.location, mtime_ns=found.mtime_ns, inode=found.inode),
        )


def _location(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or parts.query or parts.fragment:
        raise Invalid(
            f"{address[:200]!r} is not the address of a file of this machine",
            next_step="write file:/absolute/path",
            reason="location",
        )
    return unquote(parts.path)


def _refused(problems: list[Problem]) -> Invalid:
    return Invalid(
        f"{len(problems)} files cannot be registered in place",
        next_step="mend what `problems` lists; FIELDSTATION_ALLOWED_ROOTS names the folders that may be registered",
        reason="place_refused",
        problems=problems[:SHOWN_FAULTS],
    )
