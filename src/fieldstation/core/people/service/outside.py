"""People whom an outside issuer names: each becomes a user here at the first sign-in, and stays that one."""

import re
from collections.abc import Iterator
from typing import Any

from fieldstation.core.audit.model import STATION, Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.service.names import RESERVED
from fieldstation.core.people.service.users import NewUser, Users
from fieldstation.core.people.store import users as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict
from fieldstation.kernel.ids import new_id
from fieldstation.ports.identity import Identity, Level

_LONGEST = 48  # of a name, so that a number fits behind
_MANY = 20  # people whose names come to the same


class Outside:
    """Knows people by issuer and subject; what they are called there decides nothing."""

    def __init__(self, users: Users) -> None:
        self._users = users

    def admit(self, tx: Tx, identity: Identity) -> str:
        """Return the id of this person's user, made now where there is none, with name and address as they are there.

        The username is theirs, or what is left of it here, with a number where it is taken; it never changes after.
        """
        store.lock_identity(tx, identity.iss, identity.sub)
        row = store.by_identity(tx, identity.iss, identity.sub)
        if row is None:
            return self._create(tx, identity)
        told = (identity.name or row.name, identity.email or row.email)
        if told != (row.name, row.email):
            store.describe(tx, row.id, *told)
        user_id: str = row.id
        return user_id

    def level(self, tx: Tx, row: Any, identity: Identity) -> bool:
        """Make a user what the issuer says they are; returns whether that was something else before.

        An issuer that says nothing of it changes nothing.
        """
        level = identity.level
        wanted = (level is Level.ADMIN, level is Level.EVALUATOR)
        if level is None or wanted == (row.operator, row.evaluator):
            return False
        store.set_level(tx, row.id, operator=wanted[0], evaluator=wanted[1])
        record(tx, Entry(actor=STATION, deed=Deed.USER_CHANGED, thing=row.id, body={"level": level}))
        return True

    def _create(self, tx: Tx, identity: Identity) -> str:
        for username in _names(identity):
            if store.by_username(tx, username) is None:
                new = NewUser(
                    username=username,
                    name=identity.name,
                    email=identity.email,
                    iss=identity.iss,
                    sub=identity.sub,
                )
                return self._users.create(tx, new).id
        raise Conflict("no username is left for you", next_step="ask an operator of this station", reason="taken")


def _names(identity: Identity) -> Iterator[str]:
    wanted = identity.username or (identity.email or "").partition("@")[0]
    cleaned = re.sub(r"[^a-z0-9._@-]+", "-", wanted.lower())[:_LONGEST]
    name = re.sub(r"^[^a-z0-9]+", "", cleaned).rstrip("-")
    if name and name not in RESERVED and not name.startswith("user-"):
        yield name
    name = "person" if not name or name.startswith("user-") else name
    for number in range(2, _MANY):
        yield f"{name}-{number}"
    yield f"{name[:20]}-{new_id('user').rpartition('-')[2]}"
