"""JSON Schema (2020-12) as people write it for their metadata: patterns by RE2, work bounded, nothing fetched."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

import re2
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from fieldstation.kernel.canonical import Json, canonical
from fieldstation.kernel.errors import Invalid, Problem

SCHEMA_BYTES = 64 << 10
METADATA_BYTES = 256 << 10
_STEPS = 100_000  # keywords evaluated for one document; schemas in use take a few hundred
_SHOWN = 50
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # the one character that PostgreSQL cannot keep
_left: ContextVar[int] = ContextVar("schema_steps_left")

_Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]


class _TooMuchWork(Exception):
    """A schema whose evaluation explodes."""


def check_schema(schema: Mapping[str, Json]) -> None:
    """Raise Invalid, naming all faults, unless `schema` can be used to check metadata."""
    _bounded(schema, SCHEMA_BYTES, "schema")
    try:
        problems = _problems(Draft202012Validator(Draft202012Validator.META_SCHEMA), schema, "/schema")
        problems += list(_unusable(schema, "/schema", frozenset(_keys(schema))))
    except RecursionError:
        problems = [Problem(where="/schema", text="is nested too deeply")]
    if problems:
        raise Invalid(
            "this is not a JSON Schema that the station can use",
            next_step="mend what `problems` lists (JSON Schema 2020-12, patterns as RE2)",
            reason="metadata_schema",
            problems=problems[:_SHOWN],
        )


def check_metadata(metadata: Mapping[str, Json], schema: Mapping[str, Json] | None) -> None:
    """Raise Invalid, naming all faults, unless `metadata` is small and satisfies a schema that was checked."""
    _bounded(metadata, METADATA_BYTES, "metadata")
    if schema is None:
        return
    left = _left.set(_STEPS)
    try:
        problems = _problems(_Validator(schema, registry=Registry()), metadata, "/metadata")
    except (_TooMuchWork, RecursionError):
        problems = [Problem(where="/metadata", text="the data set's schema takes too much work to evaluate")]
    except Unresolvable as error:
        problems = [
            Problem(where="/metadata", text=f"the data set's schema refers to {str(error.ref)!r}, which is not in it")
        ]
    finally:
        _left.reset(left)
    if problems:
        raise Invalid(
            "the metadata does not satisfy the schema of the data set",
            next_step="mend what `problems` lists; `fieldstation dataset show` prints the schema",
            reason="metadata",
            problems=problems[:_SHOWN],
        )


def _bounded(document: Mapping[str, Json], limit: int, name: str) -> None:
    try:
        text = canonical(document)
    except (ValueError, RecursionError) as error:
        raise Invalid(
            f"the {name} has no canonical JSON form: {error}",
            next_step="use finite numbers, texts in UTF-8 and little nesting",
        ) from None
    size = len(text)
    if _NUL.search(text):
        raise Invalid(f"the {name} contains the character U+0000", next_step="take it out", reason="nul")
    if size > limit:
        raise Invalid(
            f"the {name} has {size} bytes of JSON; {limit} are allowed",
            next_step="keep what is big in a file of the version",
            problems=[Problem(where=f"/{name}", text=f"has {size} bytes; {limit} are allowed")],
        )


def _problems(validator: Any, document: Mapping[str, Json], root: str) -> list[Problem]:
    found = []
    for error in validator.iter_errors(document):
        found.append(
            Problem(where=root + "".join(f"/{part}" for part in error.absolute_path), text=_brief(error.message))
        )
        if len(found) == _SHOWN:
            break
    return found


def _brief(message: str) -> str:
    return message if len(message) <= 300 else f"{message[:200]} … {message[-60:]}"


def _keys(node: Json) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield key
            yield from _keys(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from _keys(value)


def _unusable(node: Json, where: str, used: frozenset[str]) -> Iterator[Problem]:
    if isinstance(node, Mapping):
        if isinstance(pattern := node.get("pattern"), str):
            yield from _bad_pattern(pattern, f"{where}/pattern")
        if isinstance(patterns := node.get("patternProperties"), Mapping):
            for key in patterns:
                yield from _bad_pattern(key, f"{where}/patternProperties")
            if "unevaluatedProperties" in used:
                yield Problem(
                    where=where, text="patternProperties and unevaluatedProperties cannot be used in one schema here"
                )
        for key, value in node.items():
            yield from _unusable(value, f"{where}/{key}", used)
    elif isinstance(node, (list, tuple)):
        for place, value in enumerate(node):
            yield from _unusable(value, f"{where}/{place}", used)


def _bad_pattern(pattern: str, where: str) -> Iterator[Problem]:
    try:
        _compiled(pattern)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else error.args[0]
        yield Problem(where=where, text=f"{pattern[:80]!r} is not an RE2 pattern: {reason}")


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return options


def _compiled(pattern: str) -> Any:
    return re2.compile(pattern, options=_OPTIONS)


def _matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text) is not None


def _pattern(validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and not _matches(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, subschema in patterns.items():
        for key, value in instance.items():
            if _matches(pattern, key):
                yield from validator.descend(value, subschema, path=key, schema_path=pattern)


def _additional_properties(validator: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    patterns = schema.get("patternProperties", {})
    for key, value in instance.items():
        if key in schema.get("properties", {}) or any(_matches(pattern, key) for pattern in patterns):
            continue
        if allowed is False:
            yield ValidationError(f"{key!r} is not a property that the schema knows")
        else:
            yield from validator.descend(value, allowed, path=key)


def _unique_items(validator: Any, unique: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if unique and validator.is_type(instance, "array") and len({canonical(item) for item in instance}) < len(instance):
        yield ValidationError("has the same element twice")


def _counted(keyword: _Keyword) -> _Keyword:
    def counting(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError] | None:
        left = _left.get() - 1
        if left < 0:
            raise _TooMuchWork
        _left.set(left)
        return keyword(validator, value, instance, schema)

    return counting


_OPTIONS = _options()
_OWN: Mapping[str, _Keyword] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "uniqueItems": _unique_items,
}
_Validator: Any = extend(
    Draft202012Validator,
    {name: _counted(_OWN.get(name, keyword)) for name, keyword in Draft202012Validator.VALIDATORS.items()},
)
