"""Files that lie outside the store, reached folder by folder from an allowed root without following any link."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fieldstation.ports.storage import Found, PlaceRefused

DEEPEST = 128  # folders inside one another: each costs an open descriptor and a frame of the stack
_CHUNK = 1 << 20
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class FilesystemPlaces:
    """`Places` below `roots`; a root itself may be a link, for it is the operator's word."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = [(str(root), os.path.realpath(root)) for root in roots]

    def walk(self, location: str) -> Iterator[tuple[str, Found | PlaceRefused]]:
        """Yield each file below `location`, folders sorted by name."""
        with self._opened(location) as (descriptor, facts):
            if stat.S_ISDIR(facts.st_mode):
                yield from _below(descriptor, location.rstrip("/"), "")
            else:
                yield location.rpartition("/")[2], _found(location, facts)

    def open(self, location: str) -> tuple[int, Found]:
        """Open one file for reading."""
        with self._opened(location) as (descriptor, facts):
            if not stat.S_ISREG(facts.st_mode):
                raise PlaceRefused(f"{location} is a folder")
            return os.dup(descriptor), _found(location, facts)

    def digest(self, location: str, progress: Callable[[int], None]) -> tuple[str, Found]:
        """Read one file whole and return its SHA-256."""
        descriptor, before = self.open(location)
        try:
            hashed = hashlib.sha256()
            while data := os.read(descriptor, _CHUNK):
                hashed.update(data)
                progress(len(data))
            after = _found(location, os.fstat(descriptor))
        finally:
            os.close(descriptor)
        if after != before:
            raise PlaceRefused(f"{location} changed while it was read")
        return hashed.hexdigest(), before

    @contextmanager
    def _opened(self, location: str) -> Iterator[tuple[int, os.stat_result]]:
        root, names = self._below_root(location)
        descriptor = os.open(root, _FOLDER)
        try:
            for name in names[:-1]:
                descriptor = _step(descriptor, name, _FOLDER, location)
            if names:
                descriptor = _step(descriptor, names[-1], _FILE, location)
            facts = os.fstat(descriptor)
            if not (stat.S_ISREG(facts.st_mode) or stat.S_ISDIR(facts.st_mode)):
                raise PlaceRefused(f"{location} is neither a file nor a folder")
            yield descriptor, facts
        finally:
            os.close(descriptor)

    def _below_root(self, location: str) -> tuple[str, Sequence[str]]:
        if not location.startswith("/") or "\0" in location:
            raise PlaceRefused(f"{location!r} is not an absolute path")
        for written, real in self._roots:
            for root in (written, real):
                if location == root or location.startswith(root.rstrip("/") + "/"):
                    names = [name for name in location[len(root) :].split("/") if name]
                    if "." in names or ".." in names:
                        raise PlaceRefused(f"{location} contains '.' or '..'")
                    return real, names
        raise PlaceRefused(f"{location} is not below a folder that this station may register from")


def _step(parent: int, name: str, flags: int, location: str) -> int:
    try:
        child = os.open(name, flags, dir_fd=parent)
    except OSError as error:
        if error.errno == errno.ELOOP or (error.errno == errno.ENOTDIR and _is_link(parent, name)):
            raise PlaceRefused(f"{location}: {name} is a link; name what it points to") from None
        raise
    os.close(parent)
    return child


def _is_link(parent: int, name: str) -> bool:
    return stat.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)


def _below(folder: int, location: str, prefix: str) -> Iterator[tuple[str, Found | PlaceRefused]]:
    with os.scandir(folder) as scanned:
        entries = sorted(scanned, key=lambda entry: entry.name)
    for entry in entries:
        path, here = f"{prefix}{entry.name}", f"{location}/{entry.name}"
        facts = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(facts.st_mode) and path.count("/") >= DEEPEST:
            yield path, PlaceRefused(f"{here} lies more than {DEEPEST} folders deep")
        elif stat.S_ISDIR(facts.st_mode):
            descriptor = os.open(entry.name, _FOLDER, dir_fd=folder)
            try:
                yield from _below(descriptor, here, f"{path}/")
            finally:
                os.close(descriptor)
        elif stat.S_ISREG(facts.st_mode):
            yield path, _found(here, facts)
        else:
            kind = "a link" if stat.S_ISLNK(facts.st_mode) else "neither a file nor a folder"
            yield path, PlaceRefused(f"{here} is {kind}")


def _found(location: str, facts: os.stat_result) -> Found:
    return Found(location=location, size=facts.st_size, mtime_ns=facts.st_mtime_ns, inode=facts.st_ino)
