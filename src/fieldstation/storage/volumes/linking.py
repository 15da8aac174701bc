"""Giving a file a second name, in one step or, over another file, in two that leave no moment without a whole one."""

import os
from contextlib import suppress

from fieldstation.storage.volumes import steps
from fieldstation.storage.volumes.renaming import Spot


def link(source: Spot, target: Spot, spare: str | None) -> None:
    """Give the file at `source` the name `target` too; nothing happens where it has it.

    A file that has that name gives way by way of the free path `spare`; without one FileExistsError is raised.
    """
    try:
        _named(source, target)
    except FileExistsError:
        if _inode(source) == _inode(target):
            return
        if spare is None:
            raise
        _over(source, target, spare)


def _over(source: Spot, target: Spot, spare: str) -> None:
    coming = os.open(os.path.dirname(spare), steps.FOLDER)
    try:
        between = (coming, os.path.basename(spare))
        _named(source, between)
        try:
            steps.put(between, target)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(between[1], dir_fd=coming)
    finally:
        os.close(coming)


def _named(source: Spot, target: Spot) -> None:
    os.link(source[1], target[1], src_dir_fd=source[0], dst_dir_fd=target[0], follow_symlinks=False)


def _inode(spot: Spot) -> tuple[int, int]:
    facts = os.stat(spot[1], dir_fd=spot[0], follow_symlinks=False)
    return facts.st_dev, facts.st_ino
