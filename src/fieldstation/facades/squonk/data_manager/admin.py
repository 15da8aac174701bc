"""Users and errors of the station, for operators who turned on what they may."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from fieldstation.core.incidents.model import KEPT, Incident
from fieldstation.core.incidents.service import Incidents
from fieldstation.core.people.model import Caller
from fieldstation.core.people.service import NewUser
from fieldstation.core.people.service.users import UserChange
from fieldstation.core.projects.service import Departures
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.arguments import GivenArguments, described
from fieldstation.facades.squonk.data_manager.users import UserDoor, UserOut
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid, NotFound

RESTORE = "/restore"  # as a message it lifts a suspension
_LONGEST = 200
_SUSPENDED = frozenset({"suspended", "suspension"})

Days = Annotated[int | None, Query(ge=1, le=100_000)]


class UsersOut(BaseModel):
    """Everybody but you."""

    count: int
    users: list[UserOut]


class ServiceErrorOut(BaseModel):
    """An error that nobody expected; one that repeats is told once."""

    id: int = Field(description="never changes", examples=[3])
    created: str
    summary: str
    severity: str = Field(examples=["ERROR"])
    hostname: str
    stack_trace: str
    acknowledged: bool = Field(description="whether somebody knows of it, and it was not met again since")
    acknowledged_at: str | None = None
    acknowledging_user: str | None = None


class ErrorsOut(BaseModel):
    """Errors, those met last first."""

    count: int
    service_errors: list[ServiceErrorOut]


@dataclass(frozen=True, kw_only=True)
class AdminDoor:
    """What the routes for operators need."""

    users: UserDoor
    incidents: Incidents
    departures: Departures

    def others(self, tx: Tx, caller: Caller, idle_days: int | None, active_days: int | None) -> UsersOut:
        """Describe all other users."""
        found = self.users.accounts.others(tx, caller, idle_days=idle_days, active_days=active_days)
        return UsersOut(count=len(found), users=[self.users.described(one) for one in found])

    def put(self, tx: Tx, caller: Caller, username: str) -> UserOut:
        """Make a user where there is none of this name, and describe them."""
        found = self.users.accounts.of(tx, caller, username)
        if found is None:
            self.users.people.users.add(tx, caller, NewUser(username=username))
            found = self.users.accounts.of(tx, caller, username)
        elif found.removed:
            self.departures.reopen(tx, caller, found.user)
            found = self.users.accounts.of(tx, caller, username)
        assert found is not None
        return self.users.described(found)

    def suspend(self, tx: Tx, caller: Caller, username: str, message: str) -> UserOut:
        """Keep a user out, telling them why, or let them in again."""
        found = self.users.accounts.of(tx, caller, username)
        if found is not None and found.removed:
            raise NotFound(f"{username} was removed", next_step="make the account again: PUT /admin/user/{user_id}")
        suspended = message != RESTORE
        change = UserChange(fields=_SUSPENDED, suspended=suspended, suspension=message if suspended else None)
        self.users.people.users.change(tx, caller, username, change)
        return self.put(tx, caller, username)

    def errors(self, tx: Tx, caller: Caller, acknowledged_too: bool) -> ErrorsOut:
        """Describe the errors that are kept."""
        found = self.incidents.latest(tx, caller, KEPT, acknowledged_too=acknowledged_too)
        numbers = self.incidents.numbers(tx, found)
        return ErrorsOut(count=len(found), service_errors=[_error_out(one, numbers) for one in found])


def router(door: AdminDoor) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["admin"])
    _add_users(routes, door)
    _add_errors(routes, door)
    return routes


def _add_users(routes: APIRouter, door: AdminDoor) -> None:
    @routes.get(
        "/admin/user",
        operation_id="get_admin_users",
        summary="Everybody but you",
        description="Of whom who was not here for `idle_days`, and who was in the last `active_days`.",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def listed(call: CallerCall, idle_days: Days = None, active_days: Days = None) -> UsersOut:
        return await call(lambda tx, caller: door.others(tx, caller, idle_days, active_days))

    @routes.put(
        "/admin/user/{user_id}",
        operation_id="create_user_account",
        summary="Make a user; one who is there already stays as they are",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=refusals(409),
    )
    async def put(user_id: str, call: CallerCall) -> UserOut:
        return await call(lambda tx, caller: door.put(tx, caller, user_id))

    @routes.patch(
        "/admin/user/{user_id}",
        operation_id="patch_admin_user",
        summary=f"Keep a user out and tell them why; {RESTORE} lets them in again",
        response_model_exclude_none=True,
        responses=refusals(404, 409),
        openapi_extra=described("suspend_message"),
    )
    async def suspend(user_id: str, arguments: GivenArguments, call: CallerCall) -> UserOut:
        message = _message(arguments.needed("suspend_message"))
        return await call(lambda tx, caller: door.suspend(tx, caller, user_id, message))

    @routes.delete(
        "/admin/user/{user_id}",
        operation_id="delete_user_account",
        summary="Remove a user; their data sets go to the trash",
        description="Refused while something is theirs that others may use; the answer says what.",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals(404, 409),
    )
    async def remove(user_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: door.departures.remove(tx, caller, user_id))


def _add_errors(routes: APIRouter, door: AdminDoor) -> None:
    @routes.get(
        "/admin/service-error",
        operation_id="get_service_errors",
        summary="Errors that nobody expected, those met last first",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def listed(call: CallerCall, include_acknowledged: bool = False) -> ErrorsOut:
        return await call(lambda tx, caller: door.errors(tx, caller, include_acknowledged))

    @routes.patch(
        "/admin/service-error/{error_id}",
        operation_id="acknowledge_service_error",
        summary="Say that you know of an error",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals(404),
    )
    async def acknowledge(error_id: int, call: CallerCall) -> None:
        incidents = door.incidents
        await call(lambda tx, who: incidents.acknowledge(tx, who, incidents.identify(tx, who, error_id)))

    @routes.delete(
        "/admin/service-error/{error_id}",
        operation_id="delete_service_error",
        summary="Forget an error",
        response_class=Response,
        responses=refusals(404),
    )
    async def remove(error_id: int, call: CallerCall) -> Response:
        incidents = door.incidents
        await call(lambda tx, who: incidents.remove(tx, who, incidents.identify(tx, who, error_id)))
        return Response()


def _message(text: str) -> str:
    if len(text) > _LONGEST or not text.isprintable() or not text.strip():
        raise Invalid(
            "this message cannot be told",
            next_step=f"send one line of up to {_LONGEST} characters as suspend_message, or {RESTORE}",
        )
    return text


def _error_out(incident: Incident, numbers: Mapping[str, int]) -> ServiceErrorOut:
    known = incident.acknowledged_at
    return ServiceErrorOut(
        id=numbers[incident.id],
        created=wire_time(incident.first_at),
        summary=f"{incident.place}: {incident.kind}: {incident.message}",
        severity="ERROR",
        hostname=socket.gethostname(),
        stack_trace=incident.trace,
        acknowledged=known is not None,
        acknowledged_at=None if known is None else wire_time(known),
        acknowledging_user=incident.acknowledged_by,
    )
