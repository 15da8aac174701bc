"""Groups: one name for several users. Operators keep them; where a member is asked for, one writes `group:<name>`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import Caller, Permission, within_scopes
from fieldstation.core.people.service.access import GROUP_PREFIX, Access
from fieldstation.core.people.service.names import checked_name
from fieldstation.core.people.store import groups as store
from fieldstation.core.people.store import users as user_store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, NotFound
from fieldstation.kernel.paging import Page, PageRequest, page_of


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group; `principal` is what holds its roles."""

    principal: int
    name: str
    created_at: datetime


class Groups:
    """Makes groups and keeps who belongs to them; a change counts from the next request on."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def create(self, tx: Tx, caller: Caller, name: str) -> Group:
        """Make an empty group; Conflict when the name is taken."""
        self._access.require(caller, Permission.STATION_OPERATE)
        row = store.insert(tx, user_store.new_principal(tx, "group"), checked_name(name))
        if row is None:
            raise Conflict(f"the group {name} exists", next_step="choose another name", reason="taken")
        record(tx, Entry(actor=caller.user_id, deed=Deed.GROUP_CREATED, thing=GROUP_PREFIX + name))
        return _group(row)

    def list(self, tx: Tx, caller: Caller, request: PageRequest) -> Page[Group]:
        """Return the groups that the caller is in, by name; for operators all."""
        self._access.require(caller, Permission.STATION_USE)
        after = request.after[0] if request.after else ""
        rows = store.page(tx, after, request.limit + 1, None if _operates(caller) else caller.principals)
        return page_of([_group(row) for row in rows], request, lambda group: (group.name,))

    def members(self, tx: Tx, caller: Caller, name: str, request: PageRequest) -> Page[str]:
        """Return the usernames of a group, for those in it and for operators."""
        self._access.require(caller, Permission.STATION_USE)
        row = store.by_name(tx, name)
        if row is None or not (_operates(caller) or row.principal in caller.principals):
            raise _hidden()
        after = request.after[0] if request.after else ""
        return page_of(store.members(tx, row.principal, after, request.limit + 1), request, lambda member: (member,))

    def add_member(self, tx: Tx, caller: Caller, name: str, username: str) -> None:
        """Make a user a member."""
        member, group = self._pair(tx, caller, name, username)
        if store.join(tx, member, group):
            record(tx, _entry(Deed.GROUP_JOINED, caller, name, username))

    def remove_member(self, tx: Tx, caller: Caller, name: str, username: str) -> None:
        """Take a user out; nothing happens when they are not in."""
        member, group = self._pair(tx, caller, name, username)
        if store.leave(tx, member, group):
            record(tx, _entry(Deed.GROUP_LEFT, caller, name, username))

    def _pair(self, tx: Tx, caller: Caller, name: str, username: str) -> tuple[int, int]:
        self._access.require(caller, Permission.STATION_OPERATE)
        row = store.by_name(tx, name)
        if row is None:
            raise _hidden()
        member = user_store.user_principal(tx, username)
        if member is None:
            raise NotFound(f"nobody here is called {username}", next_step="fieldstation user list")
        return member, row.principal


def _operates(caller: Caller) -> bool:
    return caller.operator and within_scopes(caller, Permission.STATION_OPERATE)


def _entry(deed: Deed, caller: Caller, name: str, username: str) -> Entry:
    return Entry(actor=caller.user_id, deed=deed, thing=GROUP_PREFIX + name, body={"username": username})


def _hidden() -> NotFound:
    return NotFound(
        "there is no group of this name, or you are not in it", next_step="fieldstation whoami shows your groups"
    )


def _group(row: Any) -> Group:
    return Group(principal=row.principal, name=row.name, created_at=row.created_at)
