"""JSON Schema (2020-12) as the station reads it: patterns by RE2, nothing is fetched, every fault in words.

Pattern work is linear in the text (RE2), `uniqueItems` linear in the items; `schema.py` bounds the schemas themselves.
"""

import ipaddress
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from functools import lru_cache
from typing import Any

import re2
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, relevance
from jsonschema.validators import extend
from referencing import Registry

from fieldstation.core.tools.model.document import escape
from fieldstation.core.tools.model.fields import did_you_mean, spoken
from fieldstation.kernel.canonical import Json, canonical
from fieldstation.kernel.clock import read_time
from fieldstation.kernel.errors import Problem

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MOST_SHOWN = 60
_MOST_BRANCHES = 4

Rule = Callable[[Any, Any, Any, Mapping[str, Any]], Iterator[ValidationError]]
_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}


class BadPattern(Exception):
    """A pattern that RE2 does not read; the text says why."""


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Any:
    """Compile a pattern for searching (unanchored, as JSON Schema means it). Raises BadPattern."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise BadPattern(reason.decode() if isinstance(reason, bytes) else str(reason)) from None


def validator(schema: Mapping[str, Any] | bool) -> Any:
    """Return a validator of `schema`, which must have been found sound; it fetches nothing."""
    return _Validator(schema, registry=Registry())


def meta_validator() -> Any:
    """Return a validator of schemas themselves."""
    return _Validator(Draft202012Validator.META_SCHEMA)


def problems(checker: Any, value: Json, where: str = "") -> Iterator[Problem]:
    """Name every fault of `value`, with JSON pointers that begin with `where`; each fault once."""
    seen: set[tuple[str, str]] = set()
    for path, text in found(checker, value):
        pointer = where + "".join(f"/{escape(str(step))}" for step in path)
        if (pointer, text) not in seen:
            seen.add((pointer, text))
            yield Problem(where=pointer or "/", text=text)


def found(checker: Any, value: Json) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Name every fault of `value`: the path to it, and what is wrong in words."""
    for error in checker.iter_errors(value):
        inner = deepest(error)
        yield tuple(inner.absolute_path), say(inner)


def shown(value: Any) -> str:
    """Write a JSON value on one short line."""
    text = canonical(value).decode()
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"


def deepest(error: ValidationError) -> ValidationError:
    """Follow the branch of `anyOf` or `oneOf` that came furthest into the value, most likely the one meant."""
    while error.context:
        best = max(error.context, key=lambda inner: (len(inner.absolute_path), relevance(inner)))
        if len(best.absolute_path) <= len(error.absolute_path) and len(error.context) > 1:
            break
        error = best
    return error


def say(error: ValidationError) -> str:
    """Say in words what is wrong, and what is expected."""
    if error.context:
        branches = dict.fromkeys(say(deepest(inner)) for inner in error.context)
        return "; or ".join(list(branches)[:_MOST_BRANCHES])
    told = _TEXTS.get(error.validator)
    if told is not None:
        return told(error.validator_value, error.instance)
    return str(error.message)[:200]


def _say_type(wanted: Any, value: Any) -> str:
    names = [wanted] if isinstance(wanted, str) else wanted
    return f"must be {' or '.join(_TYPES.get(name, name) for name in names)}, not {shown(value)}"


_TEXTS: Mapping[str, Callable[[Any, Any], str]] = {
    "type": _say_type,
    "enum": lambda wanted, value: f"must be one of {spoken([shown(choice) for choice in wanted])}, not {shown(value)}",
    "const": lambda wanted, value: f"must be {shown(wanted)}, not {shown(value)}",
    "minimum": lambda wanted, value: f"must be at least {shown(wanted)}, not {shown(value)}",
    "maximum": lambda wanted, value: f"must be at most {shown(wanted)}, not {shown(value)}",
    "exclusiveMinimum": lambda wanted, value: f"must be more than {shown(wanted)}, not {shown(value)}",
    "exclusiveMaximum": lambda wanted, value: f"must be less than {shown(wanted)}, not {shown(value)}",
    "multipleOf": lambda wanted, value: f"must be a multiple of {shown(wanted)}, not {shown(value)}",
    "minLength": lambda wanted, value: f"must have at least {wanted} characters, not {len(value)}",
    "maxLength": lambda wanted, value: f"must have at most {wanted} characters, not {len(value)}",
    "minItems": lambda wanted, value: f"must have at least {wanted} items, not {len(value)}",
    "maxItems": lambda wanted, value: f"must have at most {wanted} items, not {len(value)}",
    "pattern": lambda wanted, value: f"must match the pattern {shown(wanted)}; {shown(value)} does not",
    "format": lambda wanted, value: f"must be a valid {wanted}, not {shown(value)}",
    "oneOf": lambda _wanted, value: f"fits more than one of the forms allowed here: {shown(value)}",
    "uniqueItems": lambda _wanted, _value: "must not hold the same item twice",
    "propertyNames": lambda _wanted, value: f"has a name that is not allowed: {shown(value)}",
    "not": lambda _wanted, value: f"must not be {shown(value)}",
}


def _pattern(checker: Any, pattern: str, value: Any, _schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if checker.is_type(value, "string") and not compile_pattern(pattern).search(value):
        yield ValidationError("pattern")


def _pattern_properties(checker: Any, wanted: Any, value: Any, _schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if checker.is_type(value, "object"):
        for pattern, subschema in wanted.items():
            for name in value:
                if compile_pattern(pattern).search(name):
                    yield from checker.descend(value[name], subschema, path=name, schema_path=pattern)


def _additional_properties(
    checker: Any, wanted: Any, value: Any, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    if not checker.is_type(value, "object"):
        return
    known = schema.get("properties", {})
    patterns = [compile_pattern(pattern) for pattern in schema.get("patternProperties", {})]
    for name in value:
        if name in known or any(pattern.search(name) for pattern in patterns):
            continue
        if wanted is False:
            yield ValidationError(f"is not known here{did_you_mean(name, known)}", path=[name])
        else:
            yield from checker.descend(value[name], wanted, path=name)


def _required(checker: Any, wanted: Any, value: Any, _schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if checker.is_type(value, "object"):
        for name in wanted:
            if name not in value:
                yield ValidationError("is missing", path=[name])


def _unique_items(checker: Any, wanted: bool, value: Any, _schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if wanted and checker.is_type(value, "array") and len({canonical(item) for item in value}) < len(value):
        yield ValidationError("unique")


def _format(checker: Any, wanted: str, value: Any, _schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    read = FORMATS.get(wanted)
    if read is None or not checker.is_type(value, "string"):
        return
    try:
        read(value)
    except ValueError:
        yield ValidationError("format")


def _read_email(text: str) -> None:
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,255}", text):
        raise ValueError(text)


FORMATS: Mapping[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "date-time": read_time,
    "time": time.fromisoformat,
    "email": _read_email,
    "ipv4": ipaddress.IPv4Address,
    "ipv6": ipaddress.IPv6Address,
    "uuid": uuid.UUID,
}
"""Formats that are checked; all others are remarks, as the standard has it."""

_RULES: Mapping[str, Rule] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "required": _required,
    "uniqueItems": _unique_items,
    "format": _format,
}
_Validator = extend(Draft202012Validator, validators=dict(_RULES))
