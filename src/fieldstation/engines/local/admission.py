"""What every engine on this machine checks before it starts anything."""

from collections.abc import Collection
from pathlib import Path, PurePosixPath

from fieldstation.ports.engine import EngineRefused, Mount, RunSpec


def check(spec: RunSpec, *, door: bool = False) -> None:
    """Refuse what can never run here; `door`: what listens can. Raises EngineRefused."""
    if spec.network:
        raise EngineRefused("network_not_available", "this engine cannot grant a network")
    if spec.door and not door:
        raise EngineRefused("engine_failed", "this engine cannot run applications: nothing could reach them")
    if not spec.argv or not spec.argv[0]:
        raise EngineRefused("no_command", "the command is empty")
    texts = [*spec.argv, *spec.environment, *spec.environment.values(), *spec.secrets, *spec.secrets.values()]
    if any("\0" in text for text in texts):
        raise EngineRefused("invalid_text", "arguments and environment cannot hold NUL characters")
    if any(not name or "=" in name for name in (*spec.environment, *spec.secrets)):
        raise EngineRefused("invalid_text", "a variable's name is empty or holds '='")


def check_mount(mount: Mount) -> PurePosixPath:
    """Return where a mount goes. Raises EngineRefused when nothing is at its source or its target is not absolute."""
    target = PurePosixPath(mount.target)
    if not target.is_absolute() or ".." in target.parts or len(target.parts) < 2:
        raise EngineRefused("invalid_mount", f"{mount.target!r} cannot be the target of a mount")
    if not mount.source.exists():
        raise EngineRefused("input_unreadable", f"nothing lies at the source of {mount.target!r}")
    return target


def check_file(path: str, taken: Collection[str]) -> str:
    """Return where a given file goes. Raises EngineRefused unless a file can be made there; none can below `taken`."""
    target = PurePosixPath(path)
    if not target.is_absolute() or ".." in target.parts or len(target.parts) < 2 or "\0" in path:
        raise EngineRefused("invalid_mount", f"{path!r} cannot be the path of a given file")
    places = {PurePosixPath(place) for place in taken}
    if places & {target, *target.parents} or any(target in place.parents for place in places):
        raise EngineRefused("invalid_mount", f"nothing can be put at {path}: that is the machine's own")
    return str(target)


def check_directory(spec: RunSpec) -> PurePosixPath:
    """Return where a run starts. Raises EngineRefused unless that is a folder at or below its outputs or a mount."""
    wanted = PurePosixPath(spec.directory)
    if wanted == PurePosixPath("/outputs"):
        return wanted
    for mount in spec.mounts:
        target = PurePosixPath(mount.target)
        if wanted == target or target in wanted.parents:
            if ".." in wanted.parts or not (mount.source / wanted.relative_to(target)).is_dir():
                break
            return wanted
    raise EngineRefused("invalid_mount", f"{spec.directory!r} is no folder in which a run can start")


def is_station(spec: RunSpec, environment: Path | None) -> bool:
    """Tell whether a run uses the station's tool environment, or else only the machine. Raises EngineRefused."""
    kind, colon, rest = spec.image.partition(":")
    if not colon or rest or kind not in ("host", "station"):
        raise EngineRefused("image_kind_not_available", f"this engine runs `host:` and `station:`, not {spec.image!r}")
    if kind == "station" and environment is None:
        raise EngineRefused("image_not_found", "the station has no tool environment for `station:` tools")
    return kind == "station"
