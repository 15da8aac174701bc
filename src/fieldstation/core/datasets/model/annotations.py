"""What is noted about data sets and versions, in the format of Squonk2's metadata (im-data-manager-metadata 3.0).

Times there are UTC without a zone, always with six digits. Data sets have labels, versions have annotations, and both
the changes of their properties. Nothing is ever taken out: of each label the latest note counts.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Invalid, Problem

MOST_AT_ONCE = 1000
FORMAT = "0.0.1"
LABEL, PROPERTY = "LabelAnnotation", "PropertyChangeAnnotation"
FIELDS, SERVICE = "FieldsDescriptorAnnotation", "ServiceExecutionAnnotation"
TYPES = ("string", "number", "integer", "object", "array", "boolean", "null")
_TEXT = 255
_LABEL = re.compile(r"[a-zA-Z0-9_@#]{1,12}")
_DESCRIPTION = "description"  # the only property that may change
_FIELD_NAME = 50
_FIELD = frozenset({"type", "description", "required", "active"})
_HEAD = frozenset({"type", "created", "annotation_version"})
_LENGTHS: Mapping[str, Mapping[str, tuple[int, int]]] = {  # of the texts of each kind
    PROPERTY: {"meta_property": (1, _TEXT), "previous_value": (0, 100_000)},
    FIELDS: {"origin": (0, _TEXT), "description": (0, _TEXT)},
    SERVICE: {
        "origin": (0, _TEXT),
        "description": (0, _TEXT),
        "service": (1, 80),
        "service_version": (1, 80),
        "service_user": (1, 80),
        "service_name": (1, _TEXT),
        "service_ref": (1, _TEXT),
    },
}
_OBJECTS: Mapping[str, tuple[str, ...]] = {PROPERTY: (), FIELDS: ("fields",), SERVICE: ("fields", "service_parameters")}
Read = tuple[dict[str, Json], list[str]]  # what is kept, and the faults


@dataclass(frozen=True, kw_only=True)
class Note:
    """One annotation as it is written; `value` is what a property became, where it is a change of one."""

    body: Mapping[str, Json]
    value: str | None = None


def written(moment: datetime) -> str:
    """Write an aware time as this format has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def read_labels(text: str, at: datetime) -> Sequence[Note]:
    """Read labels from JSON text, one or a list of them; raises Invalid, naming every fault."""
    return _notes(text, "labels", lambda given: _label(given, at))


def read_annotations(text: str, at: datetime) -> Sequence[Note]:
    """Read annotations of a version from JSON text, one or a list of them; raises Invalid, naming every fault."""
    return _notes(text, "annotations", lambda given: _annotation(given, at))


def read_description(text: str) -> str | None:
    """Read what the description shall become from the list of changed properties; None: none of them is told.

    A change is written `{"description": TEXT}` or `{"meta_property": "description", "value": TEXT}`.
    """
    found: str | None = None
    for place, given in enumerate(_objects(text, "meta_properties")):
        plain = {given["meta_property"]: given.get("value")} if _is_named(given) else given
        value = plain.get(_DESCRIPTION)
        if set(plain) != {_DESCRIPTION} or not isinstance(value, str):
            where = f"/meta_properties/{place}"
            raise _refused("meta_properties", [Problem(where=where, text="only a description may change, to a text")])
        found = value
    return found


def changed(previous: str, value: str, at: datetime) -> Note:
    """Return the note that the description changed."""
    body: dict[str, Json] = {"meta_property": _DESCRIPTION, "previous_value": previous}
    return Note(body=_headed(PROPERTY, at) | body, value=value)


def labelled(label: str, value: str, at: datetime, *, active: bool = True) -> Note:
    """Return the note of a label that was given, or taken (not `active`), in another way."""
    body: dict[str, Json] = {"label": label, "value": value, "active": active, "reference": None}
    return Note(body=_headed(LABEL, at) | body)


def merged(labels: Mapping[str, str], notes: Sequence[Note]) -> dict[str, str]:
    """Return labels as they are after these notes."""
    found = dict(labels)
    for note in notes:
        label = str(note.body["label"])
        if note.body["active"]:
            found[label] = str(note.body["value"] or "")
        else:
            found.pop(label, None)
    return found


def history(notes: Sequence[Note], labels: Mapping[str, str], at: datetime) -> Sequence[Note]:
    """Return the notes of labels so that the latest of each says what `labels` says.

    Labels change in other ways too; what the notes do not know of changed at `at`. Labels that this format cannot
    write are left out.
    """
    told = merged({}, notes)
    true = {label: value for label, value in labels.items() if _can_be_written(label, value)}
    given = [labelled(label, value, at) for label, value in true.items() if told.get(label) != value]
    taken = [labelled(label, told[label], at, active=False) for label in told if label not in true]
    return [*notes, *given, *taken]


def schema(
    title: str, description: str, version: int, notes: Sequence[Note], labels: Mapping[str, str]
) -> dict[str, Json]:
    """Return the fields that annotations tell of, put together: later ones add to and correct earlier ones."""
    fields = _put_together(notes)
    return {
        "$schema": "http://json-schema.org/draft/2019-09/schema#",
        "$id": "https://example.com/product.schema.json",
        "title": title,
        "description": description,
        "version": version,
        "type": "object",
        "fields": {name: {"type": one["type"], "description": one["description"]} for name, one in fields.items()},
        "required": [name for name, one in fields.items() if one["required"]],
        "labels": {label: value for label, value in labels.items() if _can_be_written(label, value)},
    }


def _put_together(notes: Sequence[Note]) -> dict[str, dict[str, Json]]:
    """Put the fields of all annotations together; one that is not active says nothing, as the format's readers do."""
    fields: dict[str, dict[str, Json]] = {}
    for note in notes:
        told = note.body.get("fields")
        for name, given in (told if isinstance(told, Mapping) else {}).items():
            if isinstance(given, Mapping) and given["active"]:
                known = fields.setdefault(name, {"type": "", "description": "", "required": False})
                known |= {key: given[key] for key in ("type", "description", "required") if given[key]}
    return fields


def _notes(text: str, what: str, read: Callable[[Mapping[str, Json]], Read]) -> Sequence[Note]:
    problems: list[Problem] = []
    notes: list[Note] = []
    for place, given in enumerate(_objects(text, what)):
        body, faults = read(given)
        problems += [Problem(where=f"/{what}/{place}", text=fault) for fault in faults]
        notes.append(Note(body=body))
    if problems:
        raise _refused(what, problems)
    return notes


def _label(given: Mapping[str, Json], at: datetime) -> Read:
    label, value = given.get("label"), given.get("value")
    active, reference = given.get("active", True), given.get("reference")
    faults = list(_unknown(given, _HEAD | {"label", "value", "active", "reference"}))
    if given.get("type", LABEL) != LABEL:
        faults.append(f"is no {LABEL}")
    if not isinstance(label, str) or not _LABEL.fullmatch(label):
        faults.append("label must be 1 to 12 letters, digits, '_', '@' or '#'")
    if not _is_line(value, optional=True):
        faults.append(f"value must be one line of at most {_TEXT} characters")
    if not isinstance(active, bool):
        faults.append("active must be true or false")
    if not _is_line(reference, optional=True):
        faults.append(f"reference must be one line of at most {_TEXT} characters")
    head, wrong = _head_of(given, LABEL, at)
    return head | {
        "label": str(label).lower(),
        "value": value,
        "active": active,
        "reference": reference,
    }, faults + wrong


def _annotation(given: Mapping[str, Json], at: datetime) -> Read:
    kind = given.get("type")
    if not isinstance(kind, str) or kind not in _LENGTHS:
        return {}, [f"type must be one of {', '.join(_LENGTHS)}"]
    lengths, objects = _LENGTHS[kind], _OBJECTS[kind]
    body, faults = _head_of(given, kind, at)
    faults += _unknown(given, _HEAD | set(lengths) | set(objects))
    for name, (least, most) in lengths.items():
        text = given.get(name, "" if least == 0 and kind != PROPERTY else None)
        if not isinstance(text, str) or not least <= len(text) <= most or (most <= _TEXT and "\n" in text):
            faults.append(f"{name} must be a text of {least} to {most} characters")
        body[name] = text
    for name in objects:
        value = given.get(name) or {}
        if not isinstance(value, Mapping):
            faults.append(f"{name} must be an object")
        elif name == "fields":
            body[name], wrong = _fields(value)
            faults += wrong
        else:
            body[name] = value
    return body, faults


def _fields(given: Mapping[str, Json]) -> Read:
    fields: dict[str, Json] = {}
    faults: list[str] = []
    for name, one in given.items():
        kept, wrong = _field(one)
        if not 0 < len(name) <= _FIELD_NAME or "\n" in name:
            wrong.append(f"its name must have 1 to {_FIELD_NAME} characters")
        faults += [f"field {name[:60]!a}: {fault}" for fault in wrong]
        fields[name] = kept
    return fields, faults


def _field(given: Json) -> Read:
    if not isinstance(given, Mapping):
        return {}, ["must be an object"]
    faults = list(_unknown(given, _FIELD))
    kind, text = given.get("type"), given.get("description")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        faults.append(f"type must be one of {', '.join(TYPES)}")
    if not _is_line(text, optional=True):
        faults.append(f"description must be one line of at most {_TEXT} characters")
    flags = {"required": given.get("required", False), "active": given.get("active", True)}
    faults += [f"{name} must be true or false" for name, value in flags.items() if not isinstance(value, bool)]
    return {"type": str(kind).lower(), "description": text or "", **flags}, faults


def _head_of(given: Mapping[str, Json], kind: str, at: datetime) -> Read:
    head = _headed(kind, at)
    created = given.get("created")
    if created is None:
        return head, []
    try:
        moment = datetime.fromisoformat(created) if isinstance(created, str) else None
        if moment is None:
            raise ValueError
        head["created"] = written(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return head, ["created must be a time such as 2026-01-31T12:00:00.000001"]
    return head, []


def _headed(kind: str, at: datetime) -> dict[str, Json]:
    return {"type": kind, "created": written(at), "annotation_version": FORMAT}


def _unknown(given: Mapping[str, Json], known: frozenset[str] | set[str]) -> Iterator[str]:
    for name in sorted(set(given) - known):
        yield f"{name[:60]!a} is not known here"


def _is_named(given: Mapping[str, Json]) -> bool:
    return isinstance(given.get("meta_property"), str) and set(given) <= {"meta_property", "value"}


def _is_line(value: Json, *, optional: bool) -> bool:
    return (optional and value is None) or (isinstance(value, str) and len(value) <= _TEXT and "\n" not in value)


def _can_be_written(label: str, value: str) -> bool:
    return bool(_LABEL.fullmatch(label)) and label == label.lower() and _is_line(value, optional=False)


def _objects(text: str, what: str) -> Sequence[Mapping[str, Json]]:
    try:
        found = json.loads(text)
        plain = json.dumps(found, ensure_ascii=False, allow_nan=False)
        plain.encode()
    except (ValueError, RecursionError):
        raise _refused(what, [Problem(where=f"/{what}", text="is not JSON that can be kept")]) from None
    found = [found] if isinstance(found, dict) else found
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _refused(what, [Problem(where=f"/{what}", text="is not a list of objects")])
    if len(found) > MOST_AT_ONCE:
        raise _refused(what, [Problem(where=f"/{what}", text=f"are {len(found)}; at once {MOST_AT_ONCE} may come")])
    if "\\u0000" in plain.replace("\\\\", ""):
        raise _refused(what, [Problem(where=f"/{what}", text="contains U+0000")])
    return found


def _refused(what: str, problems: list[Problem]) -> Invalid:
    return Invalid(
        f"{what} cannot be noted",
        next_step="mend it and send all of it again",
        reason="metadata",
        problems=problems[:100],
    )
