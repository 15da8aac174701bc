"""Canonical JSON, against the examples and the rules of RFC 8785."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.kernel.canonical import canonical, digest

_EXACT = 2**53 - 1
texts = st.text(st.characters(codec="utf-8"))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-_EXACT, _EXACT) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_it_is_json_of_the_same_value(value: Any) -> None:
    assert _read(canonical(value)) == value


@given(st.dictionaries(texts, values, max_size=6))
def test_the_order_of_members_does_not_count(value: dict[str, Any]) -> None:
    turned = dict(reversed(value.items()))
    assert canonical(turned) == canonical(value)
    assert digest(turned) == digest(value)


def test_the_example_of_the_standard() -> None:
    value: dict[str, Any] = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '€$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical(value).decode() == expected


def test_members_sort_by_utf_16_units() -> None:
    assert canonical({"\ufb33": 1, "\U0001f600": 2, "€": 3}).decode() == '{"€":3,"\U0001f600":2,"\ufb33":1}'


@given(values, values)
def test_different_values_have_different_texts(one: Any, other: Any) -> None:
    assert (canonical(one) == canonical(other)) == (_shape(one) == _shape(other))


@pytest.mark.parametrize("value", [2**53 + 1, float("nan"), float("inf"), "\ud800"])
def test_what_json_does_not_carry_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical([value])


def _read(text: bytes) -> Any:
    return json.loads(text, parse_int=float)  # as the standard reads numbers: 1e+16 is written without an exponent


def _shape(value: Any) -> Any:
    """Return the value with what Python takes for equal told apart as JSON does: true is not 1, but 1.0 is 1."""
    if isinstance(value, dict):
        return {name: _shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return (type(value) is bool, value)
