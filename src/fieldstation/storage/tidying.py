"""Removing from a folder what nobody has touched for long, a little at a time."""

import os
import time
from contextlib import suppress

_MARK = ".now"


def tidy(folder: str, age_seconds: float, seconds: float) -> bool:
    """Remove what lies in `folder` unchanged for `age_seconds`, working for about `seconds`; tell if more is left.

    Ages are by the file system's own clock.
    """
    end = time.monotonic() + seconds
    before = _now(folder) - age_seconds
    with os.scandir(folder) as found:
        old = [entry for entry in found if entry.name != _MARK and entry.stat(follow_symlinks=False).st_mtime < before]
    return not all(_removed(entry.path, end) for entry in old)


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
