"""Organisations, units and products as this door writes them."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from fieldstation.core.accounting.model.products import Flavour, ProductType
from fieldstation.core.people.model import Privacy
from fieldstation.core.people.service.organisations import Organisation
from fieldstation.core.people.service.units import Unit
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.paging import PageRequest

EVERYTHING = PageRequest(limit=10_000)  # lists of this door have no pages
TYPES = {
    ProductType.PROJECT_TIER: "DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION",
    ProductType.STORAGE: "DATA_MANAGER_STORAGE_SUBSCRIPTION",
}
PRIVACIES = {privacy.name: privacy for privacy in Privacy}
FLAVOURS = {flavour.name: flavour for flavour in Flavour}


class Body(BaseModel):
    """What is sent; other fields than these are passed over."""

    model_config = ConfigDict(extra="ignore")


class IdOut(BaseModel):
    """What was made."""

    id: str


class DoneOut(BaseModel):
    """That it was done."""


class UserOut(BaseModel):
    """A member."""

    id: str = Field(description="username", examples=["ada"])


class OrganisationOut(BaseModel):
    """An organisation as the caller sees it."""

    id: str
    name: str
    owner_id: str | None = Field(default=None, description="username; absent for the default organisation")
    private: bool = Field(description="whether only members know of it")
    created: str
    default_product_privacy: str = Field(examples=sorted(PRIVACIES))
    caller_is_member: bool
    users: list[UserOut] | None = Field(default=None, description="members beside the owner, told to members")


class UnitOut(BaseModel):
    """A unit as the caller sees it."""

    id: str
    name: str
    owner_id: str | None = None
    private: bool
    created: str
    billing_day: int = Field(ge=1, le=28)
    default_product_privacy: str = Field(examples=sorted(PRIVACIES))
    caller_is_member: bool
    users: list[UserOut]


class UnitsOfOut(BaseModel):
    """Units of one organisation."""

    count: int
    organisation: OrganisationOut
    units: list[UnitOut]


class UnitsOut(BaseModel):
    """All units that the caller sees, by organisation."""

    units: list[UnitsOfOut]


class OrganisationsOut(BaseModel):
    """All organisations that the caller sees."""

    count: int
    organisations: list[OrganisationOut]


def organisation_out(organisation: Organisation) -> OrganisationOut:
    """Write an organisation."""
    return OrganisationOut(
        id=organisation.id,
        name=organisation.name,
        owner_id=organisation.owner,
        private=not organisation.builtin,
        created=wire_time(organisation.created_at),
        default_product_privacy=organisation.privacy.name,
        caller_is_member=organisation.member,
        users=None if organisation.builtin else users_out(organisation.users),
    )


def organisations_out(organisations: Sequence[Organisation]) -> OrganisationsOut:
    """Write several organisations."""
    return OrganisationsOut(count=len(organisations), organisations=[organisation_out(one) for one in organisations])


def unit_out(unit: Unit) -> UnitOut:
    """Write a unit."""
    return UnitOut(
        id=unit.id,
        name=unit.name,
        owner_id=unit.owner,
        private=True,
        created=wire_time(unit.created_at),
        billing_day=unit.billing_day,
        default_product_privacy=unit.privacy.name,
        caller_is_member=unit.member,
        users=users_out(unit.users),
    )


def units_of_out(organisation: Organisation, units: Sequence[Unit]) -> UnitsOfOut:
    """Write the units of an organisation."""
    return UnitsOfOut(
        count=len(units), organisation=organisation_out(organisation), units=[unit_out(unit) for unit in units]
    )


def units_out(units: Sequence[Unit]) -> UnitsOut:
    """Write units by organisation."""
    organisations = {unit.organisation.id: unit.organisation for unit in units}
    parted = {key: [unit for unit in units if unit.organisation.id == key] for key in organisations}
    return UnitsOut(units=[units_of_out(organisations[key], parted[key]) for key in organisations])


def users_out(usernames: Sequence[str]) -> list[UserOut]:
    """Write members."""
    return [UserOut(id=username) for username in usernames]
