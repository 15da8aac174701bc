"""Trees: the files of a version as links to blobs, made once, shared read-only by all who mount them."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from fieldstation.ports.storage import TreeEntry

_COPY_INSTEAD = (errno.EMLINK, errno.EXDEV, errno.EPERM)  # too many links, another disk, links not supported


def build_tree(root: Path, entries: Iterator[TreeEntry], blob_name: Callable[[str], str]) -> None:
    """Make `root`, which must not exist, with a link to its blob for each entry.

    Empty files are made anew: one blob stands for all of them, and its count of links would run out first.
    """
    _make_folder(root)
    made = {""}
    for entry in entries:
        folder, _, _name = entry.path.rpartition("/")
        if folder not in made:
            _make_folders(root, folder, made)
        _place(blob_name(entry.sha256), f"{root}/{entry.path}", entry.size)


def _make_folders(root: Path, folder: str, made: set[str]) -> None:
    parent = folder.rpartition("/")[0]
    if parent not in made:
        _make_folders(root, parent, made)
    _make_folder(root / folder)
    made.add(folder)


def _make_folder(folder: Path) -> None:
    os.mkdir(folder)
    os.chmod(folder, 0o755)  # noqa: S103  # whatever the umask: runs of other users read it


def _place(blob: str, target: str, size: int) -> None:
    if size:
        try:
            os.link(blob, target)
            return
        except OSError as error:
            if error.errno not in _COPY_INSTEAD:
                raise
        shutil.copyfile(blob, target)
    else:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444))
    os.chmod(target, 0o444)
