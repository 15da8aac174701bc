"""The ledger: the database alone keeps it in balance, nothing is posted twice, and an auditor finds what was spoilt."""

import threading
from decimal import Decimal

import psycopg
import pytest

from fieldstation.core.accounting.model import ledger
from fieldstation.core.accounting.service.ledger import post
from fieldstation.core.accounting.service.paying import today
from fieldstation.kernel.errors import Broken, OutOfCoins
from fieldstation.kernel.paging import PageRequest
from tests.integration.accounting.books import Books
from tests.integration.accounting.world import World

PAGE = PageRequest(limit=10)


@pytest.fixture
def books(world: World) -> Books:
    return Books(world)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO ledger_transfer (reference, debit, credit, amount, day) VALUES ('x', {a}, {a}, 1, '2026-01-01')",
        "INSERT INTO ledger_transfer (reference, debit, credit, amount, day) VALUES ('x', {a}, NULL, 1, '2026-01-01')",
        "INSERT INTO ledger_transfer (reference, debit, credit, amount, day) VALUES ('x', {a}, {b}, 0, '2026-01-01')",
        "INSERT INTO ledger_transfer (reference, debit, credit, amount, day) VALUES ('x', {a}, {b}, -1, '2026-01-01')",
        "INSERT INTO ledger_transfer (reference, debit, credit, amount, day) VALUES ('x', {a}, 0, 1, '2026-01-01')",
        "INSERT INTO ledger_transfer (reference, debit, credit, amount, day) VALUES ('x', {a}, {b}, 'NaN', 'today')",
        (
            "INSERT INTO ledger_transfer (reference, debit, credit, amount, day) "
            "SELECT reference, debit, credit, amount, day FROM ledger_transfer"
        ),
        "UPDATE ledger_transfer SET amount = amount + 1",
        "DELETE FROM ledger_transfer",
        "TRUNCATE ledger_transfer CASCADE",
    ],
)
def test_the_database_refuses_what_would_not_balance(books: Books, statement: str) -> None:
    product = books.tier()
    books.open(product, "instance-1", quote="5")
    before = books.balances(product)
    with psycopg.connect(books.world.database.dsn) as connection:
        accounts = connection.execute("SELECT id FROM ledger_account ORDER BY id").fetchall()
        with pytest.raises(psycopg.Error):
            connection.execute(statement.format(a=accounts[0][0], b=accounts[1][0]).encode())
    assert books.balances(product) == before == {"held": Decimal(5), "pledged": Decimal(-5)}


def test_a_launch_holds_a_run_accrues_and_its_end_captures_once(books: Books) -> None:
    product = books.tier()
    books.open(product, "instance-1", quote="5")
    books.open(product, "instance-1", quote="5")  # as after a crash behind the commit
    assert (books.use(product).held, books.use(product).coins) == (Decimal(5), Decimal(0))
    books.accrue("instance-1", "2.5")
    assert (books.use(product).accrued, books.use(product).reserved) == (Decimal("2.5"), Decimal(5))
    books.accrue("instance-1", "7")
    assert books.use(product).reserved == Decimal(7)
    for _ in range(2):
        books.capture("instance-1")
        books.accrue("instance-1", "100")
    use = books.use(product)
    assert (use.processing, use.accrued, use.held) == (Decimal(7), Decimal(0), Decimal(0))
    assert books.balances(product) == {
        "held": Decimal(0),
        "pledged": Decimal(0),
        "processing": Decimal(7),
        "income": Decimal(-7),
    }
    assert books.faults() == []


def test_what_the_station_failed_is_given_back_whole(books: Books) -> None:
    product = books.tier()
    books.open(product, "instance-1", quote="5")
    books.accrue("instance-1", "3")
    books.capture("instance-1", refund=True)
    assert set(books.balances(product).values()) == {Decimal(0)}
    (charge,) = books.do(
        lambda tx: (
            books.world.bills.page(
                tx, books.world.people.authenticate(tx, books.ada.token), PAGE, {"product": product}
            ).items
        )
    )
    assert charge.processing is not None
    assert (charge.processing.refunded, charge.coins, charge.closed_at is None) == (True, Decimal(0), False)
    assert books.faults() == []


def test_an_instance_under_way_goes_on_at_the_limit_and_new_ones_are_refused(books: Books) -> None:
    product = books.tier()  # 1000 of 2000
    books.open(product, "instance-1", quote="1500")
    with pytest.raises(OutOfCoins) as refused:
        books.open(product, "instance-2", quote="501")
    for said in (product, "1500", "2000", "501"):
        assert said in refused.value.text
    books.open(product, "instance-3", quote="500")
    with pytest.raises(OutOfCoins):
        books.open(product, "instance-4")
    books.accrue("instance-1", "2300")
    assert books.product(product).standing.at_limit is True
    books.capture("instance-1")
    books.capture("instance-3")
    assert books.use(product).processing == Decimal(2300)
    with pytest.raises(OutOfCoins):
        books.open(product, "instance-4")
    assert books.faults() == []


def test_launches_at_once_do_not_count_on_the_same_coins(books: Books) -> None:
    product = books.tier()
    refused: list[str] = []

    def launch(number: int) -> None:
        try:
            books.open(product, f"instance-{number}", quote="300")
        except OutOfCoins:
            refused.append(str(number))

    threads = [threading.Thread(target=launch, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 6  # six holds of 300 are within 2000
    assert books.use(product).held == Decimal(1800)
    assert books.faults() == []


def test_a_reference_that_says_something_else_is_refused(books: Books) -> None:
    product = books.tier()
    books.do(lambda tx: post(tx, [ledger.stored(product, Decimal(1), today(tx))]))
    books.do(lambda tx: post(tx, [ledger.stored(product, Decimal(1), today(tx))]))
    with pytest.raises(Broken):
        books.do(lambda tx: post(tx, [ledger.stored(product, Decimal(2), today(tx))]))
    assert books.balances(product)["storage"] == Decimal(1)


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        ("UPDATE ledger_account SET balance = balance + 1 WHERE kind = 'processing'", "account processing of product-"),
        ("UPDATE ledger_day SET amount = amount - 1", "says 6"),
        ("DELETE FROM ledger_day", "says 0 coins for"),
        ("UPDATE charge SET coins = 8 WHERE kind = 'processing' AND closed_at IS NOT NULL", "instance-1 is 8"),
        ("UPDATE charge SET hold = 4 WHERE closed_at IS NULL", "instance-2 has a hold of 4"),
        ("DELETE FROM charge WHERE closed_at IS NOT NULL", "transfer capture:instance-1 belongs to no charge"),
        (
            (
                "ALTER TABLE ledger_transfer DISABLE TRIGGER append_only; "
                "DELETE FROM ledger_transfer WHERE reference = 'capture:instance-1'"
            ),
            "0 were captured",
        ),
    ],
)
def test_an_auditor_finds_what_was_spoilt(books: Books, spoil: str, named: str) -> None:
    product = books.tier()
    books.open(product, "instance-1")
    books.accrue("instance-1", "7")
    books.capture("instance-1")
    books.open(product, "instance-2", quote="5")
    assert books.faults() == []
    with psycopg.connect(books.world.database.dsn) as connection:
        for statement in spoil.split(";"):
            connection.execute(statement.encode())
    assert named in "\n".join(books.faults())
