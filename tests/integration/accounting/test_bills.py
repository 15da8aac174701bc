"""Bills and lists of charges: who sees them, how they page, and that they cost the same whatever was charged."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from fieldstation.core.accounting.model.charges import Charge
from fieldstation.core.accounting.model.periods import Span
from fieldstation.core.accounting.service import Bill, Day
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.kernel.errors import Invalid, NotFound
from fieldstation.kernel.paging import PageRequest, read_cursor
from tests.integration.accounting.books import Books
from tests.integration.accounting.world import Person, World
from tests.integration.people.station import counted


@pytest.fixture
def books(world: World) -> Books:
    return Books(world)


def listed(
    books: Books, person: Person, filters: Mapping[str, str] | None = None, limit: int = 100
) -> Sequence[Charge]:
    """Read a list of charges to its end, page by page."""
    found: list[Charge] = []
    request = PageRequest(limit=limit)
    while True:
        page = person.do(lambda tx, caller: books.world.bills.page(tx, caller, request, filters or {}))  # noqa: B023
        found += page.items
        if page.next is None:
            return found
        request = PageRequest(limit=limit, after=read_cursor(page.next, 2))


def ran(books: Books, product: str, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        books.open(product, f"instance-{number}")
        books.accrue(f"instance-{number}", "1.5")
        books.capture(f"instance-{number}")


def test_lists_of_charges_page_without_a_gap_and_show_members_only(books: Books) -> None:
    product, other = books.tier(), books.storage()
    books.do(lambda tx: books.world.storage_charges.measured(tx, {product: 1, other: 1}))
    ran(books, product, 5)
    books.open(product, "instance-under-way")
    every = listed(books, books.ada)
    assert len(every) == 8
    assert every[0].processing is not None
    assert every[0].processing.instance == "instance-under-way"
    assert listed(books, books.ada, limit=3) == every
    assert [(one.day, one.id) for one in every] == sorted(((one.day, one.id) for one in every), reverse=True)
    assert len(listed(books, books.ada, {"product": product})) == 7
    assert len(listed(books, books.ada, {"unit": books.unit.id, "kind": "storage"})) == 2
    assert listed(books, books.ada, {"organisation": books.unit.organisation.id}) == every
    assert listed(books, books.world.root) == every
    bob = books.world.person("bob")
    assert listed(books, bob) == []
    for filters in ({"product": product}, {"unit": books.unit.id}, {"organisation": books.unit.organisation.id}):
        with pytest.raises(NotFound):
            listed(books, bob, filters)
    with pytest.raises(NotFound):
        bob.do(lambda tx, caller: books.world.bills.product(tx, caller, product, Span()))


def test_reading_costs_the_same_whatever_was_charged(books: Books) -> None:
    product = books.tier()

    def read(tx: Tx, caller: Caller) -> None:
        bills = books.world.bills
        bills.days(tx, bills.product(tx, caller, product, Span()))
        bills.unit(tx, caller, books.unit.id, Span())
        bills.organisation(tx, caller, books.unit.organisation.id, Span())
        bills.totals(tx, caller, PageRequest(), {}, Span())
        bills.page(tx, caller, PageRequest(), {"product": product})

    def statements() -> int:
        with counted(books.world.database) as found:
            books.ada.do(read)
        return len(found)

    before = statements()
    ran(books, product, 30)
    books.storage()
    assert statements() == before


def test_the_days_of_a_bill_add_up_and_end_at_the_prediction(books: Books) -> None:
    product = books.tier()
    period = books.product(product).period
    books.do(lambda tx: books.world.storage_charges.measured(tx, {product: 1}))
    ran(books, product, 2)
    books.open(product, "instance-under-way")
    books.accrue("instance-under-way", "4")

    def read(tx: Tx, caller: Caller) -> tuple[Bill, Sequence[Day]]:
        bill = books.world.bills.product(tx, caller, product, Span())
        return bill, books.world.bills.days(tx, bill)

    bill, days = books.ada.do(read)
    assert [one.day for one in days] == period.days
    now = [one for one in days if not one.predicted][-1]
    assert now.used == bill.use.due == Decimal(4)
    assert bill.standing.bill == Decimal(4)
    ahead = len([one for one in days if one.predicted])
    assert bill.standing.prediction == Decimal(8) + ahead
    if ahead:
        assert days[-1].counts == bill.standing.prediction


def test_days_that_can_be_meant(books: Books) -> None:
    product = books.tier()
    ran(books, product, 1)

    def due(span: Span) -> Decimal:
        return books.ada.do(lambda tx, caller: books.world.bills.product(tx, caller, product, span)).use.due

    period = books.product(product).period
    assert due(Span()) == Decimal("1.5")
    assert due(Span(prior=1)) == due(Span(end=period.begin, begin=period.begin - timedelta(days=9))) == 0
    assert due(Span(begin=period.begin, end=period.end)) == Decimal("1.5")
    for wrong in (Span(prior=24), Span(begin=period.end, end=period.begin), Span(begin=date(1999, 1, 1))):
        with pytest.raises(Invalid):
            due(wrong)
