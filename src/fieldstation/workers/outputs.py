"""Walking a run's output folder without ever following what the run put there.

Every step opens by name below one descriptor with O_NOFOLLOW, so that nothing a run left can lead outside.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
DEEPEST = 128  # folders inside one another: each costs an open descriptor and a frame of the stack


@dataclass(frozen=True, kw_only=True)
class Found:
    """One thing in the folder; `refused` says why it cannot be an output (None: a plain file)."""

    path: str
    size: int
    refused: str | None = None


def walk(root: Path) -> Iterator[Found]:
    """Yield every file and oddity below `root`, sorted by name in each folder.

    Folders that cannot be read or lie too deep are refused by name, and so is what has a name that is not UTF-8.
    """
    descriptor = os.open(root, _FOLDER)
    try:
        yield from _walk(descriptor, "", 0)
    finally:
        os.close(descriptor)


@contextmanager
def opened(root: Path, path: str) -> Iterator[int]:
    """Open one plain file below `root` for reading; OSError when any step is a link or the file is no longer plain."""
    *folders, name = path.split("/")
    descriptor = os.open(root, _FOLDER)
    try:
        for folder in folders:
            inner = os.open(folder, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        file = os.open(name, _FILE, dir_fd=descriptor)
    finally:
        os.close(descriptor)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(f"{path} is not a plain file")
        yield file
    finally:
        os.close(file)


def _walk(descriptor: int, prefix: str, depth: int) -> Iterator[Found]:
    with os.scandir(descriptor) as entries:
        names = sorted(entry.name for entry in entries)
    for name in names:
        path = prefix + name
        try:
            facts = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        except FileNotFoundError:
            continue
        if not _is_utf_8(name):
            yield Found(path=path, size=0, refused="named with bytes that are not UTF-8")
        elif not stat.S_ISDIR(facts.st_mode):
            yield Found(path=path, size=facts.st_size, refused=_refusal(facts))
        elif depth == DEEPEST:
            yield Found(path=path, size=0, refused=f"a folder inside {DEEPEST} others")
        else:
            yield from _below(descriptor, name, path, depth + 1)


def _below(descriptor: int, name: str, path: str, depth: int) -> Iterator[Found]:
    try:
        inner = os.open(name, _FOLDER, dir_fd=descriptor)
    except FileNotFoundError:
        return
    except OSError as error:
        yield Found(path=path, size=0, refused=f"a folder that cannot be read ({error.strerror})")
        return
    try:
        yield from _walk(inner, path + "/", depth)
    finally:
        os.close(inner)


def _is_utf_8(name: str) -> bool:
    """Tell whether a name as the system gave it is text; other bytes come as halves of surrogate pairs."""
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)


def _refusal(facts: os.stat_result) -> str | None:
    mode = facts.st_mode
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    if not stat.S_ISREG(mode):
        return "a device, socket or pipe"
    if facts.st_nlink > 1:
        return "a file with more than one hard link"
    return None
