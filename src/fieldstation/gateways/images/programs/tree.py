"""The file system of an image: its layers applied one upon the other below one folder.

Written by whom it belongs to afterwards, so owners and special bits of modes are not kept: what the owner could read or
start, everybody can. Devices, sockets and pipes are left out. No step leaves the folder, whatever a layer links to.
"""

import contextlib
import os
import shutil
import stat
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .faults import Malformed

MOST_ENTRIES = 2_000_000
_DEEPEST = 255  # links on the way to one name
_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"
_PIECE = 1 << 20
_LONGEST = 4096


@dataclass(kw_only=True)
class Count:
    """What was written so far; `left_out` are devices and their like."""

    entries: int = 0
    size: int = 0
    left_out: int = 0


class Tree:
    """A folder that layers are applied to. At most `most_bytes` are written."""

    def __init__(self, root: Path, most_bytes: int) -> None:
        self._root = str(root)
        self._most_bytes = most_bytes
        self.count = Count()
        root.mkdir(mode=0o755)

    def apply(self, layer: IO[bytes]) -> None:
        """Apply one layer, an uncompressed archive. Raises Malformed."""
        fresh: set[str] = set()
        try:
            with tarfile.open(fileobj=layer, mode="r|") as archive:
                for member in archive:
                    self.count.entries += 1
                    if self.count.entries > MOST_ENTRIES:
                        raise Malformed(f"its layers have more than {MOST_ENTRIES} entries")
                    self._apply(archive, member, fresh)
                    archive.members = []  # type: ignore[attr-defined]  # it keeps all it ever met
        except (tarfile.TarError, EOFError) as error:
            raise Malformed(f"a layer cannot be read: {error}") from error

    def _apply(self, archive: tarfile.TarFile, member: tarfile.TarInfo, fresh: set[str]) -> None:
        parts = _parts(member.name)
        if not parts:
            return
        folder, name = self._folder(parts[:-1]), parts[-1]
        if name == _OPAQUE:
            self._hide_below(folder, fresh)
        elif name.startswith(_WHITEOUT):
            path = f"{folder}/{name[len(_WHITEOUT) :]}"
            if path not in fresh and name != _WHITEOUT:
                _remove(path)
        else:
            path = f"{folder}/{name}"
            fresh.add(path)
            self._write(archive, member, path)

    def _write(self, archive: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
        if member.isdir():
            if not _is_folder(path):
                _remove(path)
                os.mkdir(path, 0o755)
            return
        if not (member.isreg() or member.issym() or member.islnk()):
            self.count.left_out += 1
            _remove(path)
            return
        if member.islnk():
            source = self._inside(member.linkname)
            if source != path:
                _remove(path)
                os.link(source, path, follow_symlinks=False)
            return
        _remove(path)
        if member.issym():
            os.symlink(member.linkname, path)
        else:
            self._fill(archive, member, path)
        with contextlib.suppress(OverflowError, OSError):
            os.utime(path, (member.mtime, member.mtime), follow_symlinks=False)

    def _fill(self, archive: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
        self.count.size += member.size
        if self.count.size > self._most_bytes:
            raise Malformed(f"it has more than {self._most_bytes} bytes unpacked")
        content = archive.extractfile(member)
        assert content is not None
        mode = 0o755 if member.mode & 0o111 else 0o644
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), "wb") as file:
            shutil.copyfileobj(content, file, _PIECE)

    def _inside(self, target: str) -> str:
        """Return where the target of a hard link lies, which must be there and no folder."""
        parts = _parts(target)
        path = f"{self._folder(parts[:-1])}/{parts[-1]}" if parts else self._root
        if not os.path.lexists(path) or _is_folder(path):
            raise Malformed(f"a layer links to {target[:200]!r}, which is no file of it")
        return path

    def _folder(self, parts: Sequence[str]) -> str:
        """Return the folder of these names, made where it is missing, through the links of the image inside of it."""
        path, waiting, links = self._root, list(reversed(parts)), 0
        while waiting:
            name = waiting.pop()
            if name == "..":
                path = path if path == self._root else os.path.dirname(path)
                continue
            below = f"{path}/{name}"
            try:
                found = os.lstat(below).st_mode
            except FileNotFoundError:
                os.mkdir(below, 0o755)
                found = stat.S_IFDIR
            if stat.S_ISLNK(found):
                links += 1
                if links > _DEEPEST:
                    raise Malformed(f"its links lead in a circle at {name[:200]!r}")
                target = os.readlink(below)
                path = self._root if target.startswith("/") else path
                waiting += reversed([part for part in target.split("/") if part not in ("", ".")])
            elif stat.S_ISDIR(found):
                path = below
            else:
                _remove(below)
                os.mkdir(below, 0o755)
                path = below
        return path

    def _hide_below(self, folder: str, fresh: set[str]) -> None:
        """Remove what lower layers put into a folder."""
        for name in os.listdir(folder):
            path = f"{folder}/{name}"
            if path not in fresh:
                _remove(path)
            elif _is_folder(path):
                self._hide_below(path, fresh)


def _parts(name: str) -> Sequence[str]:
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or len(name) > _LONGEST:
        raise Malformed(f"a layer names {name[:200]!r}, which leads out of the image")
    return parts


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except FileNotFoundError:
        return False


def _remove(path: str) -> None:
    if _is_folder(path):
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
