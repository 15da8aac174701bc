"""What is written beside outputs that the author of a job described: `.meta.json`, `.schema.json`, `.params.json`.

The format is that of travelling metadata (im-data-manager-metadata 3.0): the stem is the name up to its first dot.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from fieldstation.core.datasets.model.annotations import (
    FORMAT,
    SERVICE,
    Note,
    merged,
    read_annotations,
    read_labels,
    schema,
    written,
)
from fieldstation.core.tools.model.jobs import JobName
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Invalid
from fieldstation.ports.templates import Expanded

MOST_BYTES = 4 << 20  # of metadata that is gone on from
_PROPERTIES, _FIELDS, _FROM, _SERVICE = (
    "annotation-properties",
    "fields-descriptor",
    "derived-from",
    "service-execution",
)
_NEVER = "2001-01-01T12:00:00.000001"  # that it was compared with a data set
_GLOB = frozenset("*?[")
Outputs = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Execution:
    """The end of an instance: what was run by whom, with which variables, and what its author says of the outputs.

    `mounted` is where it saw its project, `folder` where it started, below that.
    """

    job: JobName
    username: str
    variables: Mapping[str, Any]
    outputs: Outputs
    mounted: str
    folder: str


@dataclass(frozen=True, kw_only=True)
class Described:
    """An output to describe. `path` and `source`, the metadata to go on from, lie below the project."""

    name: str
    path: str
    source: str | None

    def beside(self, what: str) -> str:
        """Return the path of a file that is written beside it."""
        return beside(self.path, what)


def beside(path: str, what: str) -> str:
    """Return the path of what is written beside a file: `meta`, `schema` or `params`."""
    place = PurePosixPath(path)
    return str(place.with_name(f"{place.name.partition('.')[0]}.{what}.json"))


def expressions(outputs: Outputs) -> Sequence[str]:
    """Return the templates of the names of fields, in the order in which `with_names` takes them."""
    return [str(field["expression"]) for _, _, field in _fields(outputs) if "expression" in field]


def with_names(outputs: Outputs, expanded: Sequence[Expanded]) -> dict[str, dict[str, Any]]:
    """Return the outputs with fields under their true names; one whose name cannot be made is left out."""
    names = iter(expanded)
    fields: dict[str, dict[str, Any]] = {}
    for output, name, field in _fields(outputs):
        made = next(names) if "expression" in field else None
        true = name if made is None else (made.text or "").strip() if made.fault is None else ""
        if true:
            fields.setdefault(output, {})[true] = {key: value for key, value in field.items() if key != "expression"}
    found = {name: dict(about) for name, about in outputs.items()}
    for output, true_fields in fields.items():
        properties = found[output][_PROPERTIES]
        descriptor = {**properties[_FIELDS], "fields": true_fields}
        found[output][_PROPERTIES] = {**properties, _FIELDS: descriptor}
    return found


def described(execution: Execution) -> Iterator[Described | str]:
    """Return each output to describe, or why one that its author described cannot be."""
    for name, about in execution.outputs.items():
        if not _descriptor(about):
            continue
        creates = str(about.get("creates", ""))
        if not creates or _GLOB & set(creates):
            yield f"the output {name} is not described: it does not name one file ({creates or 'nothing'})"
            continue
        source = execution.variables.get(str(_of(about).get(_FROM)))
        path = PurePosixPath(execution.mounted, execution.folder, creates)
        if path.is_relative_to(execution.mounted):
            path = path.relative_to(execution.mounted)
        found = beside(source, "meta") if isinstance(source, str) and PurePosixPath(source).name else None
        yield Described(name=name, path=str(path), source=found)


def describe(execution: Execution, output: Described, derived: bytes | None, at: datetime) -> Mapping[str, bytes]:
    """Return what is written beside an output, by path; raises Invalid where its author or `derived` wrote nonsense."""
    before = _read(derived) if derived is not None else {}
    annotation = _execution_note(execution, execution.outputs[output.name], at)
    notes = [*_notes(before, at), annotation]
    labels = read_labels(json.dumps(_listed(before, "labels")), at)
    created = before.get("created")
    meta: dict[str, Json] = {
        "dataset_name": _text(before, "dataset_name", PurePosixPath(output.path).name),
        "dataset_id": _text(before, "dataset_id", "None"),
        "description": _text(before, "description", "Automatically created by job"),
        "created": created if isinstance(created, str) else written(at),
        "last_updated": written(at),
        "created_by": _text(before, "created_by", execution.username),
        "metadata_version": FORMAT,
        "dataset_version": _whole(before.get("dataset_version")),
        "annotations": [dict(note.body) for note in notes],
        "labels": [dict(note.body) for note in labels],
        "synchronised_datetime": _text(before, "synchronised_datetime", _NEVER),
    }
    title, text = str(meta["dataset_name"]), str(meta["description"])
    put_together = schema(title, text, _whole(meta["dataset_version"]), notes, merged({}, labels))
    fields = put_together["fields"]
    assert isinstance(fields, dict)
    params = {name: field["description"] for name, field in fields.items() if isinstance(field, dict)}
    return {
        output.beside("meta"): json.dumps(meta).encode(),
        output.beside("schema"): json.dumps(put_together).encode(),
        output.beside("params"): json.dumps(params).encode(),
    }


def _execution_note(execution: Execution, about: Mapping[str, Any], at: datetime) -> Note:
    descriptor = _descriptor(about)
    service = _of(about).get(_SERVICE, {})
    outputs = {
        name: {key: value for key, value in one.items() if key != _PROPERTIES}
        for name, one in execution.outputs.items()
    }
    body = {
        "type": SERVICE,
        "service": execution.job.job,
        "service_version": execution.job.version,
        "service_user": execution.username,
        "service_name": execution.job.job,
        "service_ref": service.get("service_ref", "Not supplied"),
        "service_parameters": {
            "collection": execution.job.collection,
            "variables": dict(execution.variables),
            "outputs": outputs,
        },
        "origin": descriptor.get("origin", ""),
        "description": descriptor.get("description", ""),
        "fields": descriptor["fields"],
    }
    (note,) = read_annotations(json.dumps([body]), at)
    return note


def _fields(outputs: Outputs) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for output, about in outputs.items():
        for name, field in _descriptor(about).get("fields", {}).items():
            if isinstance(field, Mapping):
                yield output, name, field


def _of(about: Mapping[str, Any]) -> Mapping[str, Any]:
    found = about.get(_PROPERTIES)
    return found if isinstance(found, Mapping) else {}


def _descriptor(about: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an author says of the fields of an output; empty where nothing of use."""
    found = _of(about).get(_FIELDS)
    return found if isinstance(found, Mapping) and isinstance(found.get("fields"), Mapping) else {}


def _read(derived: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(derived)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid("the metadata of its input is no JSON object", next_step="mend or remove that file")
    return found


def _notes(before: Mapping[str, Any], at: datetime) -> Sequence[Note]:
    return read_annotations(json.dumps(_listed(before, "annotations")), at)


def _listed(before: Mapping[str, Any], key: str) -> list[Any]:
    found = before.get(key)
    return found if isinstance(found, list) else []


def _text(before: Mapping[str, Any], key: str, otherwise: str) -> str:
    found = before.get(key)
    return found if isinstance(found, str) else otherwise


def _whole(value: Json) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
