"""The sandbox as bubblewrap's arguments. They travel in a memory file, so that no secret is on any command line."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from fieldstation.engines.sandbox.host import host_arguments, identity_arguments
from fieldstation.ports.engine import EngineRefused, Mount, RunSpec

INSIDE_ID = "65534"
ENVIRONMENT = "/env"  # where the station's tool environment is shown
_PATH = "/usr/local/bin:/usr/bin:/bin"
_RESERVED = frozenset(("", "usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc", "proc", "dev", "sys", "outputs", "env"))
_ISOLATION = (
    *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
    *("--disable-userns", "--uid", INSIDE_ID, "--gid", INSIDE_ID, "--hostname", "job", "--new-session"),
    *("--cap-drop", "ALL", "--clearenv"),
)


class Recipe:
    """What is the same for every run of one engine, worked out once."""

    def __init__(self, private: Path, station_environment: Path | None) -> None:
        self._host = (*_ISOLATION, *host_arguments(), *identity_arguments(private))
        self._environment = station_environment

    @property
    def images(self) -> frozenset[str]:
        """The kinds of image that can be shown."""
        return frozenset({"host"} if self._environment is None else {"host", "station"})

    def arguments(self, spec: RunSpec, outputs: Path) -> bytes:
        """Return bubblewrap's arguments for one run, as `--args` reads them. Raises EngineRefused."""
        station = _is_station(spec.image)
        if station and self._environment is None:
            raise EngineRefused("image_not_found", "the station has no tool environment for `station:` tools")
        arguments = [*self._host]
        if station:
            arguments += ["--ro-bind", str(self._environment), ENVIRONMENT]
        arguments += _scratch(spec)
        for mount in spec.mounts:
            arguments += _mount(mount)
        arguments += ["--bind", str(outputs), "/outputs", "--chdir", "/outputs", "--remount-ro", "/"]
        for name, value in _environment(spec, station=station).items():
            arguments += ["--setenv", name, value]
        return "\0".join([*arguments, ""]).encode()


def check(spec: RunSpec) -> None:
    """Refuse what this engine can never run. Raises EngineRefused."""
    if spec.network:
        raise EngineRefused("network_not_available", "this engine cannot grant a network")
    if not spec.argv:
        raise EngineRefused("no_command", "the command is empty")
    texts = [*spec.argv, *spec.environment, *spec.environment.values(), *spec.secrets, *spec.secrets.values()]
    if any("\0" in text for text in texts):
        raise EngineRefused("invalid_text", "arguments and environment cannot hold NUL characters")
    if any(not name or "=" in name for name in (*spec.environment, *spec.secrets)):
        raise EngineRefused("invalid_text", "a variable's name is empty or holds '='")


def _is_station(image: str) -> bool:
    kind, colon, rest = image.partition(":")
    if not colon or rest or kind not in ("host", "station"):
        raise EngineRefused("image_kind_not_available", f"the sandbox runs `host:` and `station:` tools, not {image!r}")
    return kind == "station"


def _scratch(spec: RunSpec) -> Sequence[str]:
    """Return the writable places that end with the run; their size is bounded, their pages count as its memory."""
    size = str(max(spec.limits.memory_bytes // 2, 1 << 20))
    places = ["--proc", "/proc", "--dev", "/dev"]
    places += ["--perms", "1777", "--size", size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    return [*places, "--perms", "1777", "--size", size, "--tmpfs", "/tmp", "--dir", "/run"]


def _mount(mount: Mount) -> Sequence[str]:
    target = PurePosixPath(mount.target)
    if not target.is_absolute() or ".." in target.parts or target.parts[1:2] == () or target.parts[1] in _RESERVED:
        raise EngineRefused("invalid_mount", f"{mount.target!r} cannot be the target of a mount")
    if not mount.source.exists():
        raise EngineRefused("input_unreadable", f"nothing lies at the source of {mount.target!r}")
    return ["--bind" if mount.writable else "--ro-bind", str(mount.source), str(target)]


def _environment(spec: RunSpec, *, station: bool) -> dict[str, str]:
    path = f"{ENVIRONMENT}/bin:{_PATH}" if station else _PATH
    base = {"PATH": path, "HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8"}
    return {**base, **spec.environment, **spec.secrets}
