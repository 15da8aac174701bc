"""Days of storage: charged at their peak, in units begun, once each, also after days without the station."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from fieldstation.core.accounting.model.products import Flavour
from fieldstation.kernel.errors import OutOfCoins
from tests.integration.accounting.books import Books
from tests.integration.accounting.world import World

GIB = 1 << 30
_DAYS = text("""
    SELECT day - cast(station_now() AT TIME ZONE 'UTC' AS date) AS ago, coins,
           closed_at IS NOT NULL AS closed
      FROM charge WHERE kind = 'storage' AND product = :product ORDER BY day
""")


@pytest.fixture
def books(world: World) -> Books:
    return Books(world)


def days(books: Books, product: str) -> list[tuple[int, Decimal, bool]]:
    """Return (days from today, coins, closed) of each day that is charged."""
    return [(row.ago, row.coins, row.closed) for row in books.do(lambda tx: tx.all(_DAYS, {"product": product}))]


def measure(books: Books, product: str, size: int) -> None:
    books.do(lambda tx: books.world.storage_charges.measured(tx, {product: size}))


def test_a_day_costs_its_peak_in_units_begun_and_is_posted_when_it_is_over(books: Books) -> None:
    product = books.storage(100)
    measure(books, product, GIB)
    books.do(lambda tx: books.world.storage_charges.grew(tx, product, 2 * GIB + 1))
    measure(books, product, 10)
    use = books.use(product)
    assert (use.today, use.storage, use.burn_rate) == (Decimal(4), Decimal(0), Decimal(1))
    assert (use.current_bytes, use.peak_bytes) == (10, 3 * GIB + 1)
    books.close_days()
    assert days(books, product) == [(0, Decimal(4), False)]
    books.shift += timedelta(days=1)
    measure(books, product, 0)
    for _ in range(2):
        books.close_days()
    assert days(books, product) == [(-1, Decimal(4), True), (0, Decimal(1), False)]
    assert books.balances(product) == {"storage": Decimal(4), "income": Decimal(-4)}
    books.shift += timedelta(days=2)
    books.close_days()
    assert [coins for _, coins, _ in days(books, product)] == [Decimal(4), Decimal(1)]  # nothing lies there any more
    assert books.faults() == []


def test_days_without_the_station_are_charged_once_each(books: Books) -> None:
    product = books.storage(100)
    measure(books, product, 2 * GIB)
    books.shift += timedelta(days=4)
    books.do(lambda tx: books.world.storage_charges.grew(tx, product, GIB))  # before the days are closed
    for _ in range(2):
        books.close_days()
    expected = [(ago, Decimal(2), True) for ago in (-4, -3, -2, -1)]
    assert days(books, product) == [*expected, (0, Decimal(3), False)]
    assert books.balances(product)["storage"] == Decimal(8)
    assert books.faults() == []


def test_a_removed_product_is_charged_for_its_last_day_and_no_more(books: Books) -> None:
    product = books.storage(100)
    measure(books, product, GIB)
    books.ada.do(lambda tx, caller: books.world.products.remove(tx, caller, product))
    books.shift += timedelta(days=3)
    books.close_days()
    assert days(books, product) == [(-3, Decimal(1), True)]
    assert books.faults() == []


def test_an_evaluation_is_free_and_storage_at_its_limit_takes_nothing_new(books: Books) -> None:
    free = books.tier(Flavour.EVALUATION)
    measure(books, free, 1000 * GIB)
    paying = books.world.storage_charges.paying
    books.do(lambda tx: paying.require(tx, free))
    assert books.use(free).today == Decimal(0)
    product = books.storage(5)
    assert books.do(lambda tx: paying.of_unit(tx, books.unit.id)) == product
    books.do(lambda tx: paying.require(tx, product))
    measure(books, product, 5 * GIB)
    with pytest.raises(OutOfCoins):
        books.do(lambda tx: paying.require(tx, product))


def test_products_that_pay_for_storage_are_told_apart(books: Books) -> None:
    tier, first, second = books.tier(), books.storage(), books.storage()
    found = books.do(lambda tx: books.world.storage_charges.payers(tx, "", 100))
    told = {one.product: (one.tier, one.spare) for one in found}
    assert (told[tier], told[first], told[second]) == ((True, False), (False, False), (False, True))
