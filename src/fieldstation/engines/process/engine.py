"""Attempts as plain processes: no isolation, so only for people who trust what they run.

Without a mount namespace a run cannot see `/inputs` or `/outputs`. Mounts are links below `attempts/<id>/root`
instead, and `locate` tells the paths with which argv is to be written; the program starts in its output folder, and
its HOME and TMPDIR are a folder of its own. Nothing keeps it from reading other files of its user: as root each run
has a user of its own, and a link's source is safe from writing as far as its own permissions say.
"""

import json
import os
import sys
from pathlib import Path, PurePosixPath

from fieldstation.engines.local.admission import check, check_directory, check_mount, kind_of
from fieldstation.engines.local.engine import LocalEngine, owner
from fieldstation.engines.local.folder import Folder
from fieldstation.engines.local.launch import Command
from fieldstation.engines.local.probe import said_by_true
from fieldstation.ports.engine import EngineRefused, Isolation, LimitKind, RunSpec, Traits

_RECORDER = Path(__file__).with_name("recorder.py")
_PATH = "/usr/local/bin:/usr/bin:/bin"


class ProcessEngine(LocalEngine):
    """Attempts live in `attempts/<attempt id>/`; `station_environment` is the folder with `bin/python3` for tools.

    Images cannot be shown to a plain process: `images` is left alone.
    """

    def __init__(
        self,
        attempts: Path,
        *,
        station_environment: Path | None = None,
        images: Path | None = None,  # noqa: ARG002  # what every engine of this machine is handed
    ) -> None:
        self._environment = station_environment
        kinds = frozenset({"host"} if station_environment is None else {"host", "station"})
        super().__init__(attempts, traits=lambda limits: _traits(limits, kinds))

    def probe(self) -> str | None:
        """Run `true` once; return None when it works, else what is missing and what to do."""
        said = said_by_true(self)
        return None if said is None else f"no program could be started: {said}"

    def locate(self, attempt_id: str, target: str) -> str:
        """Return the path of `target` in the attempt's folder."""
        folder = Folder(self._folder, attempt_id)
        top, *rest = PurePosixPath(target).parts[1:]
        own = {"outputs": folder.outputs, "tmp": folder.scratch}.get(top, _root(folder) / top)
        return str(own.joinpath(*rest))

    def command(self, spec: RunSpec, folder: Folder) -> Command:
        """Return our recorder's command line; all of the run is on a descriptor."""
        check(spec)
        if spec.files:
            raise EngineRefused("invalid_mount", f"plain processes cannot be given files: {', '.join(spec.files)}")
        for mount in spec.mounts:
            check_mount(mount)
        uid, gid = owner(spec)
        job = {
            "argv": [*spec.argv],
            "environment": self._variables(spec, folder),
            "folder": self.locate(spec.attempt_id, str(check_directory(spec))),
            "owner": None if uid is None else [uid, gid],
        }
        return Command(
            argv=[sys.executable, "-I", "-S", "-X", "utf8", str(_RECORDER)],
            umask=spec.umask,
            descriptors=[json.dumps(job).encode()],
        )

    def furnish(self, spec: RunSpec, folder: Folder) -> None:
        """Make the run's temporary folder, and the links to what it reads."""
        folder.scratch.mkdir(mode=0o700)
        uid, gid = owner(spec)
        if uid is not None and gid is not None:
            os.chown(folder.scratch, uid, gid)
        for mount in spec.mounts:
            link = Path(self.locate(spec.attempt_id, mount.target))
            link.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            link.symlink_to(mount.source.absolute())

    def _variables(self, spec: RunSpec, folder: Folder) -> dict[str, str]:
        path = f"{self._environment}/bin:{_PATH}" if kind_of(spec, self._environment) == "station" else _PATH
        base = {"PATH": path, "HOME": str(folder.scratch), "TMPDIR": str(folder.scratch), "LANG": "C.UTF-8"}
        return {**base, **spec.environment, **spec.secrets}


def _root(folder: Folder) -> Path:
    return folder.path / "root"


def _traits(limits: LimitKind, kinds: frozenset[str]) -> Traits:
    return Traits(isolation=Isolation.NONE, limits=limits, image_kinds=kinds, own_uid=os.geteuid() == 0)
