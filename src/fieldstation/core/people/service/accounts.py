"""Accounts at a door where operators are like everybody else until they say otherwise, and may act as somebody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service.access import Access
from fieldstation.core.people.service.users import User, user_of
from fieldstation.core.people.store import accounts as store
from fieldstation.core.people.store import users as user_store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Forbidden, Invalid, NotFound


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user as that door knows them.

    `admin` says whether they took up what operators may; `impersonates` is whom they act as then, unless
    `impersonating` is off; `private` keeps them out of the list that everybody may read. When they were seen is known
    some moments after.
    """

    user: User
    private: bool = False
    admin: bool = False
    impersonates: str | None = None
    impersonating: bool = True
    removed: bool = False
    first_seen: datetime | None = None
    last_seen: date | None = None


@dataclass(frozen=True, kw_only=True)
class AccountChange:
    """What shall change; None stays. An empty `impersonate` ends it."""

    private: bool | None = None
    admin: bool | None = None
    impersonate: str | None = None
    impersonating: bool | None = None


class Accounts:
    """Shows and changes accounts."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def show(self, tx: Tx, caller: Caller) -> Account:
        """Return the caller's own account; any credential may ask."""
        return _account(store.account(tx, caller.user_id))

    def names(self, tx: Tx, caller: Caller) -> Sequence[str]:
        """Return the names of those who are not private, by name; for operators of all."""
        self._access.require(caller, Permission.STATION_USE)
        return store.names(tx, private_too=caller.operator)

    def others(
        self, tx: Tx, caller: Caller, *, idle_days: int | None = None, active_days: int | None = None
    ) -> Sequence[Account]:
        """Return all other accounts by name, for operators.

        With `idle_days` of who was not seen for so many days, with `active_days` of who was seen in the last so many.
        """
        self._access.require(caller, Permission.STATION_OPERATE)
        return [_account(row) for row in store.others(tx, caller.user_id, idle_days, active_days)]

    def of(self, tx: Tx, caller: Caller, username: str) -> Account | None:
        """Return the account of this name to an operator; None when there is none."""
        self._access.require(caller, Permission.STATION_OPERATE)
        row = store.by_username(tx, username)
        return None if row is None else _account(row)

    def named(self, tx: Tx, usernames: Sequence[str]) -> Sequence[Account]:
        """Return the accounts of these names, in one statement; who calls has decided that the caller may know them."""
        return [_account(row) for row in store.named(tx, usernames)]

    def act_for(self, tx: Tx, caller: Caller) -> None:
        """Have the audit name the caller beside whom they act as, until this transaction ends."""
        store.act_for(tx, caller.user_id)

    def change(self, tx: Tx, caller: Caller, change: AccountChange) -> Account:
        """Change the caller's own account; what operators may is for operators to take up.

        Laying it down ends impersonation too, so that nobody acts as another by surprise later.
        """
        self._access.require(caller, Permission.STATION_USE)
        if change.admin or change.impersonate or change.impersonating:
            self._access.require(caller, Permission.STATION_OPERATE)
        store.lock(tx, caller.user_id)
        row = store.account(tx, caller.user_id)
        before, impersonated = _account(row), row.impersonated_id
        wanted = _apply(before, change)
        if wanted.impersonates is None:
            impersonated = None
        elif change.impersonate:
            impersonated = _target(tx, change.impersonate)
        values = {"private": wanted.private, "admin": wanted.admin, "impersonating": wanted.impersonating}
        store.keep(tx, {"id": caller.user_id, "impersonates": impersonated, **values})
        _tell(tx, caller, before, wanted)
        return wanted


def _apply(before: Account, change: AccountChange) -> Account:
    admin = before.admin if change.admin is None else change.admin
    impersonates = before.impersonates if change.impersonate is None else (change.impersonate or None)
    if change.impersonate and not admin:
        raise Invalid(
            "only who has admin turned on can act as somebody",
            next_step="send become_admin=true along",
            reason="not_admin",
        )
    return replace(
        before,
        private=before.private if change.private is None else change.private,
        admin=admin,
        impersonates=impersonates if admin else None,
        impersonating=before.impersonating if change.impersonating is None else change.impersonating,
    )


def _target(tx: Tx, username: str) -> str:
    row = user_store.by_username(tx, username)
    if row is None:
        raise NotFound(
            f"nobody here is called {username[:100]}",
            next_step="look at the spelling: `fst user list`, or GET /admin/user",
        )
    refuse_target(row.username, operator=row.operator, suspended=row.suspended_at is not None)
    user_id: str = row.id
    return user_id


def refuse_target(username: str, *, operator: bool, suspended: bool) -> None:
    """Raise Forbidden for who cannot be impersonated, or no more."""
    if operator or suspended:
        raise Forbidden(
            f"{username} is {'an operator' if operator else 'suspended'}, as whom nobody can act",
            next_step="act as yourself: `fst user act --self`, or an empty impersonate in PATCH /user/account",
            reason="not_impersonated",
        )


def _tell(tx: Tx, caller: Caller, before: Account, after: Account) -> None:
    if before.admin != after.admin:
        deed = Deed.ADMIN_TAKEN if after.admin else Deed.ADMIN_ENDED
        record(tx, Entry(actor=caller.user_id, deed=deed, thing=caller.user_id))
    acted = [one.impersonates if one.impersonating else None for one in (before, after)]
    if acted[0] != acted[1]:
        for deed, username in zip((Deed.IMPERSONATION_ENDED, Deed.IMPERSONATION_TAKEN), acted, strict=True):
            if username is not None:
                record(tx, Entry(actor=caller.user_id, deed=deed, thing=caller.user_id, body={"as": username}))


def _account(row: Any) -> Account:
    return Account(
        user=user_of(row),
        private=row.private,
        admin=row.admin and row.operator,
        impersonates=row.impersonates if row.admin and row.operator else None,
        impersonating=row.impersonating,
        removed=row.removed,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
    )
