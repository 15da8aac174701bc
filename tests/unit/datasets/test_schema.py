"""Schemas of metadata: all faults at once, and no schema that takes for ever."""

from collections.abc import Mapping
from typing import Any

import pytest

from fieldstation.core.datasets.model import check_metadata, check_schema
from fieldstation.kernel.errors import Invalid

Document = Mapping[str, Any]
RAIN: Document = {
    "type": "object",
    "required": ["station", "year"],
    "properties": {
        "station": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "year": {"type": "integer", "minimum": 1800},
    },
    "additionalProperties": False,
}


def faults(document: Document, schema: Document | None = None) -> list[str]:
    try:
        if schema is None:
            check_schema(document)
        else:
            check_schema(schema)
            check_metadata(document, schema)
    except Invalid as error:
        return [f"{problem.where}: {problem.text}" for problem in error.problems] or [error.text]
    return []


def test_metadata_that_fits() -> None:
    assert faults({"station": "ABC", "year": 2021}, RAIN) == []
    check_metadata({"anything": [1, {"goes": None}]}, None)


def test_all_faults_of_metadata() -> None:
    found = faults({"station": "abc", "year": 5, "colour": "red"}, RAIN)
    assert len(found) == 3
    assert any(fault.startswith("/metadata/station: 'abc' does not match") for fault in found)


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({"type": "objekt"}, "/schema/type"),
        ({"properties": {"a": {"pattern": "(?=x)"}}}, "not an RE2 pattern"),
        ({"patternProperties": {"(x": {}}}, "not an RE2 pattern"),
        ({"patternProperties": {"x": {}}, "unevaluatedProperties": False}, "cannot be used in one schema"),
        ({"description": "x" * 70_000}, "65536 are allowed"),
        ({"const": "a\0b"}, "U+0000"),
    ],
)
def test_schemas_that_are_refused(schema: Document, fault: str) -> None:
    assert any(fault in found for found in faults(schema))


def test_a_pattern_that_would_backtrack_for_ever() -> None:
    schema = {"properties": {"a": {"pattern": "^(a+)+$"}}, "patternProperties": {"^(b+)+$": {"type": "integer"}}}
    assert faults({"a": "a" * 50_000 + "!"}, schema)
    assert faults({"b" * 50: "text", "b" * 5000 + "!": 1}, schema) == [
        "/metadata/" + "b" * 50 + ": 'text' is not of type 'integer'"
    ]


def test_a_schema_that_explodes() -> None:
    steps: dict[str, Any] = {"s0": {"type": "object"}}
    for number in range(1, 40):
        steps[f"s{number}"] = {"allOf": [{"$ref": f"#/$defs/s{number - 1}"}] * 2}
    assert "too much work" in faults({}, {"$defs": steps, "$ref": "#/$defs/s39"})[0]
    assert "too much work" in faults({}, {"$ref": "#"})[0]


def test_nothing_is_fetched() -> None:
    assert "which is not in it" in faults({}, {"$ref": "https://example.org/schema"})[0]


def test_unique_items_of_many() -> None:
    schema = {"properties": {"a": {"uniqueItems": True}}}
    assert faults({"a": [{"n": number} for number in range(5000)]}, schema) == []
    assert faults({"a": [{"n": 1}, {"n": 1}]}, schema) == ["/metadata/a: has the same element twice"]


@pytest.mark.parametrize("metadata", [{"a": "x" * 300_000}, {"a": float("nan")}, {"a": "b\0"}, {"a": "\ud800"}])
def test_metadata_that_cannot_be_kept(metadata: Document) -> None:
    with pytest.raises(Invalid):
        check_metadata(metadata, None)


def test_metadata_nested_without_end() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(Invalid):
        check_metadata(deep, None)


def test_a_backslash_u0000_in_text_is_no_nul() -> None:
    check_metadata({"a": "\\u0000"}, None)
