"""The form of workflow definitions, as a JSON Schema: what the published one accepts, and numbers with a fraction."""

from typing import Any

from fieldstation.core.tools.model.squonk.forms import WORKFLOW_KIND, Schema

KIND_VERSION = "2025.2"
LINK_GLOB = "instance-link-glob"  # the only variable that every step may take from nowhere
SOURCES = ("from-step", "from-workflow", "from-predefined")

_TEXT: Schema = {"type": "string"}
_LABEL: Schema = {"type": "string", "pattern": "^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$"}
_VARIABLE: Schema = {"type": "string", "pattern": "^[a-zA-Z_][a-zA-Z0-9_-]*$", "maxLength": 80}


def _record(required: list[str], **fields: Schema) -> dict[str, Any]:
    """Describe a mapping of known fields; `__` stands for a dash in their names."""
    properties = {name.replace("__", "-"): form for name, form in fields.items()}
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_PIPE = _record(
    ["variable"],
    variable=_VARIABLE,
    from__step=_record(["name", "variable"], name=_LABEL, variable=_VARIABLE),
    from__workflow=_record(["variable"], variable=_VARIABLE),
    from__predefined=_record(["variable"], variable=_VARIABLE),
)
_CONSTANTS: Schema = {
    "type": "object",
    "patternProperties": {"^[a-zA-Z][a-zA-Z0-9_]{0,79}$": {"type": ["string", "number", "boolean"]}},
    "additionalProperties": False,
    "minProperties": 1,
}
_SPECIFICATION = _record(
    ["collection", "job", "version"], collection=_TEXT, job=_TEXT, version=_TEXT, variables=_CONSTANTS
)
_STEP = _record(
    ["name", "specification"],
    name=_LABEL,
    description=_TEXT,
    specification=_SPECIFICATION,
    plumbing={"type": "array", "items": _PIPE, "minItems": 1},
)
WORKFLOW: Schema = {
    "type": "object",
    "properties": {
        "kind": {"const": WORKFLOW_KIND},
        "kind-version": {"const": KIND_VERSION},
        "name": _LABEL,
        "description": _TEXT,
        "steps": {"type": "array", "items": _STEP, "maxItems": 200},
        "variables": {"type": "object"},
    },
    "required": ["kind", "kind-version", "name", "steps"],
}
