"""What a document means by its form, where it is not quite of that form."""

from collections.abc import Mapping
from typing import Any

from fieldstation.core.tools.model.document import Node
from fieldstation.core.tools.model.squonk.forms import Schema
from fieldstation.core.tools.model.validation import compile_pattern
from fieldstation.kernel.canonical import Json

_KEPT_BELOW = "variables"  # where what nobody knows is kept: programs that show forms may know it
_ABSENT: Any = object()


def conform(form: Schema, node: Node) -> Json:
    """Return a value as its form means it: text where a number stands for it, a list where one value stands for it.

    What is empty, or cannot be meant by the form at all, is left out, and so is what nobody knows, but in variables.
    """
    conformed = _conformed(form, node, keep=False)
    return None if conformed is _ABSENT else conformed


def means_list(form_type: Any, value: Any) -> bool:
    """Tell whether one text stands for a list of it."""
    return bool(form_type == "array") and isinstance(value, str)


def means_text(form_type: Any, node: Node | None) -> bool:
    """Tell whether a number, or a list of one text, stands for the text."""
    value = node.value if node is not None else None
    if isinstance(value, tuple):
        return form_type == "string" and len(value) == 1 and isinstance(value[0].value, str)
    wants_text = form_type == "string" or (isinstance(form_type, list) and "string" in form_type)
    return wants_text and isinstance(value, int | float)


def _conformed(form: Schema, node: Node, *, keep: bool) -> Any:
    value, wanted = node.value, form.get("type")
    if value is None:
        return _ABSENT
    if isinstance(value, Mapping):
        return _fields(form, value, keep=keep) if wanted in (None, "object") else _ABSENT
    if isinstance(value, tuple):
        if means_text(wanted, node):
            return value[0].value
        if wanted in (None, "array") or (isinstance(wanted, list) and "array" in wanted) or _is_default(form):
            items = [_conformed(form.get("items", {}), item, keep=keep) for item in value]
            return [item for item in items if item is not _ABSENT]
        return _ABSENT
    if means_list(wanted, value):
        return [value]
    if wanted == "string" and isinstance(value, int | float):
        return node.source
    return value if _fits(wanted, value) else _ABSENT


def _fields(form: Schema, value: Mapping[str, Node], *, keep: bool) -> dict[str, Json]:
    fields: dict[str, Json] = {}
    for name, below in value.items():
        inner = _form_of(form, name)
        if inner is None and ("patternProperties" in form or not keep):
            continue
        conformed = _conformed(inner or {}, below, keep=keep or name == _KEPT_BELOW)
        if conformed is not _ABSENT:
            fields[name] = conformed
    return fields


def _form_of(form: Schema, name: str) -> Schema | None:
    known: Mapping[str, Schema] = form.get("properties", {})
    if name in known:
        return known[name]
    if "patternProperties" in form:
        patterned: Mapping[str, Schema] = form["patternProperties"]
        return next((inner for pattern, inner in patterned.items() if compile_pattern(pattern).search(name)), None)
    rest = form.get("additionalProperties")
    return rest if isinstance(rest, Mapping) else None


def _is_default(form: Schema) -> bool:
    """Tell whether this is the form of a default, which authors of lists write as a list."""
    return form.get("type") == ["string", "number", "boolean"]


def _fits(wanted: Any, value: Any) -> bool:
    if wanted is None:
        return True
    kinds = wanted if isinstance(wanted, list) else [wanted]
    if isinstance(value, bool):
        return "boolean" in kinds
    if isinstance(value, str):
        return "string" in kinds
    whole = isinstance(value, int) or value.is_integer()
    return "number" in kinds or ("integer" in kinds and whole)
