"""Routes of organisations."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from fieldstation.core.people.service import Organisations
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.accounting.shapes import AlterationIn, OrganisationIn, OrganisationOut, organisation_out
from fieldstation.facades.rest.names import Title


def router(organisations: Organisations) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["organisations"])
    _add_organisations(routes, organisations)
    _add_members(routes, organisations)
    return routes


def _add_organisations(routes: APIRouter, organisations: Organisations) -> None:
    @routes.post(
        "/organisations",
        operation_id="create_organisation",
        summary="Make an organisation for somebody (operators)",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def create(body: OrganisationIn, call: CallerCall) -> OrganisationOut:
        return await call(lambda tx, caller: organisation_out(organisations.create(tx, caller, body.new())))

    @routes.get(
        "/organisations",
        operation_id="list_organisations",
        summary="List the organisations you see, newest first",
        response_model_exclude_none=True,
        responses=responses(403),
    )
    async def list_all(
        call: CallerCall, page: ById, name: Annotated[Title | None, Query(description="only those called so")] = None
    ) -> PageOut[OrganisationOut]:
        return await call(lambda tx, caller: page_out(organisations.list(tx, caller, page, name), organisation_out))

    @routes.get(
        "/organisations/{reference}",
        operation_id="show_organisation",
        summary="Show an organisation, by id or name",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def show(reference: str, call: CallerCall) -> OrganisationOut:
        return await call(lambda tx, caller: organisation_out(organisations.show(tx, caller, reference)))

    @routes.patch(
        "/organisations/{reference}",
        operation_id="change_organisation",
        summary="Rename an organisation, or change its rule of privacy (its owner)",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def change(reference: str, body: AlterationIn, call: CallerCall) -> OrganisationOut:
        return await call(
            lambda tx, caller: organisation_out(organisations.change(tx, caller, reference, body.change()))
        )

    @routes.delete(
        "/organisations/{reference}",
        operation_id="delete_organisation",
        summary="Remove an organisation that has no units (operators)",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def remove(reference: str, call: CallerCall) -> None:
        await call(lambda tx, caller: organisations.remove(tx, caller, reference))


def _add_members(routes: APIRouter, organisations: Organisations) -> None:
    @routes.put(
        "/organisations/{reference}/members/{username}",
        operation_id="add_organisation_member",
        summary="Make a user a member of an organisation (its members)",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def add(reference: str, username: str, call: CallerCall) -> None:
        await call(lambda tx, caller: organisations.add_member(tx, caller, reference, username))

    @routes.delete(
        "/organisations/{reference}/members/{username}",
        operation_id="remove_organisation_member",
        summary="Take a user out of an organisation (its members)",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def take(reference: str, username: str, call: CallerCall) -> None:
        await call(lambda tx, caller: organisations.remove_member(tx, caller, reference, username))
