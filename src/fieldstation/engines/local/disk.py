"""Measuring and removing what a run wrote: the run is hostile, so every step is taken below one descriptor."""

import contextlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

MAX_DEPTH = 128  # folders inside one another; deeper ones count as over every limit
ENTRY_BYTES = 256  # what a name and its inode cost: a million empty files are not free
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, kw_only=True)
class DiskUse:
    """Bytes of disk below a folder (blocks, not lengths), and whether it is too deep to be counted."""

    bytes: int
    too_deep: bool = False


@dataclass
class _Level:
    descriptor: int
    name: str
    names: list[str] = field(default_factory=list)


def measure(folder: Path) -> DiskUse:
    """Count what lies below a folder that a program may change at the same time; never follows a link."""
    total = 0
    levels: list[_Level] = []
    try:
        levels.append(_Level(os.open(folder, _FOLDER), ""))
        total += _count(levels[0])
        while levels:
            level = levels[-1]
            if not level.names:
                os.close(levels.pop().descriptor)
            elif len(levels) > MAX_DEPTH:
                return DiskUse(bytes=total, too_deep=True)
            elif (inner := _open_folder(level, level.names.pop())) is not None:
                levels.append(inner)
                total += _count(inner)
    except FileNotFoundError:
        return DiskUse(bytes=total)
    finally:
        for level in levels:
            os.close(level.descriptor)
    return DiskUse(bytes=total)


def remove_tree(folder: Path) -> None:
    """Delete a folder with everything in it, however deep, and whatever modes its owner gave it. Idempotent."""
    try:
        top = _Level(os.open(folder, _FOLDER), "", os.listdir(folder))
    except FileNotFoundError:
        return
    levels = [top]
    lifted = 0
    try:
        while levels:
            level = levels[-1]
            if not level.names:
                os.close(levels.pop().descriptor)
                if levels:
                    _rmdir(level.name, levels[-1].descriptor)
            elif not _unlinked(level, name := level.names.pop()):
                inner = _open_folder(level, name)
                if inner is not None and len(levels) > MAX_DEPTH:
                    os.close(inner.descriptor)
                    lifted += 1
                    _lift(level, name, top, f".lifted-{lifted}")
                elif inner is not None:
                    inner.names = os.listdir(inner.descriptor)
                    levels.append(inner)
    finally:
        for level in levels:
            os.close(level.descriptor)
    _rmdir(str(folder), None)


def _lift(level: _Level, name: str, top: _Level, lifted: str) -> None:
    """Move a folder that lies too deep to the top, so that no more than MAX_DEPTH descriptors are ever open."""
    with contextlib.suppress(FileNotFoundError):
        os.rename(name, lifted, src_dir_fd=level.descriptor, dst_dir_fd=top.descriptor)
        top.names.append(lifted)


def _count(level: _Level) -> int:
    total = 0
    try:
        with os.scandir(level.descriptor) as entries:
            for entry in entries:
                try:
                    total += entry.stat(follow_symlinks=False).st_blocks * 512 + ENTRY_BYTES
                    if entry.is_dir(follow_symlinks=False):
                        level.names.append(entry.name)
                except FileNotFoundError:
                    continue
    except FileNotFoundError:
        return total
    return total


def _unlinked(level: _Level, name: str) -> bool:
    try:
        os.unlink(name, dir_fd=level.descriptor)
    except FileNotFoundError:
        return True
    except (IsADirectoryError, PermissionError):
        if not stat.S_ISDIR(os.stat(name, dir_fd=level.descriptor, follow_symlinks=False).st_mode):
            raise
        return False
    return True


def _open_folder(level: _Level, name: str) -> _Level | None:
    """Open a folder below another; one that its owner closed to itself is opened up first."""
    try:
        descriptor = os.open(name, _FOLDER, dir_fd=level.descriptor)
    except PermissionError:
        descriptor = _open_closed(level, name)
    except OSError:  # gone, or replaced by something else: nothing below a folder to count or remove
        return None
    if descriptor < 0:
        return None
    if not os.fstat(descriptor).st_mode & stat.S_IWUSR:
        os.fchmod(descriptor, 0o700)
    return _Level(descriptor, name)


def _open_closed(level: _Level, name: str) -> int:
    if not hasattr(os, "O_PATH"):
        return -1
    try:
        handle = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=level.descriptor)
    except OSError:
        return -1
    try:
        os.chmod(f"/proc/self/fd/{handle}", 0o700)
        return os.open(f"/proc/self/fd/{handle}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return -1
    finally:
        os.close(handle)


def _rmdir(name: str, parent: int | None) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.rmdir(name, dir_fd=parent)
