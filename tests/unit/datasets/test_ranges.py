"""Ranges of HTTP against plain arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from fieldstation.facades.kit.ranges import Part, Unsatisfiable, Whole, wanted

NUMBERS = st.integers(0, 50)


@given(NUMBERS, st.none() | NUMBERS, st.none() | NUMBERS)
def test_a_single_range(size: int, first: int | None, last: int | None) -> None:
    text = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    found = wanted({"range": text}, etag='"x"', size=size)
    everything = list(range(size))
    if first is None and last is None:
        assert found == Whole()
        return
    if first is None:
        expected = everything[-last:] if last else []
    elif last is not None and last < first:
        assert found == Whole()
        return
    else:
        expected = everything[first : None if last is None else last + 1]
    if expected:
        assert found == Part(first=expected[0], last=expected[-1])
        assert found.size == len(expected)
    else:
        assert found == Unsatisfiable()


@given(st.text(max_size=30))
def test_nothing_breaks_it(text: str) -> None:
    for name in ("range", "if-range", "if-match", "if-none-match"):
        wanted({name: text, "range": text}, etag='"x"', size=10)
