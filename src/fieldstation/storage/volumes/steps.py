"""Steps below a descriptor: no link is ever followed, whoever put it there between two steps."""

import errno
import os
import secrets
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from fieldstation.ports.volumes import Entry, EntryKind, Owner, VolumeFault, VolumeRefused
from fieldstation.storage.volumes.renaming import UNKNOWN, How, Spot, rename
from fieldstation.storage.writing import told

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
FOLDER_MODE = 0o2770
FILE_MODE = 0o660
FIXED_MODE = 0o440
DEEPEST = 128  # folders inside one another: each costs an open descriptor and a frame of the stack

_FAULTS = {
    errno.ENOENT: VolumeFault.MISSING,
    errno.EEXIST: VolumeFault.EXISTS,
    errno.ENOTEMPTY: VolumeFault.EXISTS,
    errno.ENOTDIR: VolumeFault.NOT_A_FOLDER,
    errno.ELOOP: VolumeFault.NOT_A_FOLDER,
    errno.EISDIR: VolumeFault.NOT_A_FILE,
    errno.ENXIO: VolumeFault.NOT_A_FILE,
    errno.EINVAL: VolumeFault.INSIDE_ITSELF,
    errno.EACCES: VolumeFault.NOT_ALLOWED,
    errno.EPERM: VolumeFault.NOT_ALLOWED,
    errno.EROFS: VolumeFault.NOT_ALLOWED,
    errno.ENAMETOOLONG: VolumeFault.TOO_LONG,
}


@contextmanager
def at(path: str) -> Iterator[None]:
    """Turn what the system says about `path` into our words; a failing disk stays an OSError."""
    try:
        yield
    except OSError as error:
        fault = _FAULTS.get(error.errno or 0)
        if fault is None:
            raise told(error) from error
        raise VolumeRefused(fault, path) from None


def split(path: str) -> list[str]:
    """Return the names of a path; one that would leave its folder is refused, whoever asks."""
    names = path.split("/") if path else []
    if any(name in ("", ".", "..") or "\0" in name for name in names):
        raise VolumeRefused(VolumeFault.NOT_ALLOWED, path)
    return names


@contextmanager
def opened(root: int, path: str) -> Iterator[int]:
    """Open a folder below the descriptor `root`, name by name."""
    descriptor = os.dup(root)
    try:
        for name in split(path):
            inner = _step(descriptor, name, path)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def made(root: int, path: str, owner: Owner) -> Iterator[int]:
    """Open a folder as `opened` does, making what is missing."""
    descriptor = os.dup(root)
    try:
        for name in split(path):
            inner = _step_or_make(descriptor, name, path, owner)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def entry_at(folder: int, name: str) -> Entry:
    """Describe one entry of an open folder. Raises OSError."""
    return entry_of(name, os.stat(name, dir_fd=folder, follow_symlinks=False))


def entry_of(name: str, facts: os.stat_result) -> Entry:
    """Describe an entry of these facts."""
    return Entry(
        name=shown(name),
        kind=kind_of(name, facts.st_mode),
        size=facts.st_size,
        modified=datetime.fromtimestamp(facts.st_mtime, UTC),
        uid=facts.st_uid,
        shared=facts.st_ino if stat.S_ISREG(facts.st_mode) and facts.st_nlink > 1 else None,
    )


def kind_of(name: str, mode: int) -> EntryKind:
    """Tell what an entry is; a name that is not UTF-8 comes as halves of surrogate pairs, and can only be shown."""
    if shown(name) != name:
        return EntryKind.OTHER
    if stat.S_ISDIR(mode):
        return EntryKind.FOLDER
    return EntryKind.FILE if stat.S_ISREG(mode) else EntryKind.OTHER


def shown(name: str) -> str:
    """Return a name as text that can be sent."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "replace")


def give(descriptor: int, owner: Owner, mode: int) -> None:
    """Give an open file or folder to its owner, with exactly this mode."""
    if owner.gid is not None:
        os.fchown(descriptor, -1 if owner.uid is None else owner.uid, owner.gid)
    with suppress(PermissionError):  # not ours: whoever made it said who may use it
        os.fchmod(descriptor, mode)


def move(source: Spot, target: Spot) -> None:
    """Rename an entry, never over anything; of two who take the same entry one gets FileNotFoundError.

    Raises OSError. A file system that cannot refuse to replace is asked first whether something is there.
    """
    try:
        rename(source, target, How.NOT_OVER)
    except OSError as error:
        if error.errno not in UNKNOWN:
            raise
        with suppress(FileNotFoundError):
            os.stat(target[1], dir_fd=target[0], follow_symlinks=False)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        os.rename(source[1], target[1], src_dir_fd=source[0], dst_dir_fd=target[0])


def put(source: Spot, target: Spot) -> int | None:
    """Give a file its name, in the place of one that has it; returns the bytes of that one, None when there was none.

    The name always stands for a whole file. Raises OSError, IsADirectoryError when the name is a folder's.
    """
    while True:
        with suppress(FileExistsError):
            move(source, target)
            return None
        facts = os.stat(target[1], dir_fd=target[0], follow_symlinks=False)
        if stat.S_ISDIR(facts.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        try:
            rename(source, target, How.EXCHANGE)
        except FileNotFoundError:  # it went meanwhile
            continue
        except OSError as error:
            if error.errno not in UNKNOWN:
                raise
            os.rename(source[1], target[1], src_dir_fd=source[0], dst_dir_fd=target[0])
            return facts.st_size
        return _taken_away(source)


def _taken_away(spot: Spot) -> int:
    """Remove what came in the place of a file that was put; returns its bytes."""
    facts = os.stat(spot[1], dir_fd=spot[0], follow_symlinks=False)
    if stat.S_ISDIR(facts.st_mode):  # a folder of this name came between two steps: it stays among what goes
        return 0
    os.unlink(spot[1], dir_fd=spot[0])
    return facts.st_size if stat.S_ISREG(facts.st_mode) else 0


def removed(spot: Spot, end: float, spare: int, depth: int = 0) -> bool:
    """Remove an entry with all below it, until the moment `end` (monotonic); tells whether it is gone.

    A folder that lies very deep goes to the folder `spare` first, so that no depth can exhaust us.
    """
    folder, name = spot
    try:
        if not stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            os.unlink(name, dir_fd=folder)
        elif depth == DEEPEST:
            os.rename(name, secrets.token_hex(16), src_dir_fd=folder, dst_dir_fd=spare)
        elif _emptied(spot, end, spare, depth):
            os.rmdir(name, dir_fd=folder)
        else:
            return False
    except FileNotFoundError:
        return True
    return time.monotonic() < end


def _emptied(spot: Spot, end: float, spare: int, depth: int) -> bool:
    inner = os.open(spot[1], FOLDER, dir_fd=spot[0])
    try:
        return all(removed((inner, name), end, spare, depth + 1) for name in os.listdir(inner))
    finally:
        os.close(inner)


def below(folder: int, path: str, depth: int = 0) -> Iterator[tuple[str, Entry]]:
    """Yield everything below an open folder; what vanishes meanwhile, or lies too deep, is left out."""
    for name in sorted(os.listdir(folder)):
        try:
            entry = entry_at(folder, name)
        except FileNotFoundError:
            continue
        here = f"{path}/{entry.name}" if path else entry.name
        yield here, entry
        if entry.kind is EntryKind.FOLDER and depth < DEEPEST:
            yield from _inside((folder, name), here, depth + 1)


def first(keyed: Sequence[tuple[str, str]], folder: int) -> list[Entry]:
    """Describe the entries of these (key, name), leaving out what vanished."""
    found = []
    for _, name in keyed:
        with suppress(FileNotFoundError):
            found.append(entry_at(folder, name))
    return found


def _inside(spot: Spot, path: str, depth: int) -> Iterator[tuple[str, Entry]]:
    try:
        inner = os.open(spot[1], FOLDER, dir_fd=spot[0])
    except OSError:  # gone, or a link by now, or not to be read by us
        return
    try:
        yield from below(inner, path, depth)
    finally:
        os.close(inner)


def _step(folder: int, name: str, path: str) -> int:
    with at(path):
        return os.open(name, FOLDER, dir_fd=folder)


def _step_or_make(folder: int, name: str, path: str, owner: Owner) -> int:
    with at(path):
        try:
            os.mkdir(name, FOLDER_MODE & 0o777, dir_fd=folder)
        except FileExistsError:
            return os.open(name, FOLDER, dir_fd=folder)
        descriptor = os.open(name, FOLDER, dir_fd=folder)
        give(descriptor, owner, FOLDER_MODE)
        return descriptor
