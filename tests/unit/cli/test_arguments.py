from datetime import UTC, datetime, timedelta

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.cli.user.arguments import read_bytes, read_inputs, read_moment, read_parameters

SCHEMA = {
    "properties": {
        "text": {"type": "string"},
        "count": {"type": "integer"},
        "share": {"type": "number"},
        "deep": {"type": "boolean"},
        "names": {"type": "array", "items": {"type": "string"}},
        "numbers": {"type": "array", "items": {"type": "integer"}},
        "either": {"type": ["string", "integer"]},
        "box": {"type": "object"},
        "free": {},
    }
}


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (["text=7"], {"text": "7"}),
        (["text=a=b"], {"text": "a=b"}),
        (["text="], {"text": ""}),
        (["count=7"], {"count": 7}),
        (["count=seven"], {"count": "seven"}),  # the station says what is wrong, with its own words
        (["count=true"], {"count": "true"}),
        (["share=7", "deep=true"], {"share": 7, "deep": True}),
        (["deep=yes"], {"deep": "yes"}),
        (["names=a"], {"names": ["a"]}),
        (["names=1"], {"names": ["1"]}),
        (["names=a", "names=b"], {"names": ["a", "b"]}),
        (['names=["a", "b"]'], {"names": ["a", "b"]}),
        (["numbers=1", "numbers=2"], {"numbers": [1, 2]}),
        (["either=7"], {"either": 7}),
        (["either=x"], {"either": "x"}),
        (['box={"a": 1}'], {"box": {"a": 1}}),
        (["free=7", "unknown=x"], {"free": 7, "unknown": "x"}),
    ],
)
def test_values_take_the_type_of_the_schema(arguments: list[str], value: object) -> None:
    assert read_parameters(arguments, SCHEMA) == value


@pytest.mark.parametrize("arguments", [["text"], ["=x"], ["text=a", "text=b"]])
def test_what_is_no_parameter_is_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(typer.BadParameter):
        read_parameters(arguments, SCHEMA)


@given(st.text())
def test_text_stays_as_it_is(text: str) -> None:
    assert read_parameters([f"text={text}"], SCHEMA) == {"text": text}


def test_inputs_keep_their_order() -> None:
    assert read_inputs(["a=x@1", "b=y:p=q", "a=z"]) == {"a": ["x@1", "z"], "b": ["y:p=q"]}
    for wrong in ("a", "a=", "=x"):
        with pytest.raises(typer.BadParameter):
            read_inputs([wrong])


@pytest.mark.parametrize(
    ("given", "size"), [("512Mi", 512 << 20), ("4GiB", 4 << 30), ("1.5K", 1536), ("100", 100), ("7B", 7)]
)
def test_sizes_are_read(given: str, size: int) -> None:
    assert read_bytes(given, "--memory") == size


@pytest.mark.parametrize("given", ["", "much", "-1Gi", "4 Gi B", "1e3"])
def test_what_is_no_size_is_refused(given: str) -> None:
    with pytest.raises(typer.BadParameter):
        read_bytes(given, "--memory")


def test_moments_are_read_with_their_zone_or_as_a_distance() -> None:
    assert read_moment("2026-11-22T08:30:00+01:00", "--since") == datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
    assert read_moment("2026-11-22", "--since").tzinfo is not None
    assert datetime.now(UTC) - read_moment("7d", "--since") - timedelta(days=7) < timedelta(hours=1)
    with pytest.raises(typer.BadParameter):
        read_moment("last week", "--since")
