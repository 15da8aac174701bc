"""People: who you are, what you turned on, and who else is here."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from fieldstation.core.people.model import Caller
from fieldstation.core.people.service import Account, AccountChange, Accounts, People
from fieldstation.core.people.service.api_log import KeptCall
from fieldstation.core.people.service.tokens import NewToken
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall, OwnCall
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.arguments import GivenArguments, described
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid

EVALUATOR_ROLE = "data-manager-evaluator"
USER_ROLE, ADMIN_ROLE = "data-manager-user", "data-manager-admin"
TOKEN_DAYS = 1
_PLUS = re.compile(r"(T\S+) (\d\d:\d\d)$")  # of an offset, as a query that nobody encoded has it


class UserOut(BaseModel):
    """A user and how they stand here; what is not known is absent."""

    username: str
    f_uid: int | None = Field(default=None, description="whom files of theirs in projects belong to outside")
    first_seen: str | None = None
    last_seen_date: str | None = Field(default=None, examples=["2026-11-22"])
    private: bool = Field(description="whether the list that everybody may read leaves them out")
    suspended: bool | None = None
    suspension_message: str | None = None
    become_admin: bool | None = Field(default=None, description="whether they have turned on what operators may")
    impersonate: str | None = Field(default=None, description="whom they act as")


class AccountOut(BaseModel):
    """Who calls, and what they may turn on."""

    user: UserOut
    caller_has_admin_privilege: bool
    data_manager_roles: list[str] = Field(examples=[[USER_ROLE]])


class NameOut(BaseModel):
    """A user in the list that everybody may read."""

    username: str


class NamesOut(BaseModel):
    """Everybody who is not private."""

    count: int
    users: list[NameOut]


class CallOut(BaseModel):
    """A call that was no GET; secrets and files are left out."""

    method: str = Field(examples=["POST"])
    path: str = Field(examples=["/project"])
    began: str
    duration_ns: int
    status_code: int
    params: str | None = Field(default=None, description="of the query, as JSON text")
    body: str | None = Field(default=None, description="the texts of the form, as JSON text")
    impersonator: str | None = Field(default=None, description="who acted as you")


class LogOut(BaseModel):
    """Your calls of the last 90 days, oldest first."""

    count: int
    api_log: list[CallOut]


class TokenOut(BaseModel):
    """A token, which is shown this once."""

    token: str


@dataclass(frozen=True, kw_only=True)
class UserDoor:
    """What the routes of users need; `uid_of` tells which uid the files of a principal have outside."""

    people: People
    uid_of: Callable[[int], int | None]

    @property
    def accounts(self) -> Accounts:
        """Accounts."""
        return self.people.accounts

    def account(self, tx: Tx, caller: Caller) -> AccountOut:
        """Describe the caller."""
        found = self.accounts.show(tx, caller)
        roles = [EVALUATOR_ROLE if caller.evaluator else USER_ROLE, *([ADMIN_ROLE] if found.user.operator else [])]
        return AccountOut(
            user=self.described(found), caller_has_admin_privilege=found.user.operator, data_manager_roles=roles
        )

    def described(self, account: Account) -> UserOut:
        """Describe one account."""
        user = account.user
        return UserOut(
            username=user.username,
            f_uid=self.uid_of(user.principal),
            first_seen=None if account.first_seen is None else wire_time(account.first_seen),
            last_seen_date=None if account.last_seen is None else account.last_seen.isoformat(),
            private=account.private,
            suspended=True if user.suspended_at else None,
            suspension_message=user.suspension,
            become_admin=account.admin if user.operator else None,
            impersonate=account.impersonates if account.impersonating else None,
        )

    def calls(self, tx: Tx, caller: Caller, since: datetime | None, until: datetime | None) -> LogOut:
        """Tell the caller's calls."""
        found = [_call_out(one) for one in self.people.api_log.list(tx, caller, since, until)]
        return LogOut(count=len(found), api_log=found)

    def token(self, tx: Tx, caller: Caller) -> TokenOut:
        """Make a token that can do what the caller's credential can."""
        new = NewToken(name="Data Manager", scopes=caller.scopes, days=TOKEN_DAYS)
        return TokenOut(token=self.people.tokens.create(tx, caller, new).text)


def router(door: UserDoor) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["user"])
    _add_account(routes, door)
    _add_people(routes, door)
    return routes


def _add_account(routes: APIRouter, door: UserDoor) -> None:
    @routes.get(
        "/user/account",
        operation_id="get_user_account",
        summary="Who you are, or whom you act as",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def account(
        call: CallerCall,
        own: OwnCall,
        do_not_impersonate: Annotated[bool, Query(description="show yourself, whoever you act as")] = False,
    ) -> AccountOut:
        return await (own if do_not_impersonate else call)(door.account)

    @routes.patch(
        "/user/account",
        operation_id="patch_user_account",
        summary="Hide from the list of users; for operators: turn on what they may, act as somebody",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals(404),
        openapi_extra=described(optional=("private", "become_admin", "impersonate", "use_impersonation")),
    )
    async def change(arguments: GivenArguments, own: OwnCall) -> None:
        wanted = AccountChange(
            private=arguments.flag("private"),
            admin=arguments.flag("become_admin"),
            impersonate=arguments.given("impersonate"),
            impersonating=arguments.flag("use_impersonation"),
        )
        await own(lambda tx, caller: door.accounts.change(tx, caller, wanted))

    @routes.get(
        "/user/token",
        operation_id="get_user_api_token",
        summary=f"A new token for your programs, good for {TOKEN_DAYS * 24} hours and shown this once",
        responses=refusals(),
    )
    async def token(call: CallerCall, response: Response) -> TokenOut:
        response.headers["Cache-Control"] = "no-store"
        return await call(door.token)

    @routes.get(
        "/user/api-log",
        operation_id="get_user_api_log",
        summary="What you changed here, and who did it as you",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def calls(
        call: CallerCall,
        since: Annotated[str | None, Query(alias="from", max_length=40, description="from this time on")] = None,
        until: Annotated[str | None, Query(max_length=40, description="until before this time")] = None,
    ) -> LogOut:
        first, last = _time(since, "from"), _time(until, "until")
        return await call(lambda tx, caller: door.calls(tx, caller, first, last))


def _add_people(routes: APIRouter, door: UserDoor) -> None:
    @routes.get("/user", operation_id="get_users", summary="Everybody who is not private", responses=refusals())
    async def listed(call: CallerCall) -> NamesOut:
        found: Sequence[str] = await call(door.accounts.names)
        return NamesOut(count=len(found), users=[NameOut(username=name) for name in found])


def _time(text: str | None, name: str) -> datetime | None:
    """Read a time; without an offset it is UTC."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(_PLUS.sub(r"\1+\2", text))
    except ValueError:
        raise Invalid(f"{name} is no time: {text!r}", next_step=f"send {name} as 2026-11-22T09:30:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _call_out(one: KeptCall) -> CallOut:
    return CallOut(
        method=one.method,
        path=one.path,
        began=wire_time(one.began),
        duration_ns=one.duration_ns,
        status_code=one.status_code,
        params=json.dumps(one.params) if one.params else None,
        body=json.dumps(one.body) if one.body else None,
        impersonator=one.impersonator,
    )
