"""The station's own tool environment: a Python interpreter that every run can read, for `station:` tools.

Set-up makes `DIR/env/<hash>` with `bin/python3`. Where the machine has a Python of its own that others can read, that
is a link to it; otherwise the station's interpreter is copied with its standard library. The hash names what it holds,
so another interpreter is another environment, and the key of reused results changes with it.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from fieldstation.engines.local.disk import remove_tree

OLDEST = (3, 11)
_CANDIDATES = (Path("/usr/bin/python3"), Path("/usr/local/bin/python3"))
_LEFT_OUT = {
    "test",
    "tests",
    "idlelib",
    "tkinter",
    "turtledemo",
    "ensurepip",
    "lib2to3",
    "site-packages",
    "__pycache__",
}
_ASK = "import sys; print(*sys.version_info[:3], sep='.'); print(sys.implementation.cache_tag)"


def prepare_environment(data: Path, candidates: Sequence[Path] = _CANDIDATES, *, same_version: bool = False) -> Path:
    """Return the folder of the tool environment below the data directory, made if it is not there yet.

    `candidates` are the machine's own interpreters, best first; its name is the hash of what it holds. With
    `same_version` it can load what was built for the station's interpreter. May be called by several processes at
    once. Raises OSError when it cannot be made.
    """
    system = _system_python(candidates)
    if same_version and system is not None and system["tag"] != sys.implementation.cache_tag:
        system = None
    described = _described_copy() if system is None else {"kind": "system", **system}
    name = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]
    home = data / "env"
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder = home / name
    if not folder.exists():
        fresh = home / f".{name}.{uuid4().hex}"
        _fill(fresh, None if system is None else Path(system["python"]), described)
        _name(fresh, folder)
    return folder


def _name(fresh: Path, folder: Path) -> None:
    try:
        fresh.rename(folder)
    except OSError:
        remove_tree(fresh)
        if not folder.exists():
            raise


def _fill(fresh: Path, system: Path | None, described: Mapping[str, str]) -> None:
    binaries = fresh / "bin"
    binaries.mkdir(mode=0o755, parents=True)
    if system is not None:
        (binaries / "python3").symlink_to(system)
    elif os.geteuid() != 0 and sys.platform != "linux":
        (binaries / "python3").symlink_to(_own_python())
    else:
        _copy(fresh)
    (binaries / "python").symlink_to("python3")
    (fresh / "environment.json").write_text(json.dumps(described, indent=2, sort_keys=True) + "\n")
    for folder, _, names in os.walk(fresh):
        Path(folder).chmod(0o755)
        for name in names:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(0o755 if os.access(file, os.X_OK) and file.stat().st_mode & 0o100 else 0o644)


def _system_python(candidates: Sequence[Path]) -> Mapping[str, str] | None:
    """Return path and version of the machine's Python, if it has one that is new enough and that everyone may run."""
    for candidate in candidates:
        if open_to_all(candidate.resolve()):
            version, _, tag = _told_by(candidate).partition("\n")
            if version and tuple(map(int, version.split(".")[:2])) >= OLDEST:
                return {"python": str(candidate), "version": version, "tag": tag}
    return None


def open_to_all(file: Path) -> bool:
    """Tell whether every user of the machine can read a file or folder, as far as modes say."""
    try:
        return file.stat().st_mode & 0o005 == 0o005 and all(folder.stat().st_mode & 0o001 for folder in file.parents)
    except OSError:
        return False


def _told_by(python: Path) -> str:
    done = subprocess.run([str(python), "-I", "-S", "-c", _ASK], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _described_copy() -> Mapping[str, str]:
    return {"kind": "copy", "version": sys.version, "platform": sysconfig.get_platform()}


def _own_python() -> Path:
    """Return the interpreter that the station runs on, outside any virtual environment."""
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def _copy(fresh: Path) -> None:
    """Copy the interpreter, its standard library and the shared libraries beside it, in the layout it expects.

    An interpreter may look for its shared library where it was built; so it is started by a line of shell that says
    where the copy lies.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    shutil.copyfile(_own_python(), fresh / "bin" / version)
    (fresh / "bin" / version).chmod(0o755)
    starter = fresh / "bin" / "python3"
    starter.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="${{0%/*}}/../lib" exec "${{0%/*}}/{version}" "$@"\n')
    starter.chmod(0o755)
    shutil.copytree(Path(os.__file__).parent, fresh / "lib" / version, ignore=_ignored)
    for library in Path(sys.base_prefix, "lib").glob("*.so*"):
        shutil.copyfile(library, fresh / "lib" / library.name)


def _ignored(_: str, names: list[str]) -> set[str]:
    return {name for name in names if name in _LEFT_OUT or name.startswith("config-")}
