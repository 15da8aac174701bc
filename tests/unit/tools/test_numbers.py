"""Plain words of YAML that are numbers, by the new rules and by the old ones."""

import math

import pytest

from fieldstation.core.tools.model.numbers import core_number, pyyaml_number


@pytest.mark.parametrize(
    ("text", "new", "old"),
    [
        ("1", 1, 1),
        ("-12", -12, -12),
        ("1.50", 1.5, 1.5),
        ("010", 10, 8),
        ("08", 8, None),
        ("0o10", 8, None),
        ("0x1F", 31, 31),
        ("0b11", None, 3),
        ("1_000", None, 1000),
        ("1e3", 1000.0, None),
        ("12e4567", math.inf, None),
        ("1.0e+3", 1000.0, 1000.0),
        ("1.0e3", 1000.0, None),
        (".5", 0.5, 0.5),
        ("1:30", None, 90),
        ("-1:30.5", None, -90.5),
        (".inf", math.inf, math.inf),
        ("1.2.3", None, None),
        ("abc", None, None),
        ("+", None, None),
        ("9" * 500, math.inf, math.inf),
    ],
)
def test_a_word_is_a_number_by_its_dialect(text: str, new: float | None, old: float | None) -> None:
    assert core_number(text) == new
    assert pyyaml_number(text) == old
