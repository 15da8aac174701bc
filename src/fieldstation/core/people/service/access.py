"""The one rule of access, in its two forms: a decision about one thing, and an SQL condition for many."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from fieldstation.core.audit.model import STATION, Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import (
    EVERYONE,
    GRANTS,
    Caller,
    Kind,
    Permission,
    Role,
    Standing,
    Thing,
    Verdict,
    hidden,
    holds,
    judge,
    kind_of,
    noun_of,
    roles_granting,
    within_scopes,
)
from fieldstation.core.people.store import access as store
from fieldstation.core.people.store import users as user_store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fieldstation.ports.hooks import AccessChanged

GROUP_PREFIX = "group:"
_PREFIXES = {"group": GROUP_PREFIX, "organisation": "organisation:", "unit": "unit:"}
_STRENGTH = tuple(Role)  # the strongest first


@dataclass(frozen=True, kw_only=True)
class Visible:
    """An SQL condition that holds for exactly the things on which a caller has a permission.

    Put `where(column)` into a WHERE and bind `values` with the statement. Names begin with `seen_`.
    """

    sql: str
    values: Mapping[str, Sequence[int]]

    def where(self, column: str) -> str:
        """Return the condition on the thing whose id is in `column`, such as `d.id`."""
        return self.sql.replace("{thing}", column)


@dataclass(frozen=True, kw_only=True)
class Lasting:
    """An SQL condition that holds while a user is not suspended and has a permission on a thing, whatever the token."""

    sql: str

    def where(self, user: str, thing: str) -> str:
        """Return the condition on the user and the thing whose ids are in these columns, such as `r.user_id`."""
        return self.sql.replace("{user}", user).replace("{thing}", thing)


@dataclass(frozen=True, kw_only=True)
class Member:
    """One who has a role on a thing: `name` is a username, `group:<name>` or `everyone`."""

    principal: int
    name: str
    role: Role


@dataclass(frozen=True, kw_only=True)
class Holders:
    """The one rule of access where it is kept with each thing, as an array of those principals that have a permission.

    `sql` writes the array for the thing in `{thing}`.
    """

    sql: str

    def of(self, thing: str) -> str:
        """Return the array of the thing whose id is in this column."""
        return self.sql.replace("{thing}", thing)


class Access:
    """Decides, and keeps the only access table; `hooks` hear of every change, in its transaction."""

    def __init__(self, hooks: Sequence[AccessChanged] = ()) -> None:
        self._hooks = hooks

    def decide(self, tx: Tx, caller: Caller, permission: Permission, thing: Thing) -> None:
        """Return when the caller has `permission` on `thing`.

        Raises NotFound when they may not see it or it does not exist, Forbidden when they see it but may not do this,
        or when their token leaves the permission out.
        """
        verdict = self.verdict(tx, caller, permission, thing)
        if verdict is Verdict.HIDDEN:
            raise hidden(thing.kind)
        if verdict is Verdict.SCOPE_MISSING:
            raise scope_missing(permission)
        if verdict is Verdict.ROLE_MISSING:
            raise Forbidden(
                f"you see this {noun_of(thing.kind)}, but {permission} on it is not yours",
                next_step=f"ask its owner; fieldstation why {permission} {thing.id} explains",
                reason="role_missing",
            )

    def verdict(self, tx: Tx, caller: Caller, permission: Permission, thing: Thing) -> Verdict:
        """Return what `decide` decides by."""
        return judge(caller, permission, _standing(tx, caller, permission, thing))

    def may(self, tx: Tx, caller: Caller, permission: Permission, thing: Thing) -> bool:
        """Tell whether `decide` would return."""
        return holds(caller, permission, _standing(tx, caller, permission, thing))

    def permissions(self, tx: Tx, caller: Caller, thing: Thing) -> Sequence[Permission]:
        """Return everything that `may` would allow the caller on `thing`, in one statement."""
        standing = store.standing(tx, caller.principals, thing)
        of_kind = [permission for permission in Permission if kind_of(permission) is thing.kind]
        return [permission for permission in of_kind if holds(caller, permission, standing)]

    def require(self, caller: Caller, permission: Permission) -> None:
        """Return when the caller has this permission on the station as a whole; otherwise raise Forbidden."""
        if kind_of(permission) is not Kind.STATION:
            raise ValueError(f"{permission} is decided on a {kind_of(permission)}, not on the station")
        if not within_scopes(caller, permission):
            raise scope_missing(permission)
        if permission is not Permission.STATION_USE and not caller.operator:
            raise Forbidden(
                f"{permission} is for operators of this station",
                next_step="ask an operator of this station",
                reason="role_missing",
            )

    def visible(self, caller: Caller, permission: Permission, kind: Kind) -> Visible:
        """Return the SQL form of `may`: for all things of `kind` at once, with an index in both directions."""
        if kind_of(permission) is not kind:
            raise ValueError(f"{permission} is not decided on a {kind}")
        if not within_scopes(caller, permission):
            return Visible(sql="false", values={})
        if caller.operator:
            return Visible(sql="true", values={})
        roles = roles_granting(permission)
        every_role = roles == {role for of, role in GRANTS if of is kind}
        name = "seen_" + permission.replace(":", "_")
        sql = store.semi_join(kind, None if every_role else roles, name)
        return Visible(sql=sql, values={name: list(caller.principals)})

    def holders(self, permission: Permission) -> Holders:
        """Return how those are written who have a permission on things, for who keeps them with each thing."""
        return Holders(sql=store.holders(kind_of(permission), roles_granting(permission)))

    def among(self, caller: Caller, permission: Permission) -> Visible:
        """Return the SQL form of `may` on an array of holders, whose column is given to `where`."""
        if not within_scopes(caller, permission):
            return Visible(sql="false", values={})
        if caller.operator:
            return Visible(sql="true", values={})
        name = "seen_" + permission.replace(":", "_")
        sql = f"{{thing}} && cast(:{name} AS integer[])"
        return Visible(sql=sql, values={name: list(caller.principals)})

    def lasting(self, permission: Permission) -> Lasting:
        """Return the SQL form of `may` for work that outlives its request: decided anew for who it is done for."""
        return Lasting(sql=store.user_may(kind_of(permission), roles_granting(permission)))

    def grant(self, tx: Tx, thing: Thing, principal: int, role: Role, *, by: Caller | None = None) -> None:
        """Give `principal` the role on `thing`, in place of all it had; the last person who owns it stays one.

        `by` is who does it, for the audit; the caller of this function has decided that they may.
        """
        if role is not Role.OWNER:
            _keep_an_owner(tx, thing, principal)
        self.add_role(tx, thing, principal, role, by=by)
        if store.drop(tx, thing, principal, [other for other in Role if other is not role]):
            self._changed(tx, thing)

    def add_role(self, tx: Tx, thing: Thing, principal: int, role: Role, *, by: Caller | None = None) -> None:
        """Give `principal` the role on `thing` beside those it has; `by` as for `grant`."""
        if (thing.kind, role) not in GRANTS:
            raise Invalid(
                f"a {noun_of(thing.kind)} has no role {role}", next_step=f"use one of: {_roles_of(thing.kind)}"
            )
        if store.add(tx, thing, principal, role):
            record(tx, _entry(Deed.ACCESS_GRANTED, thing, principal, role, by))
            self._changed(tx, thing)

    def revoke(
        self, tx: Tx, thing: Thing, principal: int, roles: Collection[Role] = tuple(Role), *, by: Caller | None = None
    ) -> None:
        """Take these roles of `principal` on `thing`, if it has them; Conflict for the last person who owns it."""
        if Role.OWNER in roles:
            _keep_an_owner(tx, thing, principal)
        dropped = store.drop(tx, thing, principal, roles)
        for role in dropped:
            record(tx, _entry(Deed.ACCESS_REVOKED, thing, principal, role, by))
        if dropped:
            self._changed(tx, thing)

    def forget(self, tx: Tx, thing: Thing) -> None:
        """Take all roles on a thing that is no more."""
        store.forget(tx, thing)
        self._changed(tx, thing)

    def _changed(self, tx: Tx, thing: Thing) -> None:
        for hook in self._hooks:
            hook.access_changed(tx, thing.kind, thing.id)

    def members(self, tx: Tx, thing: Thing) -> Sequence[Member]:
        """Return everybody who has a role on `thing`, `everyone` first, then groups, then users, by name.

        Who has several is told with the strongest.
        """
        strongest: dict[int, Member] = {}
        for member in self.roles(tx, thing):
            known = strongest.get(member.principal)
            if known is None or _STRENGTH.index(member.role) < _STRENGTH.index(known.role):
                strongest[member.principal] = member
        return list(strongest.values())

    def roles(self, tx: Tx, thing: Thing) -> Sequence[Member]:
        """Return every role that somebody has on `thing`, in the order of `members`."""
        return self.roles_of(tx, thing.kind, [thing.id])[thing.id]

    def roles_of(self, tx: Tx, kind: Kind, things: Sequence[str]) -> Mapping[str, Sequence[Member]]:
        """Return what `roles` does for many things of a kind, in one statement."""
        found: dict[str, list[Member]] = {thing: [] for thing in things}
        for row in store.rows_on(tx, kind, things):
            name = _PREFIXES.get(row.kind, "") + row.name
            found[row.thing].append(Member(principal=row.principal, name=name, role=Role(row.role)))
        return found

    def public(self, tx: Tx, kind: Kind, things: Sequence[str]) -> frozenset[str]:
        """Return which of these things everybody sees, in one statement."""
        return store.held(tx, kind, things, EVERYONE)

    def principal_of(self, tx: Tx, username: str) -> int:
        """Return the principal of a user, of `group:<name>`, or of `everyone`; NotFound for any other name."""
        if username == "everyone":
            return EVERYONE
        if username.startswith(GROUP_PREFIX):
            found = user_store.group_principal(tx, username.removeprefix(GROUP_PREFIX))
        else:
            found = user_store.user_principal(tx, username)
        if found is None:
            raise NotFound(
                f"nobody here is called {username}", next_step="look at the spelling; an operator can list all users"
            )
        return found


def scope_missing(permission: Permission) -> Forbidden:
    """Return the error for a credential that was narrowed below `permission`."""
    return Forbidden(
        f"the token you came with does not include {permission}",
        next_step=f"make a token that includes it: fieldstation token create --scope {permission}",
        reason="scope_missing",
    )


def _standing(tx: Tx, caller: Caller, permission: Permission, thing: Thing) -> Standing:
    if kind_of(permission) is not thing.kind:
        raise ValueError(f"{permission} is not decided on a {thing.kind}")
    return store.standing(tx, caller.principals, thing)


def _keep_an_owner(tx: Tx, thing: Thing, principal: int) -> None:
    """Refuse to let the last person go who owns a thing: a group may be empty, and nobody acts as everyone."""
    owners = store.lock_owners(tx, thing)
    if owners.keys() == {principal} or {owner for owner, person in owners.items() if person} == {principal}:
        raise Conflict(
            f"this is the only person who owns the {noun_of(thing.kind)}",
            next_step="make somebody else an owner first",
            reason="last_owner",
        )


def _roles_of(kind: Kind) -> str:
    return ", ".join(role for role in Role if (kind, role) in GRANTS)


def _entry(deed: Deed, thing: Thing, principal: int, role: Role, by: Caller | None) -> Entry:
    return Entry(
        actor=by.user_id if by else STATION,
        deed=deed,
        thing=thing.id,
        body={"kind": thing.kind.value, "principal": principal, "role": role.value},
    )
