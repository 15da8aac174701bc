"""Units: the parts of an organisation that hold products and are billed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fieldstation.core.actions.service import act
from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.people.model import Caller, Kind, Permission, Privacy, Role, Thing, hidden
from fieldstation.core.people.service.access import Access
from fieldstation.core.people.service.names import checked_title
from fieldstation.core.people.service.organisations import (
    Alteration,
    Organisation,
    Organisations,
    only_one,
    organisation_of,
    refuse_owner,
    user_principal,
)
from fieldstation.core.people.store import groups as membership_store
from fieldstation.core.people.store import organisations as store
from fieldstation.core.people.store import users as user_store
from fieldstation.db import Tx
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Conflict, Invalid, NotFound
from fieldstation.kernel.ids import is_id, new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of
from fieldstation.ports.hooks import Removing

KIND = "unit"  # what their ids begin with
BILLING_DAYS = range(1, 29)  # the days that every month has


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit as its caller sees it; `billing_day` is the day of the month on which its periods begin.

    `users` are its members beside its owner; `member` says whether the caller is one, also through the organisation.
    """

    id: str
    principal: int
    organisation: Organisation
    name: str
    owner: str | None
    personal: bool
    billing_day: int
    privacy: Privacy
    created_at: datetime
    users: Sequence[str]
    member: bool


@dataclass(frozen=True, kw_only=True)
class NewUnit:
    """A unit to make; without `privacy` it takes the rule of its organisation."""

    name: str
    billing_day: int
    privacy: Privacy | None = None


class Units:
    """Makes units and keeps who belongs to them; each user may have a personal one, which nobody else belongs to."""

    def __init__(self, access: Access, organisations: Organisations, removing: Sequence[Removing] = ()) -> None:
        self._access = access
        self._organisations = organisations
        self._removing = removing

    def create(self, tx: Tx, caller: Caller, organisation: str, new: NewUnit) -> Unit:
        """Make a unit that the caller owns, for members of the organisation; its owner owns the unit too."""
        found = self._organisations.find(tx, caller, organisation, Permission.ORGANISATION_USE)
        if found.builtin:
            raise Conflict(
                "this organisation has personal units only",
                next_step="make yours: fieldstation unit create-personal",
                reason="builtin",
            )
        self._organisations.keep(tx, found.id)
        privacy = new.privacy or found.privacy
        _refuse_contradiction(found, privacy)
        thing = self._insert(tx, caller, found, replace(new, name=checked_title(new.name, KIND), privacy=privacy))
        if found.owner is not None and found.owner != caller.username:
            self._access.grant(tx, thing, user_principal(tx, found.owner), Role.OWNER, by=caller)
        self._access.grant(tx, thing, found.principal, Role.EDITOR, by=caller)
        return self._get(tx, caller, thing.id)

    def create_personal(self, tx: Tx, caller: Caller, billing_day: int) -> Unit:
        """Make the caller's personal unit, in the built-in organisation; Conflict when they have one."""
        found = self._organisations.default(tx, caller)
        new = NewUnit(name=caller.username, billing_day=billing_day, privacy=found.privacy)
        return self._get(tx, caller, self._insert(tx, caller, found, new, personal=True).id)

    def personal(self, tx: Tx, caller: Caller) -> Unit:
        """Return the caller's personal unit; NotFound when they have none."""
        self._access.require(caller, Permission.STATION_USE)
        row = store.personal_unit(tx, caller.user_id)
        if row is None:
            raise NotFound(
                "you have no personal unit", next_step="make it: fieldstation unit create-personal --billing-day 1"
            )
        return _unit(row, caller)

    def personal_id(self, tx: Tx, caller: Caller) -> str | None:
        """Return the id of the caller's personal unit; None when they have none."""
        self._access.require(caller, Permission.STATION_USE)
        row = store.personal_unit(tx, caller.user_id)
        return None if row is None else str(row.id)

    def find(self, tx: Tx, caller: Caller, reference: str, permission: Permission) -> Unit:
        """Return the unit of this id, or the only one of this name that the caller sees, once they may."""
        found = reference if is_id(reference, KIND) else self._by_name(tx, caller, reference)
        self._access.decide(tx, caller, permission, Thing(kind=Kind.UNIT, id=found))
        return self._get(tx, caller, found)

    def show(self, tx: Tx, caller: Caller, reference: str) -> Unit:
        """Return one unit."""
        return self.find(tx, caller, reference, Permission.UNIT_USE)

    def list(
        self, tx: Tx, caller: Caller, request: PageRequest, filters: Mapping[str, str] | None = None
    ) -> Page[Unit]:
        """Return the units that the caller sees, newest first; `filters` may have `organisation` (an id) and `name`."""
        visible = self._access.visible(caller, Permission.UNIT_USE, Kind.UNIT)
        before = request.after[0] if request.after else store.LAST
        condition = (visible.where("n.id"), visible.values)
        rows = store.units_page(tx, before, request.limit + 1, filters or {}, condition)
        return page_of([_unit(row, caller) for row in rows], request, lambda each: (each.id,))

    def by_ids(self, tx: Tx, caller: Caller, ids: Sequence[str]) -> Mapping[str, Unit]:
        """Return the units of these ids, in one statement; who calls has decided that the caller may see them."""
        return {row.id: _unit(row, caller) for row in store.units(tx, sorted(set(ids)))}

    def change(self, tx: Tx, caller: Caller, reference: str, change: Alteration) -> Unit:
        """Give a unit another name or rule of privacy, which its organisation must allow; for its owners."""
        found = self.find(tx, caller, reference, Permission.UNIT_OWN)
        if found.personal and change.name is not None:
            raise Conflict("a personal unit is called like its user", next_step="leave the name out", reason="personal")
        store.lock_organisation(tx, found.organisation.id)
        privacy = change.privacy or found.privacy
        name = found.name if change.name is None else checked_title(change.name, KIND)
        _refuse_contradiction(found.organisation, privacy)
        if store.unit_name_taken(tx, found.organisation.id, name, found.id):
            raise _taken(name)
        store.change_unit(tx, {"id": found.id, "name": name, "privacy": privacy})
        body: dict[str, Json] = {"name": name, "privacy": privacy}
        act(tx, Entry(actor=caller.user_id, deed=Deed.UNIT_CHANGED, thing=found.id, body=body))
        return replace(found, name=name, privacy=privacy)

    def remove(self, tx: Tx, caller: Caller, reference: str) -> None:
        """Remove a unit that has no products, for its members; a personal one goes another way."""
        found = self.find(tx, caller, reference, Permission.UNIT_USE)
        if found.personal:
            raise Conflict(
                "this is a personal unit",
                next_step="its user types: fieldstation unit delete-personal",
                reason="personal",
            )
        self._remove(tx, caller, found)

    def remove_personal(self, tx: Tx, caller: Caller) -> None:
        """Remove the caller's personal unit, once it has no products."""
        self._remove(tx, caller, self.personal(tx, caller))

    def add_member(self, tx: Tx, caller: Caller, reference: str, username: str) -> None:
        """Make a user a member, for members; nothing happens when they are one."""
        found = self.find(tx, caller, reference, Permission.UNIT_USE)
        if found.personal:
            raise Conflict(
                "a personal unit has no other members", next_step="make a unit in an organisation", reason="personal"
            )
        if membership_store.join(tx, user_principal(tx, username), found.principal):
            body: dict[str, Json] = {"username": username}
            act(tx, Entry(actor=caller.user_id, deed=Deed.UNIT_JOINED, thing=found.id, body=body))

    def remove_member(self, tx: Tx, caller: Caller, reference: str, username: str) -> None:
        """Take a user out, for members; nothing happens when they are not in. The owner stays."""
        found = self.find(tx, caller, reference, Permission.UNIT_USE)
        refuse_owner(found.owner, username)
        if membership_store.leave(tx, user_principal(tx, username), found.principal):
            body: dict[str, Json] = {"username": username}
            act(tx, Entry(actor=caller.user_id, deed=Deed.UNIT_LEFT, thing=found.id, body=body))

    def keep(self, tx: Tx, unit_id: str) -> None:
        """Let nobody remove a unit until this transaction ends, because something is put into it."""
        if not store.keep_unit(tx, unit_id):
            raise hidden(Kind.UNIT)

    def _insert(
        self, tx: Tx, caller: Caller, organisation: Organisation, new: NewUnit, *, personal: bool = False
    ) -> Thing:
        if new.billing_day not in BILLING_DAYS:
            raise Invalid(
                f"{new.billing_day} cannot be a billing day",
                next_step=f"choose one from {BILLING_DAYS[0]} to {BILLING_DAYS[-1]}, which every month has",
                reason="billing_day",
            )
        thing = Thing(kind=Kind.UNIT, id=new_id(KIND))
        principal = user_store.new_principal(tx, "unit")
        body: dict[str, Json] = {"name": new.name, "billing_day": new.billing_day, "privacy": new.privacy}
        ours = {"id": thing.id, "principal": principal, "organisation": organisation.id}
        if not store.insert_unit(tx, {**ours, **body, "owner": caller.user_id, "personal": personal}):
            raise _taken(new.name)
        self._access.grant(tx, thing, caller.principal, Role.OWNER, by=caller)
        self._access.grant(tx, thing, principal, Role.EDITOR, by=caller)
        membership_store.join(tx, caller.principal, principal)
        if not organisation.builtin:
            seen = Thing(kind=Kind.ORGANISATION, id=organisation.id)
            self._access.grant(tx, seen, principal, Role.READER, by=caller)
        body["organisation"] = organisation.id
        act(tx, Entry(actor=caller.user_id, deed=Deed.UNIT_CREATED, thing=thing.id, body=body))
        return thing

    def _remove(self, tx: Tx, caller: Caller, found: Unit) -> None:
        if not store.lock_unit(tx, found.id):
            raise hidden(Kind.UNIT)
        for hook in self._removing:
            hook.removing(tx, found.id)
        store.remove_unit(tx, found.id)
        seen = Thing(kind=Kind.ORGANISATION, id=found.organisation.id)
        self._access.revoke(tx, seen, found.principal, by=caller)
        act(tx, Entry(actor=caller.user_id, deed=Deed.UNIT_REMOVED, thing=found.id))

    def _by_name(self, tx: Tx, caller: Caller, name: str) -> str:
        return only_one(self.list(tx, caller, PageRequest(limit=2), {"name": name}).items, Kind.UNIT)

    def _get(self, tx: Tx, caller: Caller, unit_id: str) -> Unit:
        row = store.unit(tx, unit_id)
        if row is None:
            raise hidden(Kind.UNIT)
        return _unit(row, caller)


def _unit(row: Any, caller: Caller) -> Unit:
    organisation = organisation_of(row, caller)
    return Unit(
        id=row.id,
        principal=row.principal,
        organisation=organisation,
        name=row.name,
        owner=row.owner,
        personal=row.personal,
        billing_day=row.billing_day,
        privacy=Privacy(row.privacy),
        created_at=row.created_at,
        users=tuple(row.users),
        member=organisation.member or row.principal in caller.principals or row.owner == caller.username,
    )


def _refuse_contradiction(organisation: Organisation, privacy: Privacy) -> None:
    if not organisation.privacy.leaves(privacy):
        raise Invalid(
            f"its organisation has the rule {organisation.privacy}, which {privacy} contradicts",
            next_step=f"use {organisation.privacy}, or leave the rule out",
            reason="privacy",
        )


def _taken(name: str) -> Conflict:
    return Conflict(f"there is a unit {name} already", next_step="choose another name", reason="taken")
