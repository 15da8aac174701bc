"""Format strings of others look up keys, and do nothing else."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstation.core.recognition.model.templates import BadTemplate, read_template

VALUES: dict[str, Any] = {
    "id": "AOI_x",
    "version": "v1.0",
    "number": 7,
    "share": 0.25,
    "none": None,
    "met": {"tile": "T11", "a b": {"deep": ["x", "y"]}, "flag": True},
}
SETTINGS = {"BUCKET": "b{1}"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=8,
)


def made(text: str) -> str:
    return read_template(text, SETTINGS).fill(VALUES)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", ""),
        ("plain $5 text", "plain $5 text"),
        ("{version}/{id}", "v1.0/AOI_x"),
        ("products/${version}/${id}", "products/v1.0/AOI_x"),
        ("{met[tile]}-{met[a b][deep][1]}", "T11-y"),
        ("{{literal}}", "{{literal}}"),  # nobody said what it stands for
        ("{{not a name}} {{{id}}}", "{not a name} {AOI_x}"),
        ("s3://{{ BUCKET }}/{{BUCKET}}/{id}", "s3://b{1}/b{1}/AOI_x"),
        ("{number:03d} {share:.1f} {id:>7}", "007 0.2   AOI_x"),
    ],
)
def test_fields_are_filled(text: str, result: str) -> None:
    assert made(text) == result


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{id.__class__}", "attribute"),
        ("{id.__init__.__globals__}", "attribute"),
        ("{met[tile].__class__}", "not understood"),
        ("{met[__class__]}", "there is no '__class__'"),
        ("{id!r}", "not understood"),
        ("{}", "names nothing"),
        ("{0}", "names nothing"),
        ("{id", "never closed"),
        ("id}", "stands alone"),
        ("{nobody}", "there is no nobody"),
        ("{met}", "an object"),
        ("{met[flag]}", "true"),
        ("{none}", "null"),
        ("{met[a b][deep][9]}", "there is no '9'"),
        ("{id:99999999999d}", "asks for the form"),
        ("{id:{number}}", "asks for the form"),
        ("{id:d}", "cannot write"),
        ("{id}" * 990 + "{id:99}", "at most"),
    ],
)
def test_a_field_that_cannot_be_filled_is_named(text: str, said: str) -> None:
    with pytest.raises(BadTemplate, match=said):
        made(text)


def test_placeholders_that_nobody_filled_are_named_and_kept() -> None:
    template = read_template("s3://{{ HOST }}:80/{{ BUCKET }}/{id}/{{HOST}}", SETTINGS)
    assert template.unfilled == ("HOST",)
    assert template.fill(VALUES) == "s3://{{ HOST }}:80/b{1}/AOI_x/{{HOST}}"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="{}$[]!:.0aid_ met<>^=é\0", max_size=24), st.dictionaries(st.sampled_from("aidmet"), JSON))
def test_no_template_raises_anything_but_ours(text: str, values: dict[str, Any]) -> None:
    with contextlib.suppress(BadTemplate):
        assert isinstance(read_template(text, {}).fill(values), str)


PIECES = st.sampled_from(
    [
        "{id}",
        "{number:03d}",
        "{share:.1f}",
        "{met[tile]}",
        "{met[a b][deep][1]}",
        "{id:*^9}",
        "{{",
        "}}",
        "{",
        "}",
        "-",
        "{x}",
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join))
def test_what_we_fill_is_what_python_fills(text: str) -> None:
    with contextlib.suppress(BadTemplate):
        template = read_template(text, {})
        if not template.unfilled:
            assert template.fill(VALUES) == text.format(**VALUES)
