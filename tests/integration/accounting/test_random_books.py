"""Many random operations with crashes in between, each of which is then done again, agree with a plain model.

A crash before the commit takes the operation back, one behind it only the answer; either way the caller, who cannot
tell, does the same again. A soak does 10,000 operations twice.
"""

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from fieldstation.core.accounting.model.products import ProductChange
from fieldstation.db import Tx
from fieldstation.kernel.errors import OutOfCoins
from tests.closing import SOAK as SOAK_VARIABLE
from tests.closing import Scale
from tests.integration.accounting.books import Books
from tests.integration.accounting.model import GIB, Job, Model
from tests.integration.accounting.world import World

SOAK = bool(os.environ.get(SOAK_VARIABLE))
SEEDS = (1, 2) if SOAK else (1,)
LIMIT = 2000
LAST_DAY = 20  # of a period, so that no day of it is in the next one


class Crashed(Exception):
    """The process is gone: before its commit, or behind it."""


class Player:
    """Does the same to the books and to the model."""

    def __init__(self, books: Books, seed: int) -> None:
        self.random = random.Random(seed)
        self.books, self.model = books, Model()
        self.products = [books.tier() for _ in range(3)]
        self.model.limits = dict.fromkeys(self.products, Decimal(LIMIT))
        self.launched = self.refused = self.crashes = 0

    def step(self) -> None:
        """Do something."""
        steps = [self.launch, self.cost, self.end, self.lie, self.replay, self.close, self.pass_days, self.top_up]
        self.random.choices(steps, [30, 30, 22, 12, 4, 1, 1, 2])[0]()

    def launch(self) -> None:
        product = self.random.choice(self.products)
        name = f"instance-{len(self.model.jobs) + self.refused}"
        rate = self.random.choice(["0", "1", "333.3", "1000"])
        hold = Decimal(self.random.choice(["0", "0.000001", "1.5", "40"]))
        new = self.books.new(product, name, rate, str(hold))
        allowed = self.model.launches(name, Job(product=product, rate=Decimal(rate), hold=hold))
        self.launched += allowed
        self.refused += not allowed
        if allowed:
            self.durably(lambda tx: self.books.world.processing.open(tx, new))
            return
        with pytest.raises(OutOfCoins):
            self.books.do(lambda tx: self.books.world.processing.open(tx, new))

    def cost(self) -> None:
        if name := self.any_job():
            job, cost = self.model.jobs[name], Decimal(self.random.randrange(10**9)) / 10**7
            self.durably(lambda tx: self.books.world.processing.accrue(tx, name, cost, job.rate))
            self.model.costs(name, cost)

    def end(self) -> None:
        if name := self.any_job():
            refund = self.random.random() < 0.1
            self.durably(lambda tx: self.books.world.processing.capture(tx, name, refund=refund, detail={}))
            self.model.ends(name, refund)

    def lie(self) -> None:
        product, size = self.random.choice(self.products), self.random.randrange(4 * GIB)
        if self.random.random() < 0.5:
            self.durably(lambda tx: self.books.world.storage_charges.measured(tx, {product: size}))
        else:  # growth is not repeated: what counts it does so in the transaction that lets the bytes in
            size += self.model.now.get(product, 0)
            grown = size - self.model.now.get(product, 0)
            self.books.do(lambda tx: self.books.world.storage_charges.grew(tx, product, grown))
        self.model.lies(product, size)

    def replay(self) -> None:
        """Do again what was done long ago; nothing changes."""
        if name := self.any_job():
            job = self.model.jobs[name]
            if job.paid is not None:
                self.durably(lambda tx: self.books.world.processing.capture(tx, name, refund=True, detail={}))
                self.durably(lambda tx: self.books.world.processing.accrue(tx, name, Decimal(10**6), job.rate))

    def close(self) -> None:
        self.books.close_days()
        self.model.closes()

    def pass_days(self) -> None:
        if self.model.day > LAST_DAY:
            return
        days = self.random.choice([1, 1, 3])
        self.books.shift += timedelta(days=days)
        self.model.passes(days)
        self.close()

    def top_up(self) -> None:
        product = self.random.choice(self.products)
        self.model.limits[product] += 1000
        change = ProductChange(limit=self.model.limits[product])
        self.books.ada.do(lambda tx, caller: self.books.world.products.change(tx, caller, product, change))

    def durably(self, work: Callable[[Tx], object]) -> None:
        """Do something until it is sure to be done, dying now and then on the way."""
        while self.random.random() < 0.2:
            self.crashes += 1
            behind = self.random.random() < 0.5
            try:
                self._dying(work, behind)
            except Crashed:
                continue
        self.books.do(work)

    def _dying(self, work: Callable[[Tx], object], behind: bool) -> None:
        def dies(tx: Tx) -> None:
            work(tx)
            if not behind:
                raise Crashed

        self.books.do(dies)
        raise Crashed

    def any_job(self) -> str | None:
        return self.random.choice([*self.model.jobs][-60:]) if self.model.jobs else None

    def compare(self) -> None:
        """Compare every balance, and what the station says of each product."""
        for product in self.products:
            kept = self.books.balances(product)
            processing, storage = self.model.processing(product), self.model.days_paid(product)
            held = self.model.held(product)
            expected = {
                "processing": processing,
                "storage": storage,
                "held": held,
                "pledged": -held,
                "income": -processing - storage,
            }
            assert {name: kept.get(name, Decimal(0)) for name in expected} == expected
            use = self.books.use(product)
            assert (use.processing, use.storage, use.held) == (processing, storage, held)
            assert (use.accrued, use.today) == (self.model.accrued(product), self.model.today(product))


@pytest.mark.timeout(3600 if SOAK else 120)
@pytest.mark.parametrize("seed", SEEDS)
def test_random_operations_with_crashes_agree_with_a_plain_model(world: World, scale: Scale, seed: int) -> None:
    operations = scale.of("operations", 300, 10_000)
    player = Player(Books(world), seed)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0)
    period = player.books.product(player.products[0]).period
    start = datetime.combine(period.begin, midnight.timetz())
    player.books.shift = start + timedelta(days=1, hours=1) - datetime.now(UTC)  # early in a period of at least 28 days
    for number in range(operations):
        player.step()
        if number % 100 == 99:
            player.compare()
    player.compare()
    assert player.books.faults() == []
    scale.count("launches", player.launched)
    scale.count("crashes", player.crashes)
    assert player.launched > operations / 10
    assert player.crashes > operations / 20
