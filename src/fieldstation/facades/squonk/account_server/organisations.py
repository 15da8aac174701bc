"""Organisations and who belongs to them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from fieldstation.core.people.model import Caller
from fieldstation.core.people.service import Organisations, Units
from fieldstation.core.people.service.organisations import Alteration, NewOrganisation
from fieldstation.core.people.service.units import NewUnit
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.account_server.shapes import (
    EVERYTHING,
    PRIVACIES,
    Body,
    DoneOut,
    IdOut,
    OrganisationOut,
    OrganisationsOut,
    UnitsOfOut,
    UserOut,
    organisation_out,
    organisations_out,
    units_of_out,
    users_out,
)
from fieldstation.facades.squonk.application import refusals

PrivacyName = Literal["ALWAYS_PRIVATE", "ALWAYS_PUBLIC", "DEFAULT_PRIVATE", "DEFAULT_PUBLIC"]


class OrganisationIn(Body):
    """An organisation to make."""

    name: str
    owner: str = Field(description="username")
    default_product_privacy: PrivacyName = "DEFAULT_PRIVATE"


class AlterationIn(Body):
    """What shall change about an organisation or a unit."""

    name: str | None = None
    default_product_privacy: PrivacyName | None = None

    def change(self) -> Alteration:
        """Return the change that is meant."""
        privacy = self.default_product_privacy
        return Alteration(name=self.name, privacy=None if privacy is None else PRIVACIES[privacy])


class UnitIn(Body):
    """A unit to make."""

    name: str
    billing_day: int
    default_product_privacy: PrivacyName | None = None

    def new(self) -> NewUnit:
        """Return the unit that is meant."""
        privacy = self.default_product_privacy
        return NewUnit(
            name=self.name, billing_day=self.billing_day, privacy=None if privacy is None else PRIVACIES[privacy]
        )


class OrganisationUsersOut(BaseModel):
    """Who belongs to an organisation."""

    count: int
    organisation: OrganisationOut
    users: list[UserOut]


def router(organisations: Organisations, units: Units) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["organisation"])
    _add_organisations(routes, organisations)
    _add_users(routes, organisations)
    _add_units(routes, organisations, units)
    return routes


def _add_organisations(routes: APIRouter, organisations: Organisations) -> None:
    @routes.get(
        "/organisation",
        operation_id="get_organisations",
        summary="The organisations that you see",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def list_all(call: CallerCall, name: Annotated[str | None, Query()] = None) -> OrganisationsOut:
        return await call(
            lambda tx, caller: organisations_out(organisations.list(tx, caller, EVERYTHING, name or None).items)
        )

    @routes.post(
        "/organisation",
        operation_id="create_organisation",
        summary="Make an organisation (administrators)",
        status_code=201,
        responses=refusals(404),
    )
    async def create(body: OrganisationIn, call: CallerCall) -> IdOut:
        new = NewOrganisation(name=body.name, owner=body.owner, privacy=PRIVACIES[body.default_product_privacy])
        return await call(lambda tx, caller: IdOut(id=organisations.create(tx, caller, new).id))

    @routes.get(
        "/default/organisation",
        operation_id="get_default_organisation",
        summary="The organisation of all personal units",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def default(call: CallerCall) -> OrganisationOut:
        return await call(lambda tx, caller: organisation_out(organisations.default(tx, caller)))

    @routes.get(
        "/organisation/{org_id}",
        operation_id="get_organisation",
        summary="One organisation",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def show(org_id: str, call: CallerCall) -> OrganisationOut:
        return await call(lambda tx, caller: organisation_out(organisations.show(tx, caller, org_id)))

    @routes.patch(
        "/organisation/{org_id}",
        operation_id="alter_organisation",
        summary="Rename an organisation, or change its rule of privacy (its owner)",
        responses=refusals(404, 409),
    )
    async def change(org_id: str, body: AlterationIn, call: CallerCall) -> DoneOut:
        await call(lambda tx, caller: organisations.change(tx, caller, org_id, body.change()))
        return DoneOut()

    @routes.delete(
        "/organisation/{org_id}",
        operation_id="delete_organisation",
        summary="Remove an organisation that has no units (administrators)",
        status_code=204,
        responses=refusals(404, 409),
    )
    async def remove(org_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: organisations.remove(tx, caller, org_id))


def _add_users(routes: APIRouter, organisations: Organisations) -> None:
    @routes.get(
        "/organisation/{org_id}/user",
        operation_id="get_organisation_users",
        summary="Who belongs to an organisation, beside its owner",
        response_model_exclude_none=True,
        deprecated=True,
        responses=refusals(404),
    )
    async def users(org_id: str, call: CallerCall) -> OrganisationUsersOut:
        found = await call(lambda tx, caller: organisations.show(tx, caller, org_id))
        return OrganisationUsersOut(
            count=len(found.users), organisation=organisation_out(found), users=users_out(found.users)
        )

    @routes.put(
        "/organisation/{org_id}/user/{user_id}",
        operation_id="add_organisation_user",
        summary="Make somebody a member",
        status_code=201,
        responses=refusals(404, 409),
    )
    async def add(org_id: str, user_id: str, call: CallerCall) -> DoneOut:
        await call(lambda tx, caller: organisations.add_member(tx, caller, org_id, user_id))
        return DoneOut()

    @routes.delete(
        "/organisation/{org_id}/user/{user_id}",
        operation_id="delete_organisation_user",
        summary="Take a member out",
        status_code=204,
        responses=refusals(404, 409),
    )
    async def take(org_id: str, user_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: organisations.remove_member(tx, caller, org_id, user_id))


def _add_units(routes: APIRouter, organisations: Organisations, units: Units) -> None:
    @routes.get(
        "/organisation/{org_id}/unit",
        operation_id="get_organisation_units",
        summary="The units of an organisation that you see",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def list_units(org_id: str, call: CallerCall) -> UnitsOfOut:
        def work(tx: Tx, caller: Caller) -> UnitsOfOut:
            found = organisations.show(tx, caller, org_id)
            return units_of_out(found, units.list(tx, caller, EVERYTHING, {"organisation": found.id}).items)

        return await call(work)

    @routes.post(
        "/organisation/{org_id}/unit",
        operation_id="create_organisation_unit",
        summary="Make a unit (members)",
        status_code=201,
        responses=refusals(404, 409),
    )
    async def create_unit(org_id: str, body: UnitIn, call: CallerCall) -> IdOut:
        return await call(lambda tx, caller: IdOut(id=units.create(tx, caller, org_id, body.new()).id))
