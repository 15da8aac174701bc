"""Pages by key."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import Page, PageRequest, page_of, read_cursor, write_cursor

keys = st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=1, max_size=3).map(tuple)


@given(keys)
def test_a_position_is_read_back_and_fits_an_address(key: tuple[str, ...]) -> None:
    cursor = write_cursor(key)
    assert cursor.isascii()
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert read_cursor(cursor, len(key)) == key


@given(st.text(max_size=40) | st.binary(max_size=30).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_whatever_else_comes_is_refused_or_a_key_of_texts(cursor: str) -> None:
    try:
        key = read_cursor(cursor)
    except Invalid:
        return
    assert len(key) == 1
    assert isinstance(key[0], str)


@pytest.mark.parametrize("document", [None, {}, "a", [], ["a", "b"], [1], [None], ["a\0b"], [["a"]]])
def test_documents_that_are_no_key_are_refused(document: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(document).encode()).decode()
    with pytest.raises(Invalid):
        read_cursor(cursor)


@given(st.sets(st.integers(0, 10_000).map(lambda number: f"{number:05}"), max_size=60), st.integers(1, 20))
def test_pages_put_together_are_the_list(names: set[str], limit: int) -> None:
    rows = sorted(names)
    seen: list[str] = []
    page: Page[str] = Page(items=(), next=write_cursor(("",)))
    while page.next is not None:
        request = PageRequest(limit=limit, after=read_cursor(page.next))
        after = request.after[0] if request.after else ""
        fetched = [name for name in rows if name > after][: limit + 1]
        page = page_of(fetched, request, lambda name: (name,))
        assert len(page.items) <= limit
        seen += page.items
    assert seen == rows


@pytest.mark.parametrize("key", ["zebra", "-1", "1.5", "²", "9" * 19, ""])
def test_a_position_that_is_no_number(key: str) -> None:
    with pytest.raises(Invalid):
        PageRequest(after=(key,)).number(7)


def test_positions_that_are_numbers() -> None:
    assert PageRequest().number(7) == 7
    assert PageRequest(after=("12",)).number(7) == 12


def test_half_a_surrogate_pair_is_no_position() -> None:
    with pytest.raises(Invalid):
        read_cursor(write_cursor(("\ud800",)))
