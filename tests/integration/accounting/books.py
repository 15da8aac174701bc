"""The books of some products over one database, moved through time, and what an auditor finds in them."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import text

from fieldstation.core.accounting.model.charges import NewProcessing
from fieldstation.core.accounting.model.products import Flavour
from fieldstation.core.accounting.model.standing import Use
from fieldstation.core.accounting.service import Product
from fieldstation.db import Tx
from tests.integration.accounting.world import World

Result = TypeVar("Result")
_SHIFT = text("SELECT set_config('fieldstation.time_shift', :shift, true)")


class Books:
    """Products of one unit, whose billing day is the third, and the services that charge them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ada = world.person("ada")
        self.unit = world.unit(self.ada, world.organisation(self.ada))
        self.shift = timedelta()
        with world.database.begin() as tx:
            self.user = tx.scalar(text("SELECT id FROM station_user WHERE username = 'ada'"))

    def tier(self, flavour: Flavour = Flavour.BRONZE) -> str:
        """Subscribe to a tier."""
        return self.world.tier(self.ada, self.unit, flavour).id

    def storage(self, allowance: int = 10) -> str:
        """Subscribe to storage."""
        return self.world.storage(self.ada, self.unit, allowance).id

    def do(self, work: Callable[[Tx], Result]) -> Result:
        """Do something in a transaction of the day that it is."""
        with self.world.database.begin() as tx:
            tx.execute(_SHIFT, {"shift": f"{self.shift.total_seconds():.0f} seconds"})
            return work(tx)

    def new(self, product: str, instance: str, rate: str = "1000", quote: str = "0") -> NewProcessing:
        """Return an instance that ada launches."""
        return NewProcessing(
            product=product,
            instance=instance,
            name=instance,
            user_id=self.user,
            username="ada",
            rate=Decimal(rate),
            quote=Decimal(quote),
        )

    def open(self, product: str, instance: str, rate: str = "1000", quote: str = "0") -> None:
        """Launch an instance."""
        self.do(lambda tx: self.world.processing.open(tx, self.new(product, instance, rate, quote)))

    def accrue(self, instance: str, cost: str, rate: str = "1000") -> None:
        """Have an instance tell what it has cost."""
        self.do(lambda tx: self.world.processing.accrue(tx, instance, Decimal(cost), Decimal(rate)))

    def capture(self, instance: str, *, refund: bool = False) -> None:
        """End an instance."""
        self.do(lambda tx: self.world.processing.capture(tx, instance, refund=refund, detail={}))

    def close_days(self) -> None:
        """Close all days that are over."""
        while self.do(self.world.storage_charges.close):
            pass

    def product(self, product_id: str) -> Product:
        """Return how a product stands."""
        return self.do(
            lambda tx: self.world.products.show(tx, self.world.people.authenticate(tx, self.ada.token), product_id)
        )

    def use(self, product_id: str) -> Use:
        """Return what a product has used in its period."""
        return self.product(product_id).use

    def faults(self) -> Sequence[str]:
        """Return what does not agree in the ledger."""
        return self.do(self.world.ledger.faults)

    def balances(self, product_id: str) -> dict[str, Decimal]:
        """Return the balance of each account of a product that has one."""
        query = text("SELECT kind, balance FROM ledger_account WHERE product = :product")
        return {row.kind: row.balance for row in self.do(lambda tx: tx.all(query, {"product": product_id}))}
