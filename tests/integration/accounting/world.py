"""People of a station with organisations, units and products, as services see them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from fieldstation.core.accounting.model.products import Flavour, NewProduct, ProductType, Tariff
from fieldstation.core.accounting.service import Product
from fieldstation.core.people.model import EVERYONE, Caller
from fieldstation.core.people.service import NewUser, People
from fieldstation.core.people.service.organisations import NewOrganisation, Organisation
from fieldstation.core.people.service.tokens import NewToken
from fieldstation.core.people.service.units import NewUnit, Unit
from fieldstation.db import Database, Tx
from fieldstation.kernel.sealing import Sealer
from fieldstation.wiring.accounting import build_accounting

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Person:
    """A user; each `do` is a request of theirs, with what they may by then."""

    username: str
    token: str
    world: "World"

    def do(self, work: Callable[[Tx, Caller], Result]) -> Result:
        """Run `work` in a transaction of its own, as a door does."""
        with self.world.database.begin() as tx:
            return work(tx, self.world.people.authenticate(tx, self.token))


class World:
    """The features over one database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        sealer = Sealer(bytes(32))
        self.people = People(sealer)
        accounting = build_accounting(self.people, sealer, Tariff(), "https://station.example:8443")
        self.organisations = accounting.organisations
        self.units = accounting.units
        self.products = accounting.products
        self.assets = accounting.assets
        self.merchants = accounting.merchants
        self.processing = accounting.processing
        self.storage_charges = accounting.storage
        self.bills = accounting.bills
        self.ledger = accounting.ledger
        self.root = self.person("root", operator=True)

    def person(self, username: str, *, operator: bool = False) -> Person:
        """Make a user with a token."""
        with self.database.begin() as tx:
            user = self.people.create_user(tx, NewUser(username=username, operator=operator))
            caller = Caller(
                user_id=user.id,
                username=username,
                principal=user.principal,
                principals=(EVERYONE, user.principal),
                operator=operator,
                space=user.space,
            )
            token = self.people.tokens.create(tx, caller, NewToken(name="test")).text
        return Person(username=username, token=token, world=self)

    def organisation(self, owner: Person, name: str = "Moorland Institute") -> Organisation:
        """Make an organisation of somebody's."""
        new = NewOrganisation(name=name, owner=owner.username)
        return self.root.do(lambda tx, caller: self.organisations.create(tx, caller, new))

    def unit(self, person: Person, organisation: Organisation, name: str = "Rivers") -> Unit:
        """Have a member of an organisation make a unit."""
        new = NewUnit(name=name, billing_day=3)
        return person.do(lambda tx, caller: self.units.create(tx, caller, organisation.id, new))

    def tier(self, person: Person, unit: Unit, flavour: Flavour = Flavour.BRONZE) -> Product:
        """Have a member of a unit subscribe to a tier."""
        new = NewProduct(name="a tier", type=ProductType.PROJECT_TIER, flavour=flavour)
        return person.do(lambda tx, caller: self.products.create(tx, caller, unit.id, new))

    def storage(self, person: Person, unit: Unit, allowance: int = 10) -> Product:
        """Have a member of a unit subscribe to storage."""
        new = NewProduct(name="a store", type=ProductType.STORAGE, allowance=Decimal(allowance))
        return person.do(lambda tx, caller: self.products.create(tx, caller, unit.id, new))
