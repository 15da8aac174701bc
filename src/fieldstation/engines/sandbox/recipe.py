"""The sandbox as bubblewrap's arguments. They travel in a memory file, so that no secret is on any command line."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

from fieldstation.engines.local.admission import check, check_directory, check_file, check_mount, kind_of, root_of
from fieldstation.engines.local.folder import Folder
from fieldstation.engines.sandbox.host import host_arguments, identity_arguments, shown_places
from fieldstation.engines.sandbox.root import OWN, image_arguments
from fieldstation.ports.engine import DOOR_FOLDER, EngineRefused, Mount, RunSpec

INSIDE_ID = "65534"
ENVIRONMENT = "/env"  # where the station's tool environment is shown
_PATH = "/usr/local/bin:/usr/bin:/bin"
_SYSTEM = {"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc", "proc", "dev", "sys", "run"}
_RESERVED = _SYSTEM | {"tmp", "outputs", "env", "door"}
_OWN = {PurePosixPath(place).name for place in OWN}
_TAKEN = ("/proc", "/dev", "/sys", "/outputs", "/tmp", ENVIRONMENT, DOOR_FOLDER)
_ISOLATION = (
    *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
    *("--disable-userns", "--uid", INSIDE_ID, "--gid", INSIDE_ID, "--hostname", "job", "--new-session"),
    *("--cap-drop", "ALL", "--clearenv"),
)


class Recipe:
    """What is the same for every run of one engine, worked out once."""

    def __init__(self, private: Path, station_environment: Path | None, images: Path | None) -> None:
        self._host = (*host_arguments(), *identity_arguments(private))
        self._environment = station_environment
        self._images = images

    def arguments(self, spec: RunSpec, folder: Folder, files_from: int) -> bytes:
        """Return bubblewrap's arguments for one run in its folder, as `--args` reads them. Raises EngineRefused.

        The contents of its given files are on the descriptors from `files_from` on.
        """
        check(spec, door=True)
        kind = kind_of(spec, self._environment, self._images)
        reserved, taken = (_OWN, OWN) if kind == "oci" else (_RESERVED, (*shown_places(), *_TAKEN))
        files = [check_file(path, taken) for path in spec.files]
        mounts = [argument for mount in spec.mounts for argument in _mount(mount, reserved)]
        arguments = [*_ISOLATION, *self._system(spec, kind), *_scratch(spec), *mounts]
        for place, given in enumerate(files):
            arguments += ["--perms", "0400", "--ro-bind-data", str(files_from + place), given]
        arguments += ["--bind", str(folder.outputs), "/outputs"]
        if spec.door:
            arguments += ["--bind", str(folder.door), DOOR_FOLDER]
        arguments += ["--chdir", str(check_directory(spec)), "--remount-ro", "/"]
        for name, value in _environment(spec, station=kind == "station").items():
            arguments += ["--setenv", name, value]
        return os.fsencode("\0".join([*arguments, ""]))

    def _system(self, spec: RunSpec, kind: str) -> Sequence[str]:
        """Return what shows the programs and libraries of a run."""
        if kind == "oci":
            assert self._images is not None
            root = root_of(self._images, spec.image.partition(":")[2])
            return image_arguments(root, [*spec.files, *(mount.target for mount in spec.mounts)])
        shown = ["--ro-bind", str(self._environment), ENVIRONMENT] if kind == "station" else []
        return [*self._host, *shown]


def _scratch(spec: RunSpec) -> Sequence[str]:
    """Return the writable places that end with the run; their size is bounded, their pages count as its memory."""
    size = str(max(spec.limits.memory_bytes // 2, 1 << 20))
    places = ["--proc", "/proc", "--dev", "/dev"]
    places += ["--perms", "1777", "--size", size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    return [*places, "--perms", "1777", "--size", size, "--tmpfs", "/tmp", "--dir", "/run"]


def _mount(mount: Mount, reserved: Collection[str]) -> Sequence[str]:
    target = check_mount(mount)
    if target.parts[1] in reserved:
        raise EngineRefused("invalid_mount", f"{mount.target!r} would hide a part of the sandbox")
    return ["--bind" if mount.writable else "--ro-bind", str(mount.source), str(target)]


def _environment(spec: RunSpec, *, station: bool) -> dict[str, str]:
    path = f"{ENVIRONMENT}/bin:{_PATH}" if station else _PATH
    base = {"PATH": path, "HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8"}
    return {**base, **spec.environment, **spec.secrets}
