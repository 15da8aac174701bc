"""The condition of the whole is that of its worst part."""

from hypothesis import given
from hypothesis import strategies as st

from fieldstation.kernel.parts import Condition, Part, worst

ORDER = [Condition.OK, Condition.DEGRADED, Condition.DOWN]


@given(st.lists(st.sampled_from(Condition)))
def test_the_worst_part_counts(conditions: list[Condition]) -> None:
    parts = tuple(Part(name=str(place), condition=one, text="") for place, one in enumerate(conditions))
    assert worst(parts) == max(conditions, key=ORDER.index, default=Condition.OK)
