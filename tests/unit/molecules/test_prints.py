"""Searches over slices of bits give what a look at every fingerprint gives."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstation.core.molecules.model import prints
from fieldstation.core.molecules.model.values import DIGITS, read_part
from fieldstation.core.molecules.service.search import Best
from fieldstation.kernel.errors import Broken

FINGERPRINTS = st.lists(st.integers(min_value=0, max_value=2**24 - 1), min_size=1, max_size=60)
THRESHOLDS = st.sampled_from([0.2, 0.3, 0.5, 0.7, 1.0])

CALM = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine


def slices(numbers: Sequence[int], bits: Sequence[int]) -> list[int]:
    return [sum(1 << place for place, one in enumerate(numbers) if one >> bit & 1) for bit in bits]


def found(fingerprints: Sequence[int], seen: int, best: Best) -> None:
    bits = prints.bits_of(fingerprints[0].to_bytes(256, "little"))
    digits = slices([one.bit_count() for one in fingerprints], range(DIGITS))
    for molecule, similarity in prints.similar(slices(fingerprints, bits), digits, seen, len(bits), best.least):
        best.offer(similarity, 1, molecule)


def alike(fingerprints: Sequence[int], seen: int, threshold: float) -> list[tuple[float, int, int]]:
    """Compare with each fingerprint; the most alike first, and then by place."""
    query = fingerprints[0]
    compared = (
        ((one & query).bit_count() / max(1, (one | query).bit_count()), 1, place)
        for place, one in enumerate(fingerprints)
        if seen >> place & 1
    )
    return sorted((one for one in compared if one[0] >= threshold), key=lambda one: (-one[0], one[2]))


@CALM
@given(FINGERPRINTS, THRESHOLDS, st.integers(min_value=0, max_value=2**60 - 1))
def test_similar_is_what_a_comparison_with_each_gives(fingerprints: list[int], threshold: float, seen: int) -> None:
    best = Best(count=100, threshold=threshold, behind=None)
    found(fingerprints, seen, best)
    assert best.ranked() == alike(fingerprints, seen, threshold)


@CALM
@given(FINGERPRINTS, THRESHOLDS, st.integers(min_value=1, max_value=7))
def test_pages_of_the_best_follow_each_other(fingerprints: list[int], threshold: float, count: int) -> None:
    behind: tuple[float, int, int] | None = None
    pages: list[tuple[float, int, int]] = []
    while True:
        best = Best(count=count, threshold=threshold, behind=behind)
        found(fingerprints, -1, best)
        page = best.ranked()
        if not page:
            break
        pages += page
        behind = (-page[-1][0], *page[-1][1:])
    assert pages == alike(fingerprints, -1, threshold)


@CALM
@given(FINGERPRINTS)
def test_in_all_leaves_those_with_every_bit(fingerprints: list[int]) -> None:
    query = fingerprints[0] & 0xFF0
    bits = prints.bits_of(query.to_bytes(256, "little"))
    having = set(prints.places(prints.in_all(slices(fingerprints, bits))))
    assert not bits or having == {place for place, one in enumerate(fingerprints) if one & query == query}


def test_the_rarest_bits_are_those_that_the_fewest_molecules_have() -> None:
    first = prints.ones_of({3: b"\xff", 5: b"\x01", 2047: b"\x03"})
    second = prints.ones_of({5: b"\xff" * 3, 2047: b"\x00"})
    assert prints.rarest([first, second], [3, 5, 2047], 2) == [2047, 3]
    assert prints.rarest([first], [3, 5, 2047, 9], 2) == [9, 5]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"block": 1}',
        b'{"block": 0, "rows": [[0, 1, "", "C", null, {}, null]], "counts": [], "morgan": [[9999,""]], "pattern": []}',
        b'{"block": 0, "rows": [[7, 1, "a", "C", null, {}, null]], "counts": [], "morgan": [], "pattern": []}',
        b'{"block": 0, "rows": [[0, 1, "", "C", null, {"a": 1}, null]], "counts": [], "morgan": [], "pattern": []}',
        b'{"block": 0, "rows": [[0, 1, "a", "C", null, {}, null]], "counts": [[16,"01"]], "morgan": [], "pattern": []}',
        b'{"block": 0, "rows": [[0, 1, "a", "C", null, {}, null]], "counts": [[0,""]], "morgan": [], "pattern": []}',
    ],
)
def test_what_is_no_part_is_refused(data: bytes) -> None:
    with pytest.raises(Broken, match="part 0"):
        read_part(data, 0)
