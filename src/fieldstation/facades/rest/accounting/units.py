"""Routes of units, and of everybody's personal one."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from fieldstation.core.people.model import Caller
from fieldstation.core.people.service import Organisations, Units
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.accounting.shapes import AlterationIn, PersonalUnitIn, UnitIn, UnitOut, unit_out
from fieldstation.facades.rest.names import Text, Title


def router(units: Units, organisations: Organisations) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["organisations"])
    _add_personal(routes, units)
    _add_lists(routes, units, organisations)
    _add_units(routes, units)
    _add_members(routes, units)
    return routes


def _add_personal(routes: APIRouter, units: Units) -> None:
    @routes.get(
        "/personal-unit",
        operation_id="show_personal_unit",
        summary="Show your personal unit",
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def show(call: CallerCall) -> UnitOut:
        return await call(lambda tx, caller: unit_out(units.personal(tx, caller)))

    @routes.put(
        "/personal-unit",
        operation_id="create_personal_unit",
        summary="Make your personal unit",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(403, 409),
    )
    async def create(body: PersonalUnitIn, call: CallerCall) -> UnitOut:
        return await call(lambda tx, caller: unit_out(units.create_personal(tx, caller, body.billing_day)))

    @routes.delete(
        "/personal-unit",
        operation_id="delete_personal_unit",
        summary="Remove your personal unit, once it has no products",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def remove(call: CallerCall) -> None:
        await call(units.remove_personal)


def _add_lists(routes: APIRouter, units: Units, organisations: Organisations) -> None:
    @routes.post(
        "/organisations/{reference}/units",
        operation_id="create_unit",
        summary="Make a unit of an organisation (its members)",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def create(reference: str, body: UnitIn, call: CallerCall) -> UnitOut:
        return await call(lambda tx, caller: unit_out(units.create(tx, caller, reference, body.new())))

    @routes.get(
        "/units",
        operation_id="list_units",
        summary="List the units you see, newest first",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def list_all(
        call: CallerCall,
        page: ById,
        organisation: Annotated[Text | None, Query(description="only those of this one, by id or name")] = None,
        name: Annotated[Title | None, Query(description="only those called so")] = None,
    ) -> PageOut[UnitOut]:
        def work(tx: Tx, caller: Caller) -> PageOut[UnitOut]:
            filters = {} if name is None else {"name": name}
            if organisation is not None:
                filters["organisation"] = organisations.show(tx, caller, organisation).id
            return page_out(units.list(tx, caller, page, filters), unit_out)

        return await call(work)


def _add_units(routes: APIRouter, units: Units) -> None:
    @routes.get(
        "/units/{reference}",
        operation_id="show_unit",
        summary="Show a unit, by id or name",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def show(reference: str, call: CallerCall) -> UnitOut:
        return await call(lambda tx, caller: unit_out(units.show(tx, caller, reference)))

    @routes.patch(
        "/units/{reference}",
        operation_id="change_unit",
        summary="Rename a unit, or change its rule of privacy (its owner)",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def change(reference: str, body: AlterationIn, call: CallerCall) -> UnitOut:
        return await call(lambda tx, caller: unit_out(units.change(tx, caller, reference, body.change())))

    @routes.delete(
        "/units/{reference}",
        operation_id="delete_unit",
        summary="Remove a unit that has no products (its members)",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def remove(reference: str, call: CallerCall) -> None:
        await call(lambda tx, caller: units.remove(tx, caller, reference))


def _add_members(routes: APIRouter, units: Units) -> None:
    @routes.put(
        "/units/{reference}/members/{username}",
        operation_id="add_unit_member",
        summary="Make a user a member of a unit (its members)",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def add(reference: str, username: str, call: CallerCall) -> None:
        await call(lambda tx, caller: units.add_member(tx, caller, reference, username))

    @routes.delete(
        "/units/{reference}/members/{username}",
        operation_id="remove_unit_member",
        summary="Take a user out of a unit (its members)",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def take(reference: str, username: str, call: CallerCall) -> None:
        await call(lambda tx, caller: units.remove_member(tx, caller, reference, username))
