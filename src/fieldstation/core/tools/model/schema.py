"""The `parameters` of a definition: a JSON Schema (2020-12) of one object, sound and quick to check."""

from collections.abc import Iterator, Mapping
from typing import Any

from fieldstation.core.tools.model.document import Node, at_path, plain
from fieldstation.core.tools.model.fields import Findings, did_you_mean, kind_of
from fieldstation.core.tools.model.validation import (
    DIALECT,
    FORMATS,
    BadPattern,
    compile_pattern,
    found,
    meta_validator,
    validator,
)

MAX_EXPANDED = 5_000  # subschemas, each counted as often as references lead to it
MAX_TRAIL = 12  # references, one leading to the next
NO_PARAMETERS: Mapping[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}

_REF_PREFIX = "#/$defs/"
_OF_NAMES = ("properties", "patternProperties", "dependentSchemas", "$defs")
_OF_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_OF_ONE = (
    "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not", "propertyNames", "then",
    "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
_REFUSED = (
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$vocabulary",
    "definitions",
)
_PLAIN = (
    "$comment", "$ref", "$schema", "const", "contentEncoding", "contentMediaType", "default", "dependentRequired",
    "deprecated", "description", "enum", "examples", "exclusiveMaximum", "exclusiveMinimum", "format", "maxContains",
    "maxItems", "maxLength", "maxProperties", "maximum", "minContains", "minItems", "minLength", "minProperties",
    "minimum", "multipleOf", "pattern", "readOnly", "required", "title", "type", "uniqueItems", "writeOnly",
)  # fmt: skip
_KNOWN = (*_OF_NAMES, *_OF_LISTS, *_OF_ONE, *_PLAIN)


def check_parameters(findings: Findings, node: Node | None) -> Mapping[str, Any]:
    """Check the schema and return it with `additionalProperties` written out; on a fault, one without parameters."""
    if node is None:
        return NO_PARAMETERS
    if not isinstance(node.value, Mapping):
        findings.fault(node, f"must be a JSON Schema of an object, not {kind_of(node)}")
        return NO_PARAMETERS
    before = len(findings.faults)
    _check_form(findings, node)
    for below in _subschemas(node):
        _check_subschema(findings, below)
    if len(findings.faults) == before:
        _check_references(findings, node)
    if len(findings.faults) > before:
        return {**NO_PARAMETERS, "properties": _names(node)}
    schema = plain(node)
    assert isinstance(schema, dict)
    _check_root(findings, node, schema)
    _check_defaults(findings, node, schema)
    closed = (
        {} if "additionalProperties" in schema or "unevaluatedProperties" in schema else {"additionalProperties": False}
    )
    return {**schema, "properties": schema.get("properties", {}), **closed}


def _names(node: Node) -> Mapping[str, Any]:
    assert isinstance(node.value, Mapping)
    properties = node.value.get("properties")
    names = properties.value if properties is not None and isinstance(properties.value, Mapping) else {}
    return {
        name: {"default": None} for name in names
    }  # so that placeholders of a faulty schema are still checked by name


def _check_form(findings: Findings, node: Node) -> None:
    for path, text in found(meta_validator(), plain(node)):
        findings.fault(at_path(node, iter(path)), f"is not sound JSON Schema: {text}")


def _subschemas(node: Node) -> Iterator[Node]:
    """Walk over a schema and every schema inside it."""
    yield node
    for _, below in _children(node):
        yield from _subschemas(below)


def _children(node: Node) -> Iterator[tuple[str, Node]]:
    if not isinstance(node.value, Mapping):
        return
    for key, value in node.value.items():
        if key in _OF_NAMES and isinstance(value.value, Mapping):
            yield from ((key, below) for below in value.value.values())
        elif key in _OF_LISTS and isinstance(value.value, tuple):
            yield from ((key, below) for below in value.value)
        elif key in _OF_ONE:
            yield key, value


def _check_subschema(findings: Findings, schema: Node) -> None:
    if not isinstance(schema.value, Mapping):
        return
    for key, value in schema.value.items():
        if key in _REFUSED:
            findings.faults.append(
                value.key_problem(f"{key} is not read; define under $defs and refer to {_REF_PREFIX}NAME")
            )
        elif key not in _KNOWN and not key.startswith("x-"):
            findings.warnings.append(
                value.key_problem(f"{key!r} is not a keyword of JSON Schema{did_you_mean(key, _KNOWN)}")
            )
    _check_keywords(findings, schema.value)


def _check_keywords(findings: Findings, keywords: Mapping[str, Node]) -> None:
    dialect, pattern, named = keywords.get("$schema"), keywords.get("pattern"), keywords.get("patternProperties")
    if dialect is not None and dialect.value != DIALECT:
        findings.fault(dialect, f"only {DIALECT} is read")
    if pattern is not None and isinstance(pattern.value, str):
        _check_pattern(findings, pattern, pattern.value)
    if named is not None and isinstance(named.value, Mapping):
        for text, node in named.value.items():
            _check_pattern(findings, node, text)
    if named is not None and "unevaluatedProperties" in keywords:
        findings.fault(named, "patternProperties beside unevaluatedProperties is not read: use additionalProperties")
    format_ = keywords.get("format")
    if format_ is not None and isinstance(format_.value, str) and format_.value not in FORMATS:
        findings.warn(
            format_, f"the format {format_.value[:40]!r} is not checked; checked are {', '.join(sorted(FORMATS))}"
        )


def _check_pattern(findings: Findings, node: Node, pattern: str) -> None:
    try:
        compile_pattern(pattern)
    except BadPattern as error:
        findings.fault(node, f"is no pattern of RE2 (which has no look-around and no back-references): {error}")


def _check_references(findings: Findings, root: Node) -> None:
    """Every `$ref` leads to a definition of this document, none to itself, and all together stay small."""
    assert isinstance(root.value, Mapping)
    holder = root.value.get("$defs")
    definitions = holder.value if holder is not None and isinstance(holder.value, Mapping) else {}
    sizes: dict[str, int] = {}

    def size(node: Node, trail: tuple[str, ...]) -> int:
        total = 1 + sum(size(below, trail) for key, below in _children(node) if key != "$defs")
        reference = node.value.get("$ref") if isinstance(node.value, Mapping) else None
        return total + (referred(reference, trail) if reference is not None else 0)

    def referred(reference: Node, trail: tuple[str, ...]) -> int:
        name = str(reference.value).removeprefix(_REF_PREFIX)
        if not str(reference.value).startswith(_REF_PREFIX) or name not in definitions:
            findings.fault(reference, f"must be {_REF_PREFIX}NAME of a schema that stands there; nothing is fetched")
            return 0
        if name in trail:
            findings.fault(reference, f"leads back to itself: {' → '.join((*trail, name))}")
            return 0
        if len(trail) >= MAX_TRAIL:
            findings.fault(reference, f"is reached through more than {MAX_TRAIL} references, one leading to the next")
            return 0
        if name not in sizes:
            sizes[name] = size(definitions[name], (*trail, name))
        return sizes[name]

    total = size(root, ()) + sum(size(below, (name,)) for name, below in definitions.items())
    if total > MAX_EXPANDED:
        findings.fault(
            root, f"with its references followed it holds {total} schemas; at most {MAX_EXPANDED} are checked"
        )


def _check_root(findings: Findings, node: Node, schema: Mapping[str, Any]) -> None:
    if schema.get("type") != "object":
        findings.fault(at_path(node, iter(("type",))), "parameters are always an object: write type: object")
    for name in schema.get("required", ()):
        if name not in schema.get("properties", {}):
            findings.fault(
                at_path(node, iter(("required",))), f"{name!r} is required but does not stand under properties"
            )
    for name, below in schema.get("properties", {}).items():
        if isinstance(below, Mapping) and not below.get("title") and not below.get("description"):
            findings.warn(
                at_path(node, iter(("properties", name))), "has no title or description, so its form will say little"
            )


def _check_defaults(findings: Findings, node: Node, schema: Mapping[str, Any]) -> None:
    checker = validator(schema)
    for below in _subschemas(node):
        default = below.value.get("default") if isinstance(below.value, Mapping) else None
        if default is not None:
            for _, text in found(checker.evolve(schema=plain(below)), plain(default)):
                findings.fault(default, f"this default breaks its own schema: {text}")


def with_defaults(schema: Mapping[str, Any], value: Any) -> Any:
    """Return `value` with the defaults of absent properties filled in, also inside objects and lists that are there."""
    return _filled(schema, value, schema.get("$defs", {}))


def _filled(schema: Any, value: Any, definitions: Mapping[str, Any]) -> Any:
    if not isinstance(schema, Mapping):
        return value
    if "$ref" in schema:
        value = _filled(definitions[schema["$ref"].removeprefix(_REF_PREFIX)], value, definitions)
    if isinstance(value, Mapping):
        return _filled_object(schema.get("properties", {}), value, definitions)
    if isinstance(value, list) and "items" in schema:
        return [_filled(schema["items"], item, definitions) for item in value]
    return value


def _filled_object(
    properties: Mapping[str, Any], value: Mapping[str, Any], definitions: Mapping[str, Any]
) -> dict[str, Any]:
    filled = dict(value)
    for name, below in properties.items():
        if name not in filled:
            default = _default(below, definitions)
            if default is not _ABSENT:
                filled[name] = default
        if name in filled:
            filled[name] = _filled(below, filled[name], definitions)
    return filled


_ABSENT = object()


def _default(schema: Any, definitions: Mapping[str, Any]) -> Any:
    if not isinstance(schema, Mapping):
        return _ABSENT
    if "default" in schema:
        return schema["default"]
    if "$ref" in schema:
        return _default(definitions[schema["$ref"].removeprefix(_REF_PREFIX)], definitions)
    return _ABSENT


def always_given(schema: Mapping[str, Any], name: str) -> bool:
    """Tell whether parameter `name` has a value in every sound run: it is required, or has a default."""
    if name in schema.get("required", ()):
        return True
    return _default(schema.get("properties", {}).get(name), schema.get("$defs", {})) is not _ABSENT
