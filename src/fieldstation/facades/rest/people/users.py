"""Routes of users."""

from http import HTTPStatus

from fastapi import APIRouter

from fieldstation.core.people.model import Caller
from fieldstation.core.people.service import People
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.people.shapes import MeOut, UserIn, UserOut, UserPatch, me_out, user_out


def add_routes(routes: APIRouter, people: People) -> None:
    """Add the routes that make, show, list and change users."""

    @routes.get(
        "/me",
        operation_id="show_me",
        summary="Show who you are to this station",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def me(call: CallerCall) -> MeOut:
        def work(tx: Tx, caller: Caller) -> MeOut:
            operator = caller.impersonator
            acted_by = None if operator is None else people.users.get(tx, operator).username
            return me_out(people.users.me(tx, caller), caller, acted_by)

        return await call(work)

    @routes.post(
        "/users",
        operation_id="create_user",
        summary="Make a user (operators)",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(403, 409),
    )
    async def create(body: UserIn, call: CallerCall) -> UserOut:
        return await call(lambda tx, caller: user_out(people.users.add(tx, caller, body.new())))

    @routes.get(
        "/users",
        operation_id="list_users",
        summary="List all users by name (operators)",
        response_model_exclude_none=True,
        responses=responses(403),
    )
    async def list_all(call: CallerCall, page: ById) -> PageOut[UserOut]:
        return await call(lambda tx, caller: page_out(people.users.list(tx, caller, page), user_out))

    @routes.get(
        "/users/{reference}",
        operation_id="show_user",
        summary="Show a user, by id or name",
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def show(reference: str, call: CallerCall) -> UserOut:
        return await call(lambda tx, caller: user_out(people.users.show(tx, caller, reference)))

    @routes.patch(
        "/users/{reference}",
        operation_id="change_user",
        summary="Change a user, suspend or restore them, set a password",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def change(reference: str, body: UserPatch, call: CallerCall) -> UserOut:
        def work(tx: Tx, caller: Caller) -> UserOut:
            if body.password is not None:
                people.users.set_password(tx, caller, reference, body.password, body.current_password)
            return user_out(people.users.change(tx, caller, reference, body.change()))

        return await call(work)
