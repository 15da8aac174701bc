"""A job in the words of native tools, so that whoever shows tools shows jobs as well."""

from collections.abc import Mapping
from typing import Any

from fieldstation.core.tools.model.squonk.job import InputType, Job, OptionVariable
from fieldstation.kernel.canonical import Json

FILE_FORMAT, MOLECULES_FORMAT = "project-file", "molecules"  # for forms, which offer files of the project there


def face_of(job: Job) -> dict[str, Json]:
    """Return what a job takes and makes in the shape of a native definition, with its own document under `job`."""
    image = job.image
    return {
        "kind": "SquonkJob",
        "name": job.name,
        "version": job.version,
        "title": job.title,
        "description": job.description,
        "image": f"{image.name}:{image.tag}" if not image.name.endswith(":") else image.name,
        "command": [job.command],
        "parameters": _parameters(job),
        "inputs": {name: _input(job, name) for name in _ordered(job, "inputs", job.inputs)},
        "outputs": {name: _output(name, about) for name, about in job.outputs.items()},
        "resources": {"cpu": image.cores, "memory": image.memory_bytes},
        "job": job.written(),
    }


def _parameters(job: Job) -> dict[str, Json]:
    required: list[Json] = [name for name in job.options if name in job.required]
    options = {name: _option(job.options[name]) for name in _ordered(job, "options", job.options)}
    return {"type": "object", "properties": options, "required": required}


def _ordered(job: Job, block: str, known: Mapping[str, Any]) -> list[str]:
    """Return names in the order that the author wants them shown in."""
    wanted = [name for name in job.blocks.get("order", {}).get(block, ()) if name in known]
    return list(dict.fromkeys([*wanted, *known]))


def _option(option: OptionVariable) -> dict[str, Json]:
    one: dict[str, Json] = {} if option.type in (None, "array") else {"type": option.type}
    rules = {"minimum": option.minimum, "maximum": option.maximum, "pattern": option.pattern}
    one |= {rule: value for rule, value in rules.items() if value is not None}
    if option.titles:
        one["oneOf"] = [{"const": one, "title": option.titles.get(str(one), str(one))} for one in option.choices]
    elif option.choices:
        one["enum"] = list(option.choices)
    schema: dict[str, Json] = {"type": "array", "items": one} if option.listed else one
    if option.listed and option.choices:
        schema["uniqueItems"] = True
    default: dict[str, Json] = {} if option.default is None else {"default": option.default}
    if default and option.listed and not isinstance(option.default, list):
        default = {"default": [option.default]}
    return {"title": option.title, **schema, **default}


def _input(job: Job, name: str) -> dict[str, Json]:
    wanted = job.inputs[name]
    return {
        "title": wanted.title,
        "description": "",
        "media_types": list(wanted.mime_types),
        "required": name in job.required,
        "many": wanted.multiple or wanted.type is InputType.FILES,
    }


def _output(name: str, about: Mapping[str, Any]) -> dict[str, Json]:
    return {
        "glob": about.get("creates", ""),
        "title": about.get("title", name),
        "description": "",
        "required": False,
        **({"media_type": about["mime-types"][0]} if about.get("mime-types") else {}),
    }


def form_of(job: Job) -> dict[str, Json]:
    """Return the JSON Schema (2020-12) of what a caller fills in, inputs first; a file is its path in the project.

    The `format` of an input says what a form can offer there.
    """
    parameters = _parameters(job)
    options = parameters["properties"]
    assert isinstance(options, dict)
    inputs = {name: _field(job, name) for name in _ordered(job, "inputs", job.inputs)}
    required: list[Json] = [name for name in (*inputs, *options) if name in job.required]
    return {"type": "object", "properties": {**inputs, **options}, "required": required}


def _field(job: Job, name: str) -> dict[str, Json]:
    wanted = job.inputs[name]
    molecules = wanted.type is InputType.MOLECULES
    kinds = f" ({', '.join(wanted.mime_types)})" if wanted.mime_types else ""
    told = "SMILES, one a line, or file:// and a path" if molecules else f"path of a file in the project{kinds}"
    one: dict[str, Json] = {"type": "string", "format": MOLECULES_FORMAT if molecules else FILE_FORMAT}
    if wanted.multiple or wanted.type is InputType.FILES:
        return {"title": wanted.title, "type": "array", "items": one, "description": told}
    return {"title": wanted.title, **one, "description": told}
