"""Lines of a log that mean something."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.instances.model.lines import Cost, read_lines
from fieldstation.core.tasks.model import Level

AT = "2026-11-22T10:00:00+00:00"


def cost(*values: str, start: Cost | None = None) -> Cost:
    lines = "\n".join(f"{AT} # INFO -COST- {value}" for value in values)
    return read_lines(lines, start or Cost()).cost


def test_events_are_told_with_their_level_and_everything_else_is_left() -> None:
    text = f"""
hello # INFO -EVENT- not a time
{AT} # WARNING -EVENT- low on acid
{AT} # NONSENSE -EVENT- who knows
{AT} # ERROR -EVENT-
{AT} # INFO -EVENT- \ttabs and ## marks -EVENT- inside
Sun, 22 Nov 2026 10:00:00 GMT # DEBUG -EVENT- other clocks
"""
    assert [(said.level, said.text) for said in read_lines(text, Cost()).events] == [
        (Level.WARNING, "low on acid"),
        (Level.ERROR, "(blank)"),
        (Level.INFO, "tabs and ## marks -EVENT- inside"),
        (Level.DEBUG, "other clocks"),
    ]


def test_a_bare_cost_is_the_total_and_one_with_a_plus_is_added() -> None:
    assert cost("5.7 1", "8.3 2").total == Decimal("8.3")
    assert cost("+5.7 1", "+8.3 2").total == Decimal("14.0")
    assert cost("+5.7 1", "1 2", "+.5 3").total == Decimal("1.5")
    assert not cost().told


@pytest.mark.parametrize("line", ["-1 2", "1e3 2", "nan 2", "inf 2", "1", "1 two", "1 -2", "1,5 2", "+-1 2", "1 2 3"])
def test_what_is_no_cost_costs_nothing(line: str) -> None:
    assert cost("5 1", line) == cost("5 1")


def test_a_sequence_counts_once_and_never_backwards() -> None:
    assert cost("+5 1", "+5 1", "+5 1").total == 5
    assert cost("+5 7", "+1 3").total == 5


@given(st.lists(st.tuples(st.booleans(), st.decimals(0, 10**6, places=3), st.integers(1, 30)), max_size=30), st.data())
def test_the_pieces_of_a_log_come_to_what_the_whole_does(
    told: list[tuple[bool, Decimal, int]], data: st.DataObject
) -> None:
    lines = [f"{'+' if plus else ''}{value:f} {sequence}" for plus, value, sequence in told]
    cut = data.draw(st.integers(0, len(lines)))
    assert cost(*lines[cut:], start=cost(*lines[:cut])) == cost(*lines)
    expected, last = Decimal(0), 0
    for plus, value, sequence in told:
        if sequence > last:
            expected, last = (expected + value if plus else value), sequence
    assert cost(*lines).total == expected
