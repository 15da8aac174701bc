"""The default engine on Linux: every attempt in a sandbox of its own, with no daemon and no supervisor of ours.

Bubblewrap itself writes the exit code into the attempt's folder, so attempts outlive the station. See design
section 7 and `docs/explanations/sandbox.md` for what the sandbox keeps out and what it does not.
"""

import os
import shutil
from pathlib import Path

from fieldstation.engines.local.engine import LocalEngine, dropped
from fieldstation.engines.local.folder import Folder
from fieldstation.engines.local.launch import STATUS, Command
from fieldstation.engines.sandbox.probe import what_is_missing
from fieldstation.engines.sandbox.recipe import Recipe
from fieldstation.engines.sandbox.seccomp import build_filter, supported
from fieldstation.ports.engine import Isolation, LimitKind, RunSpec, Traits


class SandboxEngine(LocalEngine):
    """Attempts live in `attempts/<attempt id>/`; `station_environment` is what `station:` tools see as /env.

    `images` is the folder with the unpacked images, each in `<SHA-256>/root`.
    """

    def __init__(self, attempts: Path, *, station_environment: Path | None = None, images: Path | None = None) -> None:
        self._bubblewrap = shutil.which("bwrap")
        self._filter = build_filter() if supported() else b""
        kinds = {"host": True, "station": station_environment is not None, "oci": images is not None}
        there = frozenset(kind for kind, is_there in kinds.items() if is_there)
        super().__init__(attempts, traits=lambda limits: _traits(limits, there))
        self._recipe = Recipe(self._folder / ".shown", station_environment, images)

    def probe(self) -> str | None:
        """Run the engine's own recipe with `true`; return None when it works, else what is missing and what to do."""
        return what_is_missing(self, self._folder)

    def locate(self, attempt_id: str, target: str) -> str:  # noqa: ARG002
        """Return `target` itself: the sandbox mounts."""
        return target

    def command(self, spec: RunSpec, folder: Folder) -> Command:
        """Return bubblewrap's command line, which shows the program's argv and nothing else of the run."""
        arguments = self._recipe.arguments(spec, folder, STATUS + 3)
        descriptors = ["--json-status-fd", str(STATUS), "--args", str(STATUS + 1), "--seccomp", str(STATUS + 2)]
        argv = dropped([self._bubblewrap or "bwrap", *descriptors, "--", *spec.argv], spec)
        return Command(argv=argv, umask=spec.umask, descriptors=(arguments, self._filter, *spec.files.values()))

    def start_failure(self, stderr: str) -> int | None:
        """Return 127 or 126, as a shell would, when bubblewrap found no program to start, or none it may start."""
        if not stderr.startswith("bwrap: execvp "):
            return None
        return 127 if stderr.endswith("No such file or directory") else 126


def _traits(limits: LimitKind, images: frozenset[str]) -> Traits:
    own = os.geteuid() == 0
    return Traits(isolation=Isolation.STRONG, limits=limits, image_kinds=images, own_uid=own, ports=True)
