"""A HySDS job in the words of native tools, and what a person fills in to start it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fieldstation.core.tools.model.hysds.form import VERSIONS, IoParam, Origin, ParamType
from fieldstation.core.tools.model.hysds.pair import HysdsTool
from fieldstation.core.tools.model.hysds.spec import registered
from fieldstation.core.tools.model.validation import DIALECT, compile_pattern
from fieldstation.kernel.canonical import Json

_IDS = {ParamType.JOBSPEC_VERSION: "job-", ParamType.HYSDSIO_VERSION: "hysds-io-"}  # how a registry calls them
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_DATETIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z?$"
# `format` says what a form can offer; dates are checked by their pattern, and given on as they are written
_TYPES: Mapping[ParamType, Mapping[str, Json]] = {
    ParamType.TEXT: {"type": "string"},
    ParamType.ENUM: {"type": "string"},
    ParamType.NUMBER: {"type": "number"},
    ParamType.BOOLEAN: {"type": "boolean"},
    ParamType.DATE: {"type": "string", "format": "date", "pattern": _DATE},
    ParamType.DATETIME: {"type": "string", "format": "hysds-date-time", "pattern": _DATETIME},
    ParamType.EMAIL: {"type": "string", "format": "email"},
    ParamType.TEXTAREA: {"type": "string", "format": "textarea"},
    ParamType.REGION: {"type": "object", "format": "geojson"},
    ParamType.OBJECT: {"type": ["object", "array"]},
    **{kind: {"type": "string", "format": kind} for kind in VERSIONS},
}


def face_of(tool: HysdsTool, version: str) -> dict[str, Json]:
    """Return what a job takes in the shape of a native definition, with its own words under `hysds`."""
    spec, io = tool.spec, tool.io
    limits = {"soft_seconds": spec.limits.soft_seconds, "hard_seconds": spec.limits.hard_seconds}
    return {
        "kind": "HysdsJob",
        "name": tool.name,
        "version": version,
        "title": tool.title,
        "description": tool.description,
        "image": registered(spec.document, "container") or "",
        "command": [spec.command],
        "parameters": _parameters(tool),
        "inputs": {},
        "outputs": {},
        "resources": {} if spec.limits.disk_bytes is None else {"disk": spec.limits.disk_bytes},
        "limits": {name: value for name, value in limits.items() if value is not None},
        "hysds": {
            "component": io.component,
            "action-type": io.action,
            "allowed_accounts": list(io.accounts),
            "submission_type": io.submission_for(passes_query=io.passes_query),
            "enable_dedup": io.enable_dedup,
            "recommended_queues": list(spec.recommended_queues),
            "required_queues": list(spec.required_queues),
        },
    }


def form_of(tool: HysdsTool, offered: Mapping[str, Sequence[str]]) -> Mapping[str, Json]:
    """Return the JSON Schema (2020-12) of what a person fills in: the parameters whose values come from a submitter.

    `offered` are the choices of parameters that ask for versions of other jobs.
    """
    parameters = _parameters(tool)
    for name, versions in offered.items():
        if versions and name in parameters["properties"]:
            parameters["properties"][name]["enum"] = list(versions)
    return {
        "$schema": DIALECT,
        "title": tool.title,
        "description": tool.description,
        "type": "object",
        "properties": {"parameters": parameters},
        "additionalProperties": False,
    }


def offered_versions(param: IoParam, known: Sequence[tuple[str, str]]) -> Sequence[str]:
    """Return the versions, among names and versions of jobs, that a parameter asks for: of those whose id it matches.

    Versions of containers are in no registry here, so none are offered.
    """
    prefix = _IDS.get(param.type)
    if prefix is None or param.version_regex is None:
        return ()
    pattern = compile_pattern(param.version_regex)
    return tuple(dict.fromkeys(version for name, version in known if pattern.search(f"{prefix}{name}")))


def _parameters(tool: HysdsTool) -> dict[str, Any]:
    asked = [one for one in tool.io.params if one.origin is Origin.SUBMITTER and not one.fixed]
    required: list[Json] = [one.name for one in asked if not one.optional and one.default is None]
    fields: dict[str, Json] = {one.name: _field(one) for one in reversed(asked)}  # of two, the first one counts
    return {
        "type": "object",
        "properties": {one.name: fields[one.name] for one in asked},
        "required": list(dict.fromkeys(required)),
        "additionalProperties": False,
    }


def _field(param: IoParam) -> dict[str, Json]:
    field: dict[str, Json] = {"title": param.name, **_TYPES[param.type]}
    if param.choices and param.type is ParamType.ENUM:
        field["enum"] = list(param.choices)
    if param.version_regex is not None:
        field["x-version-regex"] = param.version_regex
    if param.placeholder:
        field["x-placeholder"] = param.placeholder
    default = _READ.get(param.type, _as_it_is)(param.default)
    return field if default is None else {**field, "default": default}


def _as_it_is(value: Any) -> Json:
    kept: Json = value
    return kept


def _number(value: Any) -> Json:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _flag(value: Any) -> Json:
    return value.lower() == "true" if isinstance(value, str) else value


_READ: Mapping[ParamType, Callable[[Any], Json]] = {ParamType.NUMBER: _number, ParamType.BOOLEAN: _flag}
