"""Removing from a folder what nobody will finish, a little at a time: what the dead left, and what is old."""

import os
import secrets
import time
from contextlib import suppress
from functools import lru_cache
from urllib.parse import quote, unquote

from fieldstation.kernel.processes import is_dead, process_name

_MARK = ".now"
_WRITER_END = "="  # the names of processes hold none once they are quoted


def writers_prefix() -> str:
    """Return how the names begin of what this process writes and nobody else will finish."""
    return f"{quote(process_name(), safe='')}{_WRITER_END}{secrets.token_hex(4)}"


def tidy(folder: str, age_seconds: float, seconds: float) -> bool:
    """Remove what lies in `folder` unchanged for `age_seconds`, and at once what a process that died was writing.

    Works for about `seconds`; tells if more is left. Ages are by the file system's own clock.
    """
    end = time.monotonic() + seconds
    before = _now(folder) - age_seconds
    left = _Left(before)
    with os.scandir(folder) as found:
        old = [entry for entry in found if entry.name != _MARK and left(entry)]
    return not all(_removed(entry.path, end) for entry in old)


class _Left:
    """Tells what nobody will finish; each writer is looked for once."""

    def __init__(self, before: float) -> None:
        self._before = before
        self._dead = lru_cache(maxsize=None)(is_dead)

    def __call__(self, entry: "os.DirEntry[str]") -> bool:
        writer, mark, _ = entry.name.partition(_WRITER_END)
        if mark and self._dead(unquote(writer)):
            return True
        with suppress(FileNotFoundError):
            return entry.stat(follow_symlinks=False).st_mtime < self._before
        return False


def _now(folder: str) -> float:
    mark = f"{folder}/{_MARK}"
    os.close(os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    os.utime(mark)
    return os.stat(mark).st_mtime


def _removed(path: str, end: float) -> bool:
    with suppress(FileNotFoundError):
        if os.path.isdir(path) and not os.path.islink(path):
            return _emptied(path, end)
        os.unlink(path)
    return time.monotonic() < end


def _emptied(folder: str, end: float) -> bool:
    facts = os.stat(folder)
    with os.scandir(folder) as found:
        for entry in found:
            if not _removed(entry.path, end):
                os.utime(folder, (facts.st_atime, facts.st_mtime))  # still old when we come back
                return False
    os.rmdir(folder)
    return time.monotonic() < end
