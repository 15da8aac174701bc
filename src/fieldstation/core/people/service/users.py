"""Users: how they come, what may change about them, and who may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fieldstation.core.audit.model import STATION, Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service.access import Access
from fieldstation.core.people.service.names import checked_name
from fieldstation.core.people.service.passwords import hash_password, verify_password
from fieldstation.core.people.store import sessions as session_store
from fieldstation.core.people.store import users as store
from fieldstation.db import Tx
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Conflict, Forbidden, NotFound
from fieldstation.kernel.ids import is_id, new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of
from fieldstation.ports.hooks import CreatedUser, UserCreated

LOCAL = "local"  # the issuer of those who sign in here, whatever address is in their tokens


@dataclass(frozen=True, kw_only=True)
class NewUser:
    """A user to create; without `password` they cannot sign in here; `sub` is given for those of another issuer."""

    username: str
    password: str | None = None
    name: str | None = None
    email: str | None = None
    operator: bool = False
    quota_bytes: int | None = None
    iss: str = LOCAL
    sub: str | None = None


@dataclass(frozen=True, kw_only=True)
class User:
    """A user; `quota_bytes` None means the station's default; `space` is the id of their own project.

    `suspension` is what they are told of why they are suspended.
    """

    id: str
    principal: int
    username: str
    name: str | None
    email: str | None
    operator: bool
    space: str
    quota_bytes: int | None
    created_at: datetime
    suspended_at: datetime | None
    suspension: str | None = None


@dataclass(frozen=True, kw_only=True)
class UserChange:
    """What shall change about a user: only the fields named in `fields`."""

    fields: frozenset[str]
    name: str | None = None
    email: str | None = None
    operator: bool = False
    suspended: bool = False
    suspension: str | None = None
    quota_bytes: int | None = None


_OWN_FIELDS = frozenset({"name", "email"})  # what everybody may change about themselves


def own_quota(user: str) -> str:
    """Write the SQL of the quota (bytes) that the user whose id is in the column `user` was given; NULL for none."""
    return store.OWN_QUOTA.replace("{user}", user)


class Users:
    """Creates, shows, lists and changes users."""

    def __init__(self, access: Access, hooks: Sequence[UserCreated]) -> None:
        self._access = access
        self._hooks = hooks

    def create(self, tx: Tx, new: NewUser, *, by: str = STATION) -> User:
        """Create a user and call the hooks in the same transaction; Conflict when the username is taken.

        `by` is the id of who does it, for the audit; the caller of this function has decided that they may.
        """
        user_id = new_id("user")
        created = CreatedUser(
            id=user_id,
            username=checked_name(new.username),
            principal=store.new_principal(tx, "user"),
            space=new_id("project"),
        )
        if not store.insert(tx, _row(new, created)):
            raise Conflict(f"the username {new.username} is taken", next_step="choose another username", reason="taken")
        body: dict[str, Json] = {"username": new.username, "operator": new.operator}
        record(tx, Entry(actor=by, deed=Deed.USER_CREATED, thing=user_id, body=body))
        for hook in self._hooks:
            hook.user_created(tx, created)
        return self.get(tx, user_id)

    def create_first(self, tx: Tx, username: str, password: str) -> User | None:
        """Create the first user, an operator; None when there is any user already."""
        if store.any_user(tx):
            return None
        return self.create(tx, NewUser(username=username, password=password, operator=True))

    def add(self, tx: Tx, caller: Caller, new: NewUser) -> User:
        """Create a user, for an operator."""
        self._access.require(caller, Permission.STATION_OPERATE)
        return self.create(tx, new, by=caller.user_id)

    def get(self, tx: Tx, reference: str) -> User:
        """Return a user by id or username, asking nobody whether the caller may see them."""
        row = store.by_id(tx, reference) if is_id(reference, "user") else store.by_username(tx, reference)
        if row is None:
            raise _hidden()
        return user_of(row)

    def show(self, tx: Tx, caller: Caller, reference: str) -> User:
        """Return a user by id or username: oneself, or for operators anyone."""
        if reference not in (caller.user_id, caller.username):
            if not caller.operator:
                raise _hidden()
            self._access.require(caller, Permission.STATION_OPERATE)
        return self.get(tx, reference)

    def me(self, tx: Tx, caller: Caller) -> User:
        """Return the caller; any credential may ask who it belongs to."""
        return self.get(tx, caller.user_id)

    def list(self, tx: Tx, caller: Caller, request: PageRequest) -> Page[User]:
        """Return all users by name, for operators."""
        self._access.require(caller, Permission.STATION_OPERATE)
        rows = store.page(tx, request.after[0] if request.after else "", request.limit + 1)
        return page_of([user_of(row) for row in rows], request, lambda user: (user.username,))

    def change(self, tx: Tx, caller: Caller, reference: str, change: UserChange) -> User:
        """Change a user: one's own name and address, or for operators everything.

        Suspending ends all sessions at once. The last operator can neither be suspended nor made less.
        """
        user = self.show(tx, caller, reference)
        own = user.id == caller.user_id and change.fields <= _OWN_FIELDS
        self._access.require(caller, Permission.STATION_USE if own else Permission.STATION_OPERATE)
        wanted = _apply(user, change, tx.now())
        if _is_active_operator(user) and not _is_active_operator(wanted):
            _keep_an_operator(tx, user)
        changed = user_of(store.change(tx, _changeable(wanted)))
        if changed.suspended_at and not user.suspended_at:
            session_store.end_all(tx, user.id)
        _record_change(tx, caller, user, changed)
        return changed

    def set_password(self, tx: Tx, caller: Caller, reference: str, password: str, current: str | None) -> None:
        """Set a password and end the user's sessions: one's own with the `current` one, or for operators another's."""
        user = self.show(tx, caller, reference)
        if user.id == caller.user_id:
            self._access.require(caller, Permission.STATION_USE)
            if not verify_password(store.password_hash(tx, user.id), current or ""):
                raise Forbidden(
                    "the current password is not right",
                    next_step="send it as `current_password`",
                    reason="password_wrong",
                )
        else:
            self._access.require(caller, Permission.STATION_OPERATE)
        store.set_password(tx, user.id, hash_password(password))
        session_store.end_all(tx, user.id)
        record(tx, Entry(actor=caller.user_id, deed=Deed.PASSWORD_CHANGED, thing=user.id))


def usernames(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Return the usernames of user ids, in one statement; unknown ids are left out."""
    return store.usernames(tx, sorted(set(ids)))


def usernames_of_principals(tx: Tx, principals: Iterable[int]) -> dict[int, str]:
    """Return the usernames of principals that are users, in one statement; others are left out."""
    return store.usernames_of_principals(tx, sorted(set(principals)))


def principal_of_user(tx: Tx, user_id: str) -> int:
    """Return the principal of a user who is known."""
    return store.principal_of(tx, user_id)


def user_id(tx: Tx, username: str) -> str | None:
    """Return the id of the user of this name; None when there is none."""
    row = store.by_username(tx, username)
    return None if row is None else str(row.id)


def _row(new: NewUser, created: CreatedUser) -> dict[str, Any]:
    return {
        "id": created.id,
        "principal": created.principal,
        "iss": new.iss,
        "sub": new.sub or created.id,
        "username": created.username,
        "name": new.name,
        "email": new.email,
        "password_hash": None if new.password is None else hash_password(new.password),
        "operator": new.operator,
        "space": created.space,
        "quota_bytes": new.quota_bytes,
    }


def _apply(user: User, change: UserChange, now: datetime) -> User:
    fields = {name: getattr(change, name) for name in change.fields - {"suspended"}}
    if "suspended" in change.fields:
        fields["suspended_at"] = (user.suspended_at or now) if change.suspended else None
    wanted = replace(user, **fields)
    return wanted if wanted.suspended_at else replace(wanted, suspension=None)


def _changeable(user: User) -> dict[str, Any]:
    names = ("id", "name", "email", "operator", "quota_bytes", "suspended_at", "suspension")
    return {name: getattr(user, name) for name in names}


def _is_active_operator(user: User) -> bool:
    return user.operator and user.suspended_at is None


def _keep_an_operator(tx: Tx, user: User) -> None:
    if store.lock_operators(tx) <= {user.id}:
        raise Conflict(
            f"{user.username} is the only operator of this station",
            next_step="make somebody else an operator first",
            reason="last_operator",
        )


def _record_change(tx: Tx, caller: Caller, before: User, after: User) -> None:
    deed = Deed.USER_CHANGED
    if (before.suspended_at is None) != (after.suspended_at is None):
        deed = Deed.USER_SUSPENDED if after.suspended_at else Deed.USER_RESTORED
    names = [name for name in _changeable(after) if getattr(before, name) != getattr(after, name)]
    if names:
        body: dict[str, Json] = {"fields": names, "operator": after.operator, "quota_bytes": after.quota_bytes}
        record(tx, Entry(actor=caller.user_id, deed=deed, thing=after.id, body=body))


def _hidden() -> NotFound:
    return NotFound(
        "there is no user with this name or id, or you may not see them",
        next_step="fieldstation whoami shows you; operators see all: fieldstation user list",
    )


def user_of(row: Any) -> User:
    """Read a user from a row that has their columns."""
    return User(
        id=row.id,
        principal=row.principal,
        username=row.username,
        name=row.name,
        email=row.email,
        operator=row.operator,
        space=row.space,
        quota_bytes=row.quota_bytes,
        created_at=row.created_at,
        suspended_at=row.suspended_at,
        suspension=row.suspension,
    )
