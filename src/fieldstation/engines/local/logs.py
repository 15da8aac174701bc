"""Logs that programs write straight into files of the station: past the limit, head and tail are kept.

The middle is given back to the disk by punching a hole, so offsets go on counting the original bytes. What was
dropped is written down before it is dropped, so that no reader ever takes the hole for bytes of the program.
"""

import ctypes
import fcntl
import json
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fieldstation.ports.engine import LogChunk

KEPT_BYTES = 8 << 20  # at each end
_PAGE = 4096
_PUNCH_HOLE, _KEEP_SIZE = 0x02, 0x01  # fallocate(2)


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """The bytes of a log that are no longer kept: from `start` up to `end`, offsets of the original stream."""

    start: int = 0
    end: int = 0


def trim(log: Path, limit: int) -> bool:
    """Drop the middle of a log longer than `limit` bytes; tell whether it ever was. May be called while it grows."""
    try:
        if log.stat().st_size <= limit:
            return dropped(log).end > 0
        descriptor = os.open(log, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _trim(log, descriptor, min(KEPT_BYTES, limit // 2) // _PAGE * _PAGE)
    finally:
        os.close(descriptor)
    return True


def _trim(log: Path, descriptor: int, kept: int) -> None:
    before = dropped(log)
    end = (os.fstat(descriptor).st_size - kept) // _PAGE * _PAGE
    if end > max(kept, before.end) and (before.end == 0 or end - before.end >= kept // 8):
        _record(log, Dropped(start=kept, end=end))
        _punch(descriptor, max(kept, before.end), end)


def dropped(log: Path) -> Dropped:
    """Return which bytes of a log were dropped."""
    try:
        start, end = json.loads(_beside(log).read_text())
    except FileNotFoundError:
        return Dropped()
    return Dropped(start=start, end=end)


def read(log: Path, offset: int, limit: int) -> LogChunk:
    """Return up to `limit` bytes from `offset`; a reader who asks for dropped bytes is sent on to the next kept one."""
    try:
        file = log.open("rb")
    except FileNotFoundError:
        return LogChunk(offset=offset, data=b"")
    with file:
        hole = dropped(log)
        first = hole.end if hole.start <= offset < hole.end else offset
        if first < hole.start:
            limit = min(limit, hole.start - first)
        data = os.pread(file.fileno(), limit, first)
        hole = dropped(log)
        if data and hole.start < first + len(data) and first < hole.end:  # dropped while we read
            return read(log, offset, limit)
    return LogChunk(offset=first, data=data, skipped=first - offset)


def _beside(log: Path) -> Path:
    return log.with_name(f"{log.name}.dropped")


def _record(log: Path, hole: Dropped) -> None:
    fresh = log.with_name(f"{log.name}.dropped.{os.getpid()}")
    fresh.write_text(json.dumps([hole.start, hole.end]))
    fresh.rename(_beside(log))


def _punch(descriptor: int, start: int, end: int) -> None:
    """Give the blocks back; where the file system cannot, the bytes stay on disk and only readers skip them."""
    if sys.platform == "linux":
        _libc().fallocate(descriptor, _PUNCH_HOLE | _KEEP_SIZE, start, end - start)


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_longlong, ctypes.c_longlong]
    return libc
