"""Searches over slices of bits give what a look at every fingerprint gives."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstation.core.molecules.model import prints
from fieldstation.core.molecules.model.values import read_part
from fieldstation.kernel.errors import Broken

FINGERPRINTS = st.lists(st.integers(min_value=0, max_value=2**24 - 1), min_size=1, max_size=60)

CALM = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine


def slices(fingerprints: Sequence[int], bits: Sequence[int]) -> list[int]:
    return [sum(1 << place for place, one in enumerate(fingerprints) if one >> bit & 1) for bit in bits]


@CALM
@given(FINGERPRINTS, st.sampled_from([0.2, 0.3, 0.5, 0.7, 1.0]))
def test_similar_is_what_a_comparison_with_each_gives(fingerprints: list[int], threshold: float) -> None:
    query = fingerprints[0]
    bits = prints.bits_of(query.to_bytes(256, "little"))
    counts = b"".join(one.bit_count().to_bytes(2, "little") for one in fingerprints)
    found = dict(prints.similar(slices(fingerprints, bits), len(bits), counts, threshold))
    alike = {
        place: (one & query).bit_count() / max(1, (one | query).bit_count()) for place, one in enumerate(fingerprints)
    }
    assert found == {place: one for place, one in alike.items() if one >= threshold}


@CALM
@given(FINGERPRINTS)
def test_in_all_leaves_those_with_every_bit(fingerprints: list[int]) -> None:
    query = fingerprints[0] & 0xFF0
    bits = prints.bits_of(query.to_bytes(256, "little"))
    found = set(prints.places(prints.in_all(slices(fingerprints, bits))))
    assert not bits or found == {place for place, one in enumerate(fingerprints) if one & query == query}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"block": 1}',
        b'{"block": 0, "rows": [[0, 1, "", "C", null, {}, null]], "counts": [1], "morgan": [[9999,""]], "pattern": []}',
        b'{"block": 0, "rows": [[7, 1, "a", "C", null, {}, null]], "counts": [1], "morgan": [], "pattern": []}',
        b'{"block": 0, "rows": [[0, 1, "", "C", null, {"a": 1}, null]], "counts": [1], "morgan": [], "pattern": []}',
        b'{"block": 0, "rows": [[0, 1, "a", "C", null, {}, null]], "counts": [-1], "morgan": [], "pattern": []}',
    ],
)
def test_what_is_no_part_is_refused(data: bytes) -> None:
    with pytest.raises(Broken, match="part 0"):
        read_part(data, 0)
