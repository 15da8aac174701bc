"""What the use of a product counts for, against sums done by hand."""

from decimal import Decimal as D

import pytest

from fieldstation.core.accounting.model.charges import units_of
from fieldstation.core.accounting.model.ledger import coins_of
from fieldstation.core.accounting.model.products import Tariff, Terms
from fieldstation.core.accounting.model.standing import Use, counted, has_room, standing

TERMS = Terms(allowance=D(10), limit=D(20))
STEEP = Tariff(allowance_multiplier=D(2), overspend_multiplier=D(5))


@pytest.mark.parametrize(("coins", "counts"), [("0", "0"), ("10", "10"), ("12.5", "15"), ("20", "30"), ("21", "35")])
def test_coins_beyond_the_allowance_and_the_limit_count_for_more(coins: str, counts: str) -> None:
    assert counted(D(coins), TERMS, STEEP) == D(counts)
    assert counted(D(coins), TERMS, Tariff()) == D(coins)


def test_a_prediction_has_what_is_under_way_and_the_days_to_come() -> None:
    use = Use(processing=D(3), storage=D(2), today=D(1), accrued=D("0.5"), burn_rate=D("1.5"))
    found = standing(use, TERMS, Tariff(), remaining_days=4)
    assert found.bill == D(6)
    assert found.prediction == D("6.5") + 3 * D("1.5")
    assert found.storage_prediction == D(3) + 3 * D("1.5")
    assert standing(use, TERMS, STEEP, remaining_days=4).prediction == D(10) + 2 * D(1)
    assert standing(use, TERMS, Tariff(), remaining_days=0).prediction == D("6.5")


@pytest.mark.parametrize(
    ("use", "more", "room"),
    [
        (Use(processing=D(19)), 0, True),
        (Use(processing=D(20)), 0, False),
        (Use(processing=D(19)), 1, True),
        (Use(processing=D(19)), 2, False),
        (Use(processing=D(15), reserved=D(5)), 0, False),
        (Use(processing=D(15), today=D(4)), 1, True),
    ],
)
def test_what_was_set_aside_is_no_room_for_others(use: Use, more: int, room: bool) -> None:
    assert has_room(use, TERMS, Tariff(), D(more)) is room


@pytest.mark.parametrize(
    ("cost", "rate", "coins"),
    [
        ("3", "500", "1.5"),
        ("0.0005", "1", "0"),  # half of the least goes to the even neighbour
        ("0.0015", "1", "0.000002"),
        ("0.0025", "1", "0.000002"),
        ("7", None, "0"),
        ("7", "0", "0"),
    ],
)
def test_a_cost_becomes_coins_rounded_once_half_even(cost: str, rate: str | None, coins: str) -> None:
    assert coins_of(D(cost), None if rate is None else D(rate)) == D(coins)


def test_units_that_are_begun_count_whole() -> None:
    assert [units_of(size, 10) for size in (0, 1, 10, 11)] == [0, 1, 1, 2]
