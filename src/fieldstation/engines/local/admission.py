"""What every engine on this machine checks before it starts anything."""

import re
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from fieldstation.ports.engine import EngineRefused, Mount, RunSpec

_HEX = re.compile("[0-9a-f]{64}")


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


def kind_of(spec: RunSpec, environment: Path | None, images: Path | None = None) -> str:
    """Return what kind of image a run uses: `host`, `station` or `oci`. Raises EngineRefused for what is not here."""
    kind, colon, rest = spec.image.partition(":")
    kinds = {"host", "station"} if images is None else {"host", "station", "oci"}
    if not colon or kind not in kinds or bool(rest) != (kind == "oci"):
        known = ", ".join(f"`{one}:`" for one in sorted(kinds))
        raise EngineRefused("image_not_found", f"this engine runs {known}, not {spec.image!r}")
    if kind == "station" and environment is None:
        raise EngineRefused("image_not_found", "the station has no tool environment for `station:` tools")
    if images is not None and kind == "oci" and not root_of(images, rest).is_dir():
        raise EngineRefused("image_not_found", f"the image {rest} was removed from this station")
    return kind


def root_of(images: Path, digest: str) -> Path:
    """Return where the file system of an image lies, whether it is there or not. Raises EngineRefused for no digest."""
    algorithm, _, value = digest.partition(":")
    if algorithm != "sha256" or not _HEX.fullmatch(value):
        raise EngineRefused("image_not_found", f"{digest!r} names no image")
    return images / value / "root"
