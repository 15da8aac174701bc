"""Parameters: which schemas are taken, what is given is checked against them, and nobody can make the check slow."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fieldstation.core.tools.model.definition import Definition
from fieldstation.core.tools.model.form import form_of
from fieldstation.core.tools.model.render import check_inputs, fill
from fieldstation.core.tools.model.validation import problems, validator
from fieldstation.kernel.errors import Invalid
from tests.unit.tools.definitions import fault_at, faults, sound, tool, warnings

Schema = dict[str, Any]


def taking(properties: dict[str, Any] | None = None, **schema: Any) -> Definition:
    return sound(tool("[/bin/x]", parameters={"type": "object", "properties": properties or {}, **schema}))


def refused(definition: Definition, given: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        fill(definition, given)
    assert error.value.reason == "parameters_invalid"
    return {problem.where: problem.text for problem in error.value.problems}


def test_defaults_are_filled_where_nothing_is_given() -> None:
    definition = taking(
        {
            "a": {"type": "integer", "default": 3},
            "b": {"type": "string"},
            "c": {"type": "object", "properties": {"d": {"default": [1]}}, "default": {}},
            "e": {"$ref": "#/$defs/e"},
            "f": {"type": "array", "items": {"type": "object", "properties": {"g": {"default": True}}}},
        },
        **{"$defs": {"e": {"type": "string", "default": "of the reference"}}},
    )
    assert fill(definition, {}) == {"a": 3, "c": {"d": [1]}, "e": "of the reference"}
    assert fill(definition, {"a": 4, "f": [{}, {"g": False}]})["f"] == [{"g": True}, {"g": False}]
    assert fill(definition, fill(definition, {"b": "x"})) == fill(definition, {"b": "x"})


def test_every_fault_is_named_in_words() -> None:
    definition = taking(
        {
            "count": {"type": "integer", "minimum": 1},
            "mode": {"enum": ["fast", "slow"]},
            "code": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 3},
            "when": {"type": "string", "format": "date"},
            "bands": {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "maxItems": 2},
            "box": {"type": "object", "properties": {"x/y": {"type": "number"}}, "required": ["x/y"]},
            "either": {"oneOf": [{"type": "string"}, {"type": "null"}]},
            "needed": {},
        },
        required=["needed"],
    )
    found = refused(
        definition,
        {
            "count": 0,
            "mode": "fats",
            "code": "A1",
            "when": "yesterday",
            "bands": ["a", 1, "a"],
            "box": {},
            "either": 5,
            "cuont": 3,
        },
    )
    assert found["/parameters/count"] == "must be at least 1, not 0"
    assert found["/parameters/mode"] == 'must be one of "fast" and "slow", not "fats"'
    assert found["/parameters/code"] == 'must match the pattern "^[a-z]+$"; "A1" does not'
    assert found["/parameters/when"] == 'must be a valid date, not "yesterday"'
    assert found["/parameters/bands/1"] == "must be text, not 1"
    assert found["/parameters/bands"] in ("must have at most 2 items, not 3", "must not hold the same item twice")
    assert found["/parameters/box/x~1y"] == "is missing"
    assert found["/parameters/either"] == "must be text, not 5; or must be null, not 5"
    assert found["/parameters/cuont"] == "is not known here: did you mean count?"
    assert found["/parameters/needed"] == "is missing"


def test_unknown_parameters_are_refused_unless_the_schema_takes_them() -> None:
    assert set(refused(taking({}), {"x": 1})) == {"/parameters/x"}
    assert fill(taking({}, additionalProperties=True), {"x": 1}) == {"x": 1}
    assert fill(taking({}, additionalProperties={"type": "integer"}), {"x": 1}) == {"x": 1}
    assert set(refused(taking({}, additionalProperties={"type": "integer"}), {"x": "1"})) == {"/parameters/x"}
    named = taking({}, patternProperties={"^x-": {"type": "integer"}})
    assert fill(named, {"x-a": 1}) == {"x-a": 1}
    assert set(refused(named, {"x-a": "1", "y": 1})) == {"/parameters/x-a", "/parameters/y"}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("a\0b", "NUL"),
        ("\ud800", "surrogate"),
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        (1 << 60, "exactly"),
        ("x" * 70_000, "longer"),
        ([[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]], "nested"),
        (list(range(6000)), "more than"),
        ({"a\0": 1}, "NUL"),
    ],
)
def test_what_no_argument_and_no_json_carries_is_refused(value: Any, says: str) -> None:
    found = refused(taking({"x": {}}), {"x": value})
    assert any(says in text for text in found.values())


@pytest.mark.parametrize(
    ("schema", "where"),
    [
        ({"type": "array"}, "/parameters/type"),
        ({"properties": {}}, "/parameters"),
        ({"type": "object", "properties": []}, "/parameters/properties"),
        ({"type": "object", "properties": {"x": 5}}, "/parameters/properties/x"),
        ({"type": "object", "properties": {"x": {"type": "strng"}}}, "/parameters/properties/x/type"),
        ({"type": "object", "properties": {"x": {"minimum": "1"}}}, "/parameters/properties/x/minimum"),
        ({"type": "object", "properties": {"x": {"pattern": "("}}}, "/parameters/properties/x/pattern"),
        ({"type": "object", "properties": {"x": {"pattern": "(?!a)"}}}, "/parameters/properties/x/pattern"),
        ({"type": "object", "properties": {"x": {"pattern": r"(a)\1"}}}, "/parameters/properties/x/pattern"),
        ({"type": "object", "patternProperties": {"(": {}}}, "/parameters/patternProperties/("),
        ({"type": "object", "properties": {"x": {"$ref": "https://example.org/x"}}}, "/parameters/properties/x/$ref"),
        ({"type": "object", "properties": {"x": {"$ref": "#/$defs/y"}}}, "/parameters/properties/x/$ref"),
        ({"type": "object", "properties": {"x": {"$ref": "#"}}}, "/parameters/properties/x/$ref"),
        ({"type": "object", "$defs": {"x": {"items": {"$ref": "#/$defs/x"}}}}, "/parameters/$defs/x/items/$ref"),
        ({"type": "object", "$id": "https://example.org/x"}, "/parameters/$id"),
        ({"type": "object", "$dynamicRef": "#x"}, "/parameters/$dynamicRef"),
        ({"type": "object", "$schema": "http://json-schema.org/draft-07/schema#"}, "/parameters/$schema"),
        ({"type": "object", "required": ["x"]}, "/parameters/required"),
        (
            {"type": "object", "properties": {"x": {"type": "integer", "default": "1"}}},
            "/parameters/properties/x/default",
        ),
        (
            {"type": "object", "properties": {"x": {"type": "array", "items": {"enum": [1]}, "default": [1, 2]}}},
            "/parameters/properties/x/default",
        ),
    ],
)
def test_schemas_that_are_refused(schema: dict[str, Any], where: str) -> None:
    assert where in {place for place, _ in faults(tool("[/bin/x]", parameters=schema))}


def test_remarks_on_schemas() -> None:
    schema: Schema = {"type": "object", "properties": {"x": {"minimun": 1, "format": "colour", "title": "X"}, "y": {}}}
    said = warnings(tool("[/bin/x]", parameters=schema))
    assert said["/parameters/properties/x/minimun"].endswith("did you mean minimum?")
    assert "not checked" in said["/parameters/properties/x/format"]
    assert "no title" in said["/parameters/properties/y"]


def test_references_that_multiply_are_refused() -> None:
    definitions: dict[str, Any] = {"d0": {"type": "integer"}}
    for level in range(1, 12):
        definitions[f"d{level}"] = {"allOf": [{"$ref": f"#/$defs/d{level - 1}"}] * 4}
    schema: Schema = {"type": "object", "properties": {"x": {"$ref": "#/$defs/d11"}}, "$defs": definitions}
    assert "at most 5000" in fault_at(tool("[/bin/x]", parameters=schema), "/parameters")


def test_long_chains_of_references_are_refused() -> None:
    definitions: dict[str, Any] = {"d0": {"type": "integer"}}
    for level in range(1, 1500):
        definitions[f"d{level}"] = {"$ref": f"#/$defs/d{level - 1}"}
    schema: Schema = {"type": "object", "properties": {"x": {"$ref": "#/$defs/d1499"}}, "$defs": definitions}
    found = faults(tool("[/bin/x]", parameters=schema))
    assert any("one leading to the next" in text for _, text in found)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "pattern": "^(a+)+$"}, "a" * 60_000 + "!"),
        ({"type": "string", "pattern": "(x+x+)+y"}, "x" * 60_000),
        ({"type": "array", "uniqueItems": True}, [{"a": number} for number in range(2_400)]),
        ({"type": "string", "pattern": "^" + "a?" * 500 + "a" * 500 + "$"}, "a" * 500),
    ],
)
@pytest.mark.timeout(60)
def test_no_schema_of_a_stranger_makes_the_check_hang(schema: dict[str, Any], value: Any) -> None:
    with suppress(Invalid):
        fill(taking({"x": schema}), {"x": value})


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([0.5, 1.0, -2.0]) | st.text("ab1", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
_SCHEMAS = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["string", "integer", "number", "boolean", "array", "object", "null"]),
            "enum": st.lists(_VALUES, min_size=1, max_size=3),
            "const": _VALUES,
            "minimum": st.integers(-2, 2),
            "minLength": st.integers(0, 2),
            "maxItems": st.integers(0, 2),
            "uniqueItems": st.booleans(),
            "pattern": st.sampled_from(["^a", "b$", "1", "^[ab]*$"]),
            "required": st.lists(st.sampled_from("abc"), max_size=2, unique=True),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "[bc]"]), inner, max_size=2),
            "additionalProperties": inner | st.booleans(),
            "items": inner,
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
            "if": inner,
            "then": inner,
        },
    ),
    max_leaves=6,
)


@given(_SCHEMAS, _VALUES)
def test_our_validator_agrees_with_the_reference(schema: dict[str, Any], value: Any) -> None:
    found = list(problems(validator(schema), value))
    assert bool(found) is not Draft202012Validator(schema).is_valid(value)
    assert all(problem.text and problem.where.startswith("/") for problem in found)


def test_inputs_are_counted() -> None:
    definition = sound(
        tool("[/bin/x]", inputs="{a: {title: First}, b: {required: false}, c: {required: false, many: true}}")
    )
    check_inputs(definition, {"a": 1, "c": 5})
    with pytest.raises(Invalid) as error:
        check_inputs(definition, {"b": 2, "d": 1})
    assert {problem.where: problem.text for problem in error.value.problems} == {
        "/inputs/a": "is missing: First",
        "/inputs/b": "takes one thing, not 2",
        "/inputs/d": "is not an input of this tool: known are a, b and c",
    }


def test_the_form_carries_references_and_slots() -> None:
    schema: Schema = {
        "type": "object",
        "properties": {"e": {"$ref": "#/$defs/e"}},
        "required": ["e"],
        "$defs": {"e": {"type": "integer"}},
    }
    inputs = "{one: {media_types: [text/csv]}, more: {required: false, many: true}}"
    form = dict(form_of(sound(tool("[/bin/x]", parameters=schema, inputs=inputs))))
    Draft202012Validator.check_schema(form)
    checker = Draft202012Validator(form)
    assert checker.is_valid({"parameters": {"e": 1}, "inputs": {"one": "weather", "more": ["a", "b"]}})
    assert not checker.is_valid({"parameters": {"e": "1"}, "inputs": {"one": "weather"}})
    assert not checker.is_valid({"parameters": {"e": 1}, "inputs": {}})
    assert not checker.is_valid({"inputs": {"one": "weather"}})
    assert form["properties"]["inputs"]["properties"]["one"]["x-media-types"] == ["text/csv"]
