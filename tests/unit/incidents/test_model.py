"""What is kept of an error: its place in the code, and nothing that people sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.incidents.model import REQUESTS_KEPT, Noted, note, together, told
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import read_cursor

SECRET = "fst_0198c5a17f3e7cc19d2a3f0d8f7f3b11_Zm9vYmFyYmF6cXV4"


def met(error: BaseException, place: str = "route GET /x", request: str = "") -> Noted:
    """Note an error as it was raised and caught."""
    try:
        raise error
    except type(error) as caught:
        return note(place, caught, request)


def test_a_note_tells_kind_place_and_calls() -> None:
    noted = met(RuntimeError("no room left"), request="request-1")
    assert (noted.place, noted.kind, noted.message) == ("route GET /x", "RuntimeError", "no room left")
    assert noted.trace.endswith("in met")
    assert noted.requests == ("request-1",)


def test_calls_inside_the_station_are_named_by_their_file() -> None:
    with pytest.raises(Invalid) as caught:
        read_cursor("not one")
    assert "fieldstation/kernel/paging.py" in note("x", caught.value, "").trace


def test_what_was_sent_is_left_out() -> None:
    assert told(f"invalid token {SECRET}") == "invalid token …"
    assert told("Key (username)=('ada') exists\nDETAIL: all of the body") == "Key (username)=('…') exists"
    assert told('KeyError: "ada\'s mail"').count("mail") == 0
    assert told("no run-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11 here").count("run-0198c5a1") == 1


@given(st.text())
def test_any_message_becomes_one_short_line(text: str) -> None:
    shown = told(text)
    assert len(shown) <= 300
    assert "\n" not in shown


def test_causes_are_told_without_what_they_quote() -> None:
    try:
        try:
            raise ValueError(f"bad secret {SECRET}")
        except ValueError as cause:
            raise RuntimeError("could not read it") from cause
    except RuntimeError as error:
        noted = note("x", error, "")
    assert "after ValueError: bad secret …" in noted.trace
    assert SECRET not in noted.trace


def test_the_same_error_is_one_whatever_its_message() -> None:
    notes = [met(KeyError(f"key {number}"), request=f"request-{number}") for number in range(2 * REQUESTS_KEPT)]
    (one,) = together(notes)
    assert one.count == len(notes)
    assert one.requests[0] == notes[-1].requests[0]
    assert len(one.requests) == REQUESTS_KEPT


def test_another_place_or_kind_is_another_error() -> None:
    notes = [met(KeyError("a")), met(KeyError("a"), place="chore blobs"), met(ValueError("a"))]
    assert len(together(notes)) == 3
