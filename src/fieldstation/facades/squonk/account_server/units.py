"""Units, personal ones, and who belongs to them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from fieldstation.core.people.service import Units
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.account_server.organisations import AlterationIn
from fieldstation.facades.squonk.account_server.shapes import (
    EVERYTHING,
    Body,
    DoneOut,
    UnitOut,
    UnitsOut,
    UserOut,
    unit_out,
    units_out,
    users_out,
)
from fieldstation.facades.squonk.application import refusals


class PersonalUnitIn(Body):
    """The personal unit to make."""

    billing_day: int


class PersonalUnitOut(BaseModel):
    """The personal unit that was made."""

    id: str
    organisation_id: str


class UnitUsersOut(BaseModel):
    """Who belongs to a unit."""

    count: int
    unit: UnitOut
    users: list[UserOut]


def router(units: Units) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["unit"])
    _add_personal(routes, units, "/personal-unit", "personal_unit")
    _add_personal(routes, units, "/unit", "default_unit", deprecated=True)
    _add_units(routes, units)
    _add_users(routes, units)
    return routes


def _add_personal(routes: APIRouter, units: Units, path: str, name: str, *, deprecated: bool = False) -> None:
    if not deprecated:

        @routes.get(
            path,
            operation_id=f"get_{name}",
            summary="Your personal unit",
            response_model_exclude_none=True,
            responses=refusals(404),
        )
        async def show(call: CallerCall) -> UnitOut:
            return await call(lambda tx, caller: unit_out(units.personal(tx, caller)))

    @routes.put(
        path,
        operation_id=f"create_{name}",
        summary="Make your personal unit",
        status_code=201,
        deprecated=deprecated,
        responses=refusals(409),
    )
    async def create(body: PersonalUnitIn, call: CallerCall) -> PersonalUnitOut:
        made = await call(lambda tx, caller: units.create_personal(tx, caller, body.billing_day))
        return PersonalUnitOut(id=made.id, organisation_id=made.organisation.id)

    @routes.delete(
        path,
        operation_id=f"delete_{name}",
        summary="Remove your personal unit, once it has no products",
        status_code=204,
        deprecated=deprecated,
        responses=refusals(404, 409),
    )
    async def remove(call: CallerCall) -> None:
        await call(units.remove_personal)


def _add_units(routes: APIRouter, units: Units) -> None:
    @routes.get(
        "/unit",
        operation_id="get_units",
        summary="The units that you see, by organisation",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def list_all(call: CallerCall, name: Annotated[str | None, Query()] = None) -> UnitsOut:
        filters = {"name": name} if name else {}
        return await call(lambda tx, caller: units_out(units.list(tx, caller, EVERYTHING, filters).items))

    @routes.get(
        "/unit/{unit_id}",
        operation_id="get_unit",
        summary="One unit",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def show(unit_id: str, call: CallerCall) -> UnitOut:
        return await call(lambda tx, caller: unit_out(units.show(tx, caller, unit_id)))

    @routes.patch(
        "/unit/{unit_id}",
        operation_id="alter_unit",
        summary="Rename a unit, or change its rule of privacy (its owner)",
        responses=refusals(404, 409),
    )
    async def change(unit_id: str, body: AlterationIn, call: CallerCall) -> DoneOut:
        await call(lambda tx, caller: units.change(tx, caller, unit_id, body.change()))
        return DoneOut()

    @routes.delete(
        "/unit/{unit_id}",
        operation_id="delete_unit",
        summary="Remove a unit that has no products",
        status_code=204,
        responses=refusals(404, 409),
    )
    async def remove(unit_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: units.remove(tx, caller, unit_id))


def _add_users(routes: APIRouter, units: Units) -> None:
    @routes.get(
        "/unit/{unit_id}/user",
        operation_id="get_unit_users",
        summary="Who belongs to a unit, beside its owner",
        response_model_exclude_none=True,
        deprecated=True,
        responses=refusals(404),
    )
    async def users(unit_id: str, call: CallerCall) -> UnitUsersOut:
        found = await call(lambda tx, caller: units.show(tx, caller, unit_id))
        return UnitUsersOut(count=len(found.users), unit=unit_out(found), users=users_out(found.users))

    @routes.put(
        "/unit/{unit_id}/user/{user_id}",
        operation_id="add_unit_user",
        summary="Make somebody a member",
        status_code=201,
        responses=refusals(404, 409),
    )
    async def add(unit_id: str, user_id: str, call: CallerCall) -> DoneOut:
        await call(lambda tx, caller: units.add_member(tx, caller, unit_id, user_id))
        return DoneOut()

    @routes.delete(
        "/unit/{unit_id}/user/{user_id}",
        operation_id="delete_unit_user",
        summary="Take a member out",
        status_code=204,
        responses=refusals(404, 409),
    )
    async def take(unit_id: str, user_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: units.remove_member(tx, caller, unit_id, user_id))
