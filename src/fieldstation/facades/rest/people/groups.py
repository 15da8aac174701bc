"""Routes of groups."""

from http import HTTPStatus

from fastapi import APIRouter

from fieldstation.core.people.service import People
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.people.shapes import GroupIn, GroupMemberOut, GroupOut, group_member_out, group_out


def add_routes(routes: APIRouter, people: People) -> None:
    """Add the routes that make and list groups and keep who is in them."""

    @routes.post(
        "/groups",
        operation_id="create_group",
        summary="Make a group (operators)",
        status_code=HTTPStatus.CREATED,
        responses=responses(403, 409),
    )
    async def create(body: GroupIn, call: CallerCall) -> GroupOut:
        return await call(lambda tx, caller: group_out(people.groups.create(tx, caller, body.name)))

    @routes.get(
        "/groups",
        operation_id="list_groups",
        summary="List the groups you are in; for operators all",
        response_model_exclude_none=True,
        responses=responses(403),
    )
    async def list_all(call: CallerCall, page: ById) -> PageOut[GroupOut]:
        return await call(lambda tx, caller: page_out(people.groups.list(tx, caller, page), group_out))

    @routes.get(
        "/groups/{name}/members",
        operation_id="list_group_members",
        summary="List who is in a group",
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def members(name: str, call: CallerCall, page: ById) -> PageOut[GroupMemberOut]:
        return await call(lambda tx, caller: page_out(people.groups.members(tx, caller, name, page), group_member_out))

    @routes.put(
        "/groups/{name}/members/{username}",
        operation_id="add_group_member",
        summary="Put a user into a group (operators)",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404),
    )
    async def add(name: str, username: str, call: CallerCall) -> None:
        await call(lambda tx, caller: people.groups.add_member(tx, caller, name, username))

    @routes.delete(
        "/groups/{name}/members/{username}",
        operation_id="remove_group_member",
        summary="Take a user out of a group (operators)",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404),
    )
    async def remove(name: str, username: str, call: CallerCall) -> None:
        await call(lambda tx, caller: people.groups.remove_member(tx, caller, name, username))
