"""What a native tool definition says, once it was found sound.

The normalised form is the definition with every default written out, in the same shape that people write. Its
canonical JSON is hashed to the `revision`, so this form may only grow by fields that are left out while they hold
their default; otherwise the same text would get another revision under a later release.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fieldstation.core.tools.model.apps import KIND as APP_KIND
from fieldstation.core.tools.model.apps import App, read_app, write_app
from fieldstation.kernel.canonical import Json, digest

STATION_IMAGE = "station:"  # the station's own tool environment; promises `python3` on PATH
NO_LIMIT_SECONDS = 100 * 365 * 86_400.0  # of an application whose definition names no limit
HOST_IMAGE = "host:"  # the station's machine, read-only

RETRY_REASONS = frozenset({
    "command_not_found", "disk_full", "engine_failed", "exit_nonzero", "image_not_found", "input_changed",
    "input_unreadable", "node_lost", "out_of_memory", "output_missing", "soft_time_limit", "station_full", "time_limit",
    "too_many_processes",
})  # fmt: skip
"""Reasons of a failed attempt that a definition may ask a retry for, unless the checker is handed others."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Arguments that are given only when `condition` (`parameters.x`, `not inputs.y`) holds."""

    condition: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Input:
    """A slot for data: the media types that it takes (none: any), whether it may stay empty or take several."""

    title: str = ""
    description: str = ""
    media_types: tuple[str, ...] = ()
    required: bool = True
    many: bool = False


@dataclass(frozen=True, kw_only=True)
class Output:
    """Files that a run leaves: those under the output folder whose relative path matches `glob`."""

    glob: str
    title: str = ""
    description: str = ""
    media_type: str | None = None
    required: bool = True


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What one attempt may use: processor cores, bytes of memory, bytes of output and scratch, processes."""

    cpu: float = 1.0
    memory_bytes: int = 1 << 30
    disk_bytes: int = 4 << 30
    pids: int = 256


@dataclass(frozen=True, kw_only=True)
class TimeLimits:
    """Wall time in seconds: after `soft` the program is asked to end, within `grace`; at `hard` it is ended."""

    soft_seconds: float | None = None
    hard_seconds: float = 3600.0
    grace_seconds: float = 10.0


@dataclass(frozen=True, kw_only=True)
class Retry:
    """How often a run is tried in all, and after which reasons of failure."""

    attempts: int = 1
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One version of a native tool. `parameters` is a JSON Schema (2020-12) of an object; `files` lie under `/tool`."""

    name: str
    version: str
    title: str
    description: str = ""
    image: str
    command: tuple[str | Group, ...]
    parameters: Mapping[str, Any]
    inputs: Mapping[str, Input] = field(default_factory=dict)
    outputs: Mapping[str, Output] = field(default_factory=dict)
    resources: Resources = field(default_factory=Resources)
    limits: TimeLimits = field(default_factory=TimeLimits)
    network: bool = False
    deterministic: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    retry: Retry = field(default_factory=Retry)
    app: App | None = None  # of an application, which runs until it is ended

    @property
    def revision(self) -> str:
        """SHA-256 of the canonical JSON of the normalised definition, 64 hexadecimal digits; it names what runs."""
        return digest(write_definition(self))


def write_definition(definition: Definition) -> dict[str, Json]:
    """Return the normalised form, plain JSON in the author's order; `read_definition` reads it back."""
    return {
        "kind": "Tool" if definition.app is None else APP_KIND,
        "name": definition.name,
        "version": definition.version,
        "title": definition.title,
        "description": definition.description,
        "image": definition.image,
        "command": [_write_part(part) for part in definition.command],
        "parameters": dict(definition.parameters),
        "inputs": {slot: _write_input(value) for slot, value in definition.inputs.items()},
        "outputs": {name: _write_output(value) for name, value in definition.outputs.items()},
        "resources": {
            "cpu": definition.resources.cpu,
            "memory": definition.resources.memory_bytes,
            "disk": definition.resources.disk_bytes,
            "pids": definition.resources.pids,
        },
        "limits": _write_limits(definition.limits),
        "network": definition.network,
        "deterministic": definition.deterministic,
        "environment": dict(definition.environment),
        "files": dict(definition.files),
        "retry": {"attempts": definition.retry.attempts, "on": list(definition.retry.reasons)},
        **({} if definition.app is None else write_app(definition.app)),
    }


def read_definition(document: Mapping[str, Any]) -> Definition:
    """Build the definition from a normalised form that `write_definition` made; it is trusted, not checked again."""
    resources, retry = document["resources"], document["retry"]
    return Definition(
        name=document["name"],
        version=document["version"],
        title=document["title"],
        description=document["description"],
        image=document["image"],
        command=tuple(_read_part(part) for part in document["command"]),
        parameters=document["parameters"],
        inputs={slot: _read_input(value) for slot, value in document["inputs"].items()},
        outputs={name: Output(**value) for name, value in document["outputs"].items()},
        resources=Resources(
            cpu=resources["cpu"], memory_bytes=resources["memory"], disk_bytes=resources["disk"], pids=resources["pids"]
        ),
        limits=TimeLimits(**document["limits"]),
        network=document["network"],
        deterministic=document["deterministic"],
        environment=document["environment"],
        files=document["files"],
        retry=Retry(attempts=retry["attempts"], reasons=tuple(retry["on"])),
        app=read_app(document) if document["kind"] == APP_KIND else None,
    )


def _write_part(part: str | Group) -> Json:
    return part if isinstance(part, str) else {"when": part.condition, "args": list(part.arguments)}


def _read_part(part: str | Mapping[str, Any]) -> str | Group:
    return part if isinstance(part, str) else Group(condition=part["when"], arguments=tuple(part["args"]))


def _write_input(value: Input) -> dict[str, Json]:
    return {
        "title": value.title,
        "description": value.description,
        "media_types": list(value.media_types),
        "required": value.required,
        "many": value.many,
    }


def _read_input(value: Mapping[str, Any]) -> Input:
    media_types: Sequence[str] = value["media_types"]
    return Input(**{**value, "media_types": tuple(media_types)})


def _write_output(value: Output) -> dict[str, Json]:
    written: dict[str, Json] = {
        "glob": value.glob,
        "title": value.title,
        "description": value.description,
        "required": value.required,
    }
    if value.media_type is not None:
        written["media_type"] = value.media_type
    return written


def _write_limits(limits: TimeLimits) -> dict[str, Json]:
    written: dict[str, Json] = {"hard_seconds": limits.hard_seconds, "grace_seconds": limits.grace_seconds}
    if limits.soft_seconds is not None:
        written["soft_seconds"] = limits.soft_seconds
    return written
