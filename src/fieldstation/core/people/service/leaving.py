"""Users who go: what they are among people ends; what of theirs others use must be handed on before."""

from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import Caller, Kind, Permission, Role, Thing
from fieldstation.core.people.service.access import Access
from fieldstation.core.people.service.users import User
from fieldstation.core.people.store import accounts as account_store
from fieldstation.core.people.store import leaving as store
from fieldstation.core.people.store import sessions as session_store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict

_WHY = "the account was removed"
_LEFT = (Kind.PROJECT, Kind.ORGANISATION, Kind.UNIT, Kind.DATASET)  # tools stay theirs: others run them


class Leaving:
    """Refuses what may not go, and takes what a user has among people."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def check(self, tx: Tx, caller: Caller, user: User) -> None:
        """Raise Conflict (`in_use`) for an operator, and for who is the only one that others depend on."""
        self._access.require(caller, Permission.STATION_OPERATE)
        if user.operator:
            raise in_use(f"{user.username} is an operator", "make them an ordinary user first")
        account_store.lock(tx, user.id)
        owned = store.owns(tx, user.id)
        if owned is not None:
            raise in_use(f"{user.username} made the {owned.noun} {owned.name}", "remove it first")
        for row in store.roles(tx, user.principal):
            if row.kind == Kind.PROJECT and row.role == Role.OWNER and row.alone and row.thing != user.space:
                raise in_use(
                    f"{user.username} is the only administrator of {row.thing}", "make somebody else one, or remove it"
                )

    def close(self, tx: Tx, caller: Caller, user: User) -> None:
        """End sessions, tokens, memberships and roles; their own project, and what they own alone, stays as it is."""
        for row in store.roles(tx, user.principal):
            kept = row.thing == user.space or (row.role == Role.OWNER and row.alone)
            if row.kind in _LEFT and not kept:
                thing = Thing(kind=Kind(row.kind), id=row.thing)
                self._access.revoke(tx, thing, user.principal, [Role(row.role)], by=caller)
        session_store.end_all(tx, user.id)
        store.close(tx, user.id, user.principal, _WHY)
        record(tx, Entry(actor=caller.user_id, deed=Deed.USER_REMOVED, thing=user.id, body={"username": user.username}))

    def reopen(self, tx: Tx, caller: Caller, user: User) -> None:
        """Let who went come back to the account of their name, without what was taken."""
        self._access.require(caller, Permission.STATION_OPERATE)
        store.reopen(tx, user.id)
        record(tx, Entry(actor=caller.user_id, deed=Deed.USER_RESTORED, thing=user.id))


def in_use(what: str, next_step: str) -> Conflict:
    """Return the error for who cannot go yet."""
    return Conflict(what, next_step=next_step, reason="in_use")
