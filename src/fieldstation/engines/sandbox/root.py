"""The file system of a container image as a run sees it: read-only, with room for what is mounted into it."""

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePosixPath

from fieldstation.ports.engine import EngineRefused

OWN = ("/proc", "/dev", "/sys", "/tmp", "/run", "/outputs", "/door")  # of each run, whatever the image has there
_MOST = 2_000  # bubblewrap takes at most 9,000 arguments


def image_arguments(root: Path, targets: Collection[str]) -> Sequence[str]:
    """Return bubblewrap's arguments that show an image; nothing of it is shown at `targets`, which can be mounted.

    A folder of the image is mounted as a whole unless something else is mounted inside it. Links are made anew, so that
    none is ever followed on the station's own machine. Raises EngineRefused for a target behind a link of the image.
    """
    places = {PurePosixPath(target) for target in (*targets, *OWN)}
    arguments = [argument for entry in _entries(root, PurePosixPath("/"), places) for argument in entry]
    if len(arguments) > 3 * _MOST:
        raise EngineRefused("invalid_mount", f"a mount would take {len(arguments) // 3} folders of the image apart")
    return arguments


def _entries(folder: Path, place: PurePosixPath, targets: Collection[PurePosixPath]) -> Iterator[Sequence[str]]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        here = place / entry.name
        if here in targets:
            continue
        inside = [target for target in targets if here in target.parents]
        if entry.is_symlink():
            if inside:
                raise EngineRefused("invalid_mount", f"{inside[0]} lies behind a link of the image, {here}")
            yield ("--symlink", os.readlink(entry.path), str(here))
        elif entry.is_dir(follow_symlinks=False):
            if inside:
                yield ("--dir", str(here))
                yield from _entries(Path(entry.path), here, inside)
            else:
                yield ("--ro-bind", entry.path, str(here))
        elif entry.is_file(follow_symlinks=False) and not inside:
            yield ("--ro-bind", entry.path, str(here))
