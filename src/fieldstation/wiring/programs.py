"""Programs of the station's own as runs can read them: where they lie, or copied to where everybody may look."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from fieldstation.engines.local.environment import open_to_all


def readable(data: Path, label: str, packages: Sequence[Path]) -> Sequence[Path]:
    """Return these packages where every run can read them; copies are made once for each `label`."""
    if os.geteuid() != 0 or all(map(open_to_all, packages)):
        return packages
    folder = data / "env" / label
    if not folder.exists():
        fresh = folder.with_name(f".{folder.name}.{uuid4().hex}")
        fresh.mkdir(mode=0o755, parents=True)
        for package in packages:
            shutil.copytree(package, fresh / package.name, ignore=shutil.ignore_patterns("__pycache__"))
        for below, _, names in os.walk(fresh):
            Path(below).chmod(0o755)
            for name in names:
                Path(below, name).chmod(0o644)
        try:
            fresh.rename(folder)
        except OSError:  # another process was first
            shutil.rmtree(fresh)
    return [folder / package.name for package in packages]
