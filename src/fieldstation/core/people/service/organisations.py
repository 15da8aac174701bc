"""Organisations: who pays together. Their members make units, and units hold what is paid for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from fieldstation.core.actions.service import act
from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.people.model import Caller, Kind, Permission, Privacy, Role, Thing, hidden, within_scopes
from fieldstation.core.people.service.access import Access
from fieldstation.core.people.service.names import checked_title
from fieldstation.core.people.store import groups as membership_store
from fieldstation.core.people.store import organisations as store
from fieldstation.core.people.store import users as user_store
from fieldstation.db import Tx
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Conflict, NotFound
from fieldstation.kernel.ids import is_id, new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of
from fieldstation.ports.hooks import Removing

KIND = "org"  # what their ids begin with


class Named(Protocol):
    """A thing that a name may mean."""

    @property
    def id(self) -> str:
        """What it is called for good."""


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """An organisation as its caller sees it.

    `owner` is a username, absent for the built-in one; `users` are its other members, told to members and operators;
    `member` says whether the caller is one; `privacy` is the rule for projects that its units pay for.
    """

    id: str
    principal: int
    name: str
    owner: str | None
    builtin: bool
    privacy: Privacy
    created_at: datetime
    users: Sequence[str]
    member: bool


@dataclass(frozen=True, kw_only=True)
class NewOrganisation:
    """An organisation to make; without `privacy` its projects are private unless who makes one says otherwise."""

    name: str
    owner: str
    privacy: Privacy = Privacy.DEFAULT_PRIVATE


@dataclass(frozen=True, kw_only=True)
class Alteration:
    """What shall change about an organisation or a unit; what is None stays."""

    name: str | None = None
    privacy: Privacy | None = None


class Organisations:
    """Makes organisations and keeps who belongs to them.

    Members see everything in theirs. Who is in one of its units only, sees the organisation and that unit. To everybody
    else it does not exist, but for the built-in one, which holds the personal units.
    """

    def __init__(self, access: Access, removing: Sequence[Removing] = ()) -> None:
        self._access = access
        self._removing = removing

    def create(self, tx: Tx, caller: Caller, new: NewOrganisation) -> Organisation:
        """Make an organisation for its owner, who is a member; for operators."""
        self._access.require(caller, Permission.STATION_OPERATE)
        owner = user_store.by_username(tx, new.owner)
        if owner is None:
            raise NotFound(f"nobody here is called {new.owner}", next_step="fieldstation user list")
        thing = Thing(kind=Kind.ORGANISATION, id=new_id(KIND))
        principal = user_store.new_principal(tx, "organisation")
        name = checked_title(new.name, KIND)
        values = {"id": thing.id, "principal": principal, "name": name, "owner": owner.id, "privacy": new.privacy}
        store.insert_organisation(tx, values)
        self._access.grant(tx, thing, owner.principal, Role.OWNER, by=caller)
        self._access.grant(tx, thing, principal, Role.EDITOR, by=caller)
        membership_store.join(tx, owner.principal, principal)
        body: dict[str, Json] = {"name": name, "owner": new.owner, "privacy": new.privacy}
        act(tx, Entry(actor=caller.user_id, deed=Deed.ORGANISATION_CREATED, thing=thing.id, body=body))
        return self._get(tx, caller, thing.id)

    def default(self, tx: Tx, caller: Caller) -> Organisation:
        """Return the built-in organisation, which everybody sees and nobody is a member of."""
        self._access.require(caller, Permission.STATION_USE)
        return organisation_of(store.builtin(tx), caller)

    def find(self, tx: Tx, caller: Caller, reference: str, permission: Permission) -> Organisation:
        """Return the organisation of this id, or the only one of this name that the caller sees, once they may."""
        found = reference if is_id(reference, KIND) else self._by_name(tx, caller, reference)
        self._access.decide(tx, caller, permission, Thing(kind=Kind.ORGANISATION, id=found))
        return self._get(tx, caller, found)

    def show(self, tx: Tx, caller: Caller, reference: str) -> Organisation:
        """Return one organisation."""
        return self.find(tx, caller, reference, Permission.ORGANISATION_READ)

    def list(self, tx: Tx, caller: Caller, request: PageRequest, name: str | None = None) -> Page[Organisation]:
        """Return the organisations that the caller sees, newest first; with `name` only those called so."""
        visible = self._access.visible(caller, Permission.ORGANISATION_READ, Kind.ORGANISATION)
        before = request.after[0] if request.after else store.LAST
        condition = (visible.where("o.id"), visible.values)
        rows = store.organisations_page(tx, before, request.limit + 1, name, condition)
        return page_of([organisation_of(row, caller) for row in rows], request, lambda each: (each.id,))

    def change(self, tx: Tx, caller: Caller, reference: str, change: Alteration) -> Organisation:
        """Give an organisation another name or rule of privacy, which no unit of it may contradict; for its owner."""
        found = self.find(tx, caller, reference, Permission.ORGANISATION_OWN)
        _refuse_builtin(found)
        store.lock_organisation(tx, found.id)
        privacy = change.privacy or found.privacy
        name = found.name if change.name is None else checked_title(change.name, KIND)
        against = [rule for rule in store.rules_below(tx, found.id) if not privacy.leaves(Privacy(rule))]
        if against:
            raise Conflict(
                f"units of this organisation have the rule {', '.join(sorted(against))}, which {privacy} forbids",
                next_step="change the rule of its units first",
                reason="privacy",
            )
        store.change_organisation(tx, {"id": found.id, "name": name, "privacy": privacy})
        body: dict[str, Json] = {"name": name, "privacy": privacy}
        act(tx, Entry(actor=caller.user_id, deed=Deed.ORGANISATION_CHANGED, thing=found.id, body=body))
        return replace(found, name=name, privacy=privacy)

    def remove(self, tx: Tx, caller: Caller, reference: str) -> None:
        """Remove an organisation that has no units, for operators."""
        found = self.find(tx, caller, reference, Permission.ORGANISATION_READ)
        self._access.require(caller, Permission.STATION_OPERATE)
        _refuse_builtin(found)
        if not store.lock_organisation(tx, found.id):
            raise hidden(Kind.ORGANISATION)
        if store.has_units(tx, found.id):
            raise Conflict("this organisation has units", next_step="remove its units first", reason="in_use")
        for hook in self._removing:
            hook.removing(tx, found.id)
        store.remove_organisation(tx, found.id)
        act(tx, Entry(actor=caller.user_id, deed=Deed.ORGANISATION_REMOVED, thing=found.id))

    def add_member(self, tx: Tx, caller: Caller, reference: str, username: str) -> None:
        """Make a user a member, for members; nothing happens when they are one."""
        found = self.find(tx, caller, reference, Permission.ORGANISATION_USE)
        _refuse_builtin(found)
        if membership_store.join(tx, user_principal(tx, username), found.principal):
            body: dict[str, Json] = {"username": username}
            act(tx, Entry(actor=caller.user_id, deed=Deed.ORGANISATION_JOINED, thing=found.id, body=body))

    def remove_member(self, tx: Tx, caller: Caller, reference: str, username: str) -> None:
        """Take a user out, for members; nothing happens when they are not in. The owner stays."""
        found = self.find(tx, caller, reference, Permission.ORGANISATION_USE)
        refuse_owner(found.owner, username)
        if membership_store.leave(tx, user_principal(tx, username), found.principal):
            body: dict[str, Json] = {"username": username}
            act(tx, Entry(actor=caller.user_id, deed=Deed.ORGANISATION_LEFT, thing=found.id, body=body))

    def keep(self, tx: Tx, organisation_id: str) -> None:
        """Let nobody remove an organisation until this transaction ends, because something is put into it."""
        if not store.keep_organisation(tx, organisation_id):
            raise hidden(Kind.ORGANISATION)

    def _by_name(self, tx: Tx, caller: Caller, name: str) -> str:
        return only_one(self.list(tx, caller, PageRequest(limit=2), name).items, Kind.ORGANISATION)

    def _get(self, tx: Tx, caller: Caller, organisation_id: str) -> Organisation:
        row = store.organisation(tx, organisation_id)
        if row is None:
            raise hidden(Kind.ORGANISATION)
        return organisation_of(row, caller)


def organisation_of(row: Any, caller: Caller) -> Organisation:
    """Read the organisation of a row, whose columns begin with `o_`, as the caller sees it."""
    member = row.o_principal in caller.principals or row.o_owner == caller.username
    return Organisation(
        id=row.o_id,
        principal=row.o_principal,
        name=row.o_name,
        owner=row.o_owner,
        builtin=row.o_builtin,
        privacy=Privacy(row.o_privacy),
        created_at=row.o_created_at,
        users=tuple(row.o_users) if member or operates(caller) else (),
        member=member,
    )


def operates(caller: Caller) -> bool:
    """Tell whether the caller came as an operator."""
    return caller.operator and within_scopes(caller, Permission.STATION_OPERATE)


def user_principal(tx: Tx, username: str) -> int:
    """Return the principal of a user; NotFound for any other name."""
    found = user_store.user_principal(tx, username)
    if found is None:
        raise NotFound(f"nobody here is called {username}", next_step="look at the spelling")
    return found


def refuse_owner(owner: str | None, username: str) -> None:
    """Raise Conflict when it is the owner who shall not be a member any more."""
    if username == owner:
        raise Conflict(f"{username} is the owner", next_step="the owner is always a member", reason="last_owner")


def only_one(found: Sequence[Named], kind: Kind) -> str:
    """Return the id of the only thing of a name; nothing is hidden, several are a Conflict."""
    if not found:
        raise hidden(kind)
    if len(found) > 1:
        raise Conflict(
            f"you see several of this name: {found[0].id} and {found[1].id}",
            next_step="use the id instead of the name",
            reason="ambiguous",
        )
    return found[0].id


def _refuse_builtin(found: Organisation) -> None:
    if found.builtin:
        raise Conflict(
            "this organisation belongs to the station: it has no owner, no members, and stays as it is",
            next_step="make a personal unit in it, or ask an operator for an organisation of your own",
            reason="builtin",
        )
