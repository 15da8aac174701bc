"""What the caller of a run fills in, as one JSON Schema (2020-12): a form can be made of it, and a request checked."""

from collections.abc import Mapping
from typing import Any

from fieldstation.core.tools.model.definition import Definition, Input
from fieldstation.core.tools.model.validation import DIALECT


def form_of(definition: Definition) -> Mapping[str, Any]:
    """Return the schema of `{parameters, inputs}`; media types of an input stand under `x-media-types`.

    Definitions that the parameters refer to are moved to the top, where their references lead.
    """
    parameters = dict(definition.parameters)
    definitions = parameters.pop("$defs", None)
    required = [slot for slot, wanted in definition.inputs.items() if wanted.required]
    form: dict[str, Any] = {
        "$schema": DIALECT,
        "title": definition.title,
        "description": definition.description,
        "type": "object",
        "properties": {
            "parameters": parameters,
            "inputs": {
                "type": "object",
                "properties": {slot: _slot(wanted) for slot, wanted in definition.inputs.items()},
                "required": required,
                "additionalProperties": False,
            },
        },
        "required": [*(["parameters"] if parameters.get("required") else []), *(["inputs"] if required else [])],
        "additionalProperties": False,
    }
    if definitions:
        form["$defs"] = definitions
    return form


def _slot(wanted: Input) -> dict[str, Any]:
    about: dict[str, Any] = {"title": wanted.title, "description": wanted.description}
    if wanted.media_types:
        about["x-media-types"] = list(wanted.media_types)
    reference = {"type": "string", "minLength": 1}
    if not wanted.many:
        return {**about, **reference}
    return {**about, "type": "array", "items": reference, "minItems": 1 if wanted.required else 0}
