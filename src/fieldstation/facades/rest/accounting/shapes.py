"""Organisations, units and products as our REST API reads and writes them."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fieldstation.core.accounting.model.products import (
    Flavour,
    NewProduct,
    ProductChange,
    ProductType,
    Tariff,
    coins,
)
from fieldstation.core.accounting.service import Product
from fieldstation.core.people.model import Privacy
from fieldstation.core.people.service.organisations import Alteration, NewOrganisation, Organisation
from fieldstation.core.people.service.units import BILLING_DAYS, NewUnit, Unit
from fieldstation.facades.rest.names import Name, Text, Title
from fieldstation.kernel.clock import wire_time

Coins = Annotated[
    str,
    StringConstraints(pattern=r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$"),
    Field(description="coins, as a decimal number", examples=["10", "2.5"]),
]
BillingDay = Annotated[
    int,
    Field(ge=BILLING_DAYS[0], le=BILLING_DAYS[-1], description="day of the month on which its periods begin"),
]
_PRIVACY = "the rule for the projects that it pays for"


class OrganisationIn(BaseModel):
    """An organisation to be made."""

    model_config = ConfigDict(extra="forbid")

    name: Title = Field(examples=["Moorland Institute"])
    owner: Name = Field(description="username", examples=["ada"])
    privacy: Privacy = Field(default=Privacy.DEFAULT_PRIVATE, description=_PRIVACY)

    def new(self) -> NewOrganisation:
        """Return it as the core takes it."""
        return NewOrganisation(name=self.name, owner=self.owner, privacy=self.privacy)


class AlterationIn(BaseModel):
    """What to change; fields left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    name: Title | None = None
    privacy: Privacy | None = Field(default=None, description=_PRIVACY)

    def change(self) -> Alteration:
        """Return it as the core takes it."""
        return Alteration(name=self.name, privacy=self.privacy)


class OrganisationOut(BaseModel):
    """An organisation as you see it."""

    id: str = Field(examples=["org-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
    name: str = Field(examples=["Moorland Institute"])
    owner: str | None = Field(default=None, description="username; absent for the built-in one", examples=["ada"])
    builtin: bool = Field(description="whether it is the one that holds all personal units")
    privacy: Privacy = Field(description=_PRIVACY)
    member: bool = Field(description="whether you belong to it")
    users: list[str] = Field(description="usernames of its other members, told to members and operators")
    created: str


class UnitIn(BaseModel):
    """A unit to be made; you own it."""

    model_config = ConfigDict(extra="forbid")

    name: Title = Field(description="unique in its organisation", examples=["Rivers"])
    billing_day: BillingDay
    privacy: Privacy | None = Field(default=None, description=f"{_PRIVACY}; that of its organisation if left out")

    def new(self) -> NewUnit:
        """Return it as the core takes it."""
        return NewUnit(name=self.name, billing_day=self.billing_day, privacy=self.privacy)


class PersonalUnitIn(BaseModel):
    """Your personal unit to be made."""

    model_config = ConfigDict(extra="forbid")

    billing_day: BillingDay


class UnitOut(BaseModel):
    """A unit as you see it."""

    id: str = Field(examples=["unit-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
    name: str = Field(examples=["Rivers"])
    organisation: str = Field(description="id")
    organisation_name: str = Field(examples=["Moorland Institute"])
    owner: str | None = Field(default=None, description="username", examples=["ada"])
    personal: bool = Field(description="whether it is of one user only")
    billing_day: int
    privacy: Privacy = Field(description=_PRIVACY)
    member: bool = Field(description="whether you belong to it, or to its organisation")
    users: list[str] = Field(description="usernames of its other members")
    created: str


class TermsOut(BaseModel):
    """Coins of one billing period."""

    flavour: Flavour
    allowance: str = Field(description="coins at the plain price", examples=["1000"])
    limit: str = Field(description="coins at which new work is refused", examples=["2000"])


class TariffOut(BaseModel):
    """What can be subscribed to, and what it costs."""

    tiers: list[TermsOut]
    storage_cost: str = Field(description="coins a day for each unit of storage begun", examples=["1"])
    storage_unit_bytes: int
    allowance_multiplier: str = Field(description="what a coin beyond the allowance counts", examples=["1"])
    overspend_multiplier: str = Field(description="what a coin beyond the limit counts", examples=["1"])


class TierIn(BaseModel):
    """A project tier to subscribe to: it pays for one project, which claims it."""

    model_config = ConfigDict(extra="forbid")

    type: Literal[ProductType.PROJECT_TIER]
    unit: Text = Field(description="id or name of the unit", examples=["Rivers"])
    name: Title = Field(examples=["flood model"])
    flavour: Flavour

    def new(self) -> NewProduct:
        """Return it as the core takes it."""
        return NewProduct(name=self.name, type=ProductType.PROJECT_TIER, flavour=self.flavour)


class StorageIn(BaseModel):
    """Storage to subscribe to: it pays for the data sets of a unit."""

    model_config = ConfigDict(extra="forbid")

    type: Literal[ProductType.STORAGE]
    unit: Text = Field(description="id or name of the unit", examples=["Rivers"])
    name: Title = Field(examples=["archive"])
    allowance: Coins
    limit: Coins | None = Field(default=None, description="not below the allowance, which it is if left out")

    def new(self) -> NewProduct:
        """Return it as the core takes it."""
        return NewProduct(
            name=self.name,
            type=ProductType.STORAGE,
            allowance=Decimal(self.allowance),
            limit=None if self.limit is None else Decimal(self.limit),
        )


ProductIn = Annotated[TierIn | StorageIn, Field(discriminator="type")]


class ProductPatch(BaseModel):
    """What to change; fields left out stay as they are. Coins can only become more."""

    model_config = ConfigDict(extra="forbid")

    name: Title | None = None
    allowance: Coins | None = None
    limit: Coins | None = None

    def change(self) -> ProductChange:
        """Return it as the core takes it."""
        return ProductChange(
            name=self.name,
            allowance=None if self.allowance is None else Decimal(self.allowance),
            limit=None if self.limit is None else Decimal(self.limit),
        )


class ClaimOut(BaseModel):
    """The project that a tier pays for."""

    project: str = Field(description="id")
    name: str


class PeriodOut(BaseModel):
    """A billing period, in days of UTC."""

    begin: str = Field(description="its first day", examples=["2026-11-03"])
    end: str = Field(description="the first day of the next one", examples=["2026-12-03"])
    remaining_days: int = Field(description="today among them")


class ProductOut(BaseModel):
    """A product: what a unit subscribed to."""

    id: str = Field(examples=["product-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
    name: str = Field(examples=["flood model"])
    type: ProductType
    flavour: Flavour | None = Field(default=None, description="of a project tier")
    unit: str = Field(description="id")
    unit_name: str = Field(examples=["Rivers"])
    organisation: str = Field(description="id")
    allowance: str = Field(description="coins of one period at the plain price", examples=["1000"])
    limit: str = Field(description="coins of one period at which new work is refused", examples=["2000"])
    used: str = Field(description="coins of this period: instances and days that are over", examples=["0"])
    today: str = Field(description="what today's storage costs so far; used when the day is over", examples=["0"])
    open: str = Field(description="what instances have cost until now that are not over", examples=["0"])
    held: str = Field(description="coins set aside for them", examples=["0"])
    burn_rate: str = Field(description="coins a day with what lies there now", examples=["0"])
    prediction: str = Field(description="what its bill will probably be at the end of the period", examples=["0"])
    storage_bytes: int = Field(description="what lies there now")
    at_limit: bool = Field(description="whether new work is refused")
    period: PeriodOut
    claim: ClaimOut | None = Field(default=None, description="absent while no project has claimed it")
    created: str


def organisation_out(organisation: Organisation) -> OrganisationOut:
    """Write an organisation."""
    return OrganisationOut(
        id=organisation.id,
        name=organisation.name,
        owner=organisation.owner,
        builtin=organisation.builtin,
        privacy=organisation.privacy,
        member=organisation.member,
        users=list(organisation.users),
        created=wire_time(organisation.created_at),
    )


def unit_out(unit: Unit) -> UnitOut:
    """Write a unit."""
    return UnitOut(
        id=unit.id,
        name=unit.name,
        organisation=unit.organisation.id,
        organisation_name=unit.organisation.name,
        owner=unit.owner,
        personal=unit.personal,
        billing_day=unit.billing_day,
        privacy=unit.privacy,
        member=unit.member,
        users=list(unit.users),
        created=wire_time(unit.created_at),
    )


def tariff_out(tariff: Tariff) -> TariffOut:
    """Write the tariff."""
    tiers = [
        TermsOut(flavour=flavour, allowance=coins(terms.allowance), limit=coins(terms.limit))
        for flavour, terms in tariff.tiers.items()
    ]
    return TariffOut(
        tiers=tiers,
        storage_cost=coins(tariff.storage_cost),
        storage_unit_bytes=tariff.storage_unit_bytes,
        allowance_multiplier=coins(tariff.allowance_multiplier),
        overspend_multiplier=coins(tariff.overspend_multiplier),
    )


def product_out(product: Product) -> ProductOut:
    """Write a product."""
    claim = None if product.claim is None else ClaimOut(project=product.claim.project_id, name=product.claim.name)
    period = product.period
    return ProductOut(
        id=product.id,
        name=product.name,
        type=product.type,
        flavour=product.flavour,
        unit=product.unit.id,
        unit_name=product.unit.name,
        organisation=product.unit.organisation.id,
        allowance=coins(product.terms.allowance),
        limit=coins(product.terms.limit),
        used=coins(product.use.coins),
        today=coins(product.use.today),
        open=coins(product.use.accrued),
        held=coins(product.use.held),
        burn_rate=coins(product.use.burn_rate),
        prediction=coins(product.standing.prediction),
        storage_bytes=product.use.current_bytes,
        at_limit=product.standing.at_limit,
        period=PeriodOut(
            begin=period.begin.isoformat(), end=period.end.isoformat(), remaining_days=product.remaining_days
        ),
        claim=claim,
        created=wire_time(product.created_at),
    )
