"""A job-spec: what runs, where its parameters go, and what it needs of a worker."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fieldstation.core.tools.model.hysds.notes import Keys, Notes
from fieldstation.core.tools.model.hysds.steps import (
    AFTER,
    BEFORE,
    BUILT_IN_AFTER,
    BUILT_IN_BEFORE,
    After,
    Before,
)
from fieldstation.kernel.canonical import Json

LIMIT_GAP_SECONDS = 60  # between the soft and the hard limit; workers of HySDS today keep 300
REGISTERED = ("id", "container", "job-version", "resource")  # what a registry adds to a document
KNOWN = (
    *("command", "params", "disk_usage", "soft_time_limit", "time_limit", "imported_worker_files"),
    *("dependency_images", "runtime_options", "recommended-queues", "recommended_queues", "required_queues"),
    *("required-queues", "pre", "post", "disable_pre_builtins", "disable_post_builtins", "localize_urls"),
)
_ELSEWHERE = dict.fromkeys(
    ("enable_dedup", "label", "submission_type", "allowed_accounts", "action-type", "component"),
    "belongs to the hysds-io",
)
_UNITS = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}
_PUBLISHED_SIZE = re.compile(r"[0-9]+(GB|MB|KB)")
_SIZE = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*([KMGT]?B)?\s*", re.IGNORECASE)


class Destination(StrEnum):
    """Where the value of a parameter goes."""

    POSITIONAL = "positional"  # on the command line, and into the context
    LOCALIZE = "localize"  # it is an address that is brought to the worker
    CONTEXT = "context"  # into the context alone


@dataclass(frozen=True, kw_only=True)
class SpecParam:
    """One parameter; a name may stand twice, with different destinations."""

    name: str
    destination: Destination


@dataclass(frozen=True, kw_only=True)
class ImportedFile:
    """A file or folder of the worker that the container sees."""

    host: str
    inside: str
    writable: bool = False


@dataclass(frozen=True, kw_only=True)
class DependencyImage:
    """Another image that has to be there."""

    name: str
    url: str | None = None
    mappings: tuple[ImportedFile, ...] = ()
    options: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a job may take, in seconds, and how much free disk it wants, in bytes; None where nothing is said."""

    soft_seconds: int | None = None
    hard_seconds: int | None = None
    disk_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class JobSpec:
    """A job-spec that was read. `document` is what its author wrote, which is what hashes are made of."""

    document: Mapping[str, Json]
    command: str
    params: tuple[SpecParam, ...] = ()
    limits: Limits = field(default_factory=Limits)
    imported: tuple[ImportedFile, ...] = ()
    dependencies: tuple[DependencyImage, ...] = ()
    runtime_options: Mapping[str, Json] = field(default_factory=dict)
    recommended_queues: tuple[str, ...] = ()
    required_queues: tuple[str, ...] = ()
    before: tuple[Before | str, ...] = BUILT_IN_BEFORE
    after: tuple[After | str, ...] = BUILT_IN_AFTER

    @property
    def names(self) -> frozenset[str]:
        """The names of its parameters."""
        return frozenset(param.name for param in self.params)


def read_spec(document: Mapping[str, Any], notes: Notes, *, gap_seconds: int = LIMIT_GAP_SECONDS) -> JobSpec:
    """Read a job-spec. Never raises: what is wrong is in `notes`, and with a fault there the result is of no use."""
    keys = Keys(notes, document)
    keys.ignore((*KNOWN, *REGISTERED), _ELSEWHERE)
    if document.get("params") is None:
        notes.passed("/params", "is missing, and is read as an empty list")
    before = keys.texts("pre") or ()
    after = keys.texts("post") or ()
    _unknown(keys, "pre", before, BEFORE)
    _unknown(keys, "post", after, AFTER)
    own_before = () if keys.flag("disable_pre_builtins") else BUILT_IN_BEFORE
    own_after = () if keys.flag("disable_post_builtins") else BUILT_IN_AFTER
    return JobSpec(
        document=document,
        command=_command(keys),
        params=_params(keys),
        limits=_limits(keys, gap_seconds),
        imported=_imported(keys, "imported_worker_files"),
        dependencies=keys.each("dependency_images", _dependency),
        runtime_options=keys.mapping("runtime_options"),
        recommended_queues=keys.texts("recommended-queues", "recommended_queues") or (),
        required_queues=keys.texts("required_queues", "required-queues") or (),
        before=(*own_before, *(BEFORE.get(name, name) for name in before)),
        after=(*own_after, *(AFTER.get(name, name) for name in after)),
    )


def _command(keys: Keys) -> str:
    command = keys.text("command")
    if command is None and not isinstance(keys.document.get("command"), str | int | list | dict | bool):
        keys.notes.fault("/command", "is missing: the program in the container, with what never changes behind it")
    elif command is not None and not command.strip():
        keys.notes.fault("/command", "is empty")
    if not isinstance(keys.document.get("localize_urls", []), list):
        keys.notes.fault("/localize_urls", "must be a list")
    return command or ""


def _params(keys: Keys) -> tuple[SpecParam, ...]:
    params = keys.each("params", _param)
    for place, param in enumerate(params):
        if param in params[:place]:
            keys.notes.warn(f"/params/{place}", f"{param.name} goes to {param.destination} a second time")
    return params


def _param(keys: Keys) -> SpecParam | None:
    keys.ignore(("name", "destination"), {"value": "comes from the hysds-io"})
    name, destination = keys.text("name"), keys.document.get("destination")
    if not name:
        keys.notes.fault(keys.path("name"), "is missing: every parameter has a name")
    if destination not in list(Destination):
        said = "is missing" if destination is None else f"is {str(destination)[:40]!r}"
        keys.notes.fault(keys.path("destination"), f"{said}; it must be positional, localize or context")
        return None
    return SpecParam(name=name, destination=Destination(destination)) if name else None


def _limits(keys: Keys, gap_seconds: int) -> Limits:
    for key in ("soft_time_limit", "time_limit", "disk_usage"):
        if keys.document.get(key) is None:
            keys.notes.passed(keys.path(key), "is missing; the published schema wants it, and jobs run without")
    soft, hard = keys.seconds("soft_time_limit"), keys.seconds("time_limit")
    if soft is not None and hard is not None and hard < soft + gap_seconds:
        least = soft + gap_seconds
        keys.notes.warn(
            "/time_limit",
            f"is {hard}, less than {gap_seconds} seconds above the soft limit of {soft}; it counts as {least}",
        )
        hard = least
    return Limits(soft_seconds=soft, hard_seconds=hard, disk_bytes=_disk(keys))


def _disk(keys: Keys) -> int | None:
    value = keys.document.get("disk_usage")
    if value is None:
        return None
    found = None if isinstance(value, bool) else _SIZE.fullmatch(str(value))
    if found is None:
        keys.notes.fault("/disk_usage", f"is {str(value)[:40]!r}; it must be like 10GB, 200MB or 10KB")
        return None
    read = int(float(found[1]) * _UNITS[(found[2] or "B").upper()])
    if not isinstance(value, str) or not _PUBLISHED_SIZE.fullmatch(value):
        keys.notes.passed("/disk_usage", f"is {value!r}, and is read as {read} bytes; it should be like 10GB")
    return read


def _imported(keys: Keys, key: str) -> tuple[ImportedFile, ...]:
    made: list[ImportedFile] = []
    for host, value in keys.mapping(key).items():
        parts = _parts(value) if isinstance(value, str) else value
        if not isinstance(parts, list) or not 1 <= len(parts) <= 2 or not all(isinstance(one, str) for one in parts):
            keys.notes.fault(keys.path(key), f"of {host[:80]!r} must be a path, [path] or [path, ro or rw]")
        elif parts[1:] not in ([], ["ro"], ["rw"]):
            keys.notes.fault(keys.path(key), f"of {host[:80]!r} is {parts[1][:20]!r}; it must be ro or rw")
        else:
            made.append(ImportedFile(host=host, inside=parts[0], writable=parts[1:] == ["rw"]))
    return tuple(made)


def _parts(value: str) -> list[str]:
    """Split a path as container engines write it, with its mode behind a colon."""
    path, _, mode = value.rpartition(":")
    return [path, mode] if path and mode in ("ro", "rw") else [value]


def _dependency(keys: Keys) -> DependencyImage | None:
    keys.ignore(("container_image_name", "container_image_url", "container_mappings", "runtime_options"), {})
    name = keys.text("container_image_name")
    if not name:
        keys.notes.fault(keys.path("container_image_name"), "is missing: every image has a name")
        return None
    return DependencyImage(
        name=name,
        url=keys.text("container_image_url"),
        mappings=_imported(keys, "container_mappings"),
        options=keys.mapping("runtime_options"),
    )


def _unknown(keys: Keys, key: str, names: tuple[str, ...], known: Mapping[str, Any]) -> None:
    for place, name in enumerate(names):
        if name not in known:
            keys.notes.warn(f"{keys.path(key)}/{place}", f"{name[:120]} is a function that this station does not know")


def registered(document: Mapping[str, Any], key: str) -> str | None:
    """Return what a registry added to a document; None where nothing did."""
    value = document.get(key)
    return value if isinstance(value, str) and value else None
