"""What a run does that works in a project: written down at submit, so that it is that and nothing else that starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A command in an image, started in `directory`; the folder of the project is seen at `project`, writable.

    With `within` it sees that folder of the project instead of the whole; `links` are files and folders of the project
    that are given names there too before it starts, each under its path.

    `folders` and `files` (text by path) are made below the project's folder before it starts. What it is given is only
    named here: `assets` are variables of the environment by the id of the asset that has their value, `secrets` those
    by the name and key of a secret of the station, `tokens` those by what a token of the run's own may do, `placed`
    paths by the id of the asset that is seen there.

    With `door` it listens, on that `port` where one is given; `tool` is the revision whose own files it sees, and
    unless it `writes` the folder of the project is only read.
    """

    image: str
    argv: tuple[str, ...]
    project: str
    directory: str
    environment: Mapping[str, str] = field(default_factory=dict)
    assets: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    tokens: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    placed: Mapping[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    within: str = ""
    links: tuple[str, ...] = ()
    door: bool = False
    port: int | None = None
    tool: str | None = None
    writes: bool = True


def write_plan(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain JSON; `read_plan` reads it back."""
    of_apps = {"door": plan.door, "port": plan.port, "tool": plan.tool, "writes": plan.writes}
    return {
        **(of_apps if plan.door else {}),
        "image": plan.image,
        "argv": list(plan.argv),
        "project": plan.project,
        "directory": plan.directory,
        "environment": dict(plan.environment),
        "assets": dict(plan.assets),
        "secrets": {name: list(place) for name, place in plan.secrets.items()},
        "tokens": {name: list(scopes) for name, scopes in plan.tokens.items()},
        "placed": dict(plan.placed),
        "folders": list(plan.folders),
        "files": dict(plan.files),
        "within": plan.within,
        "links": list(plan.links),
    }


def read_plan(written: Mapping[str, Any]) -> Plan:
    """Read what `write_plan` wrote."""
    secrets = {name: (place[0], place[1]) for name, place in written.get("secrets", {}).items()}
    tokens = {name: tuple(scopes) for name, scopes in written.get("tokens", {}).items()}
    lists = {name: tuple(written.get(name, ())) for name in ("argv", "folders", "links")}
    return Plan(**{**written, **lists, "secrets": secrets, "tokens": tokens})
