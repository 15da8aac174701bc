"""The station's own secrets: values that definitions of jobs ask for by a name and a key, such as a password."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service import Access
from fieldstation.core.people.service.users import usernames
from fieldstation.core.tools.store import secrets as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Invalid, NotFound, TooLarge
from fieldstation.kernel.paging import Page, PageRequest, page_of
from fieldstation.kernel.sealing import Sealer

NAME = r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
MAX_BYTES = 64 << 10


@dataclass(frozen=True, kw_only=True)
class KeptSecret:
    """A secret of the station; its value is told to nobody but the runs of jobs that ask for it."""

    name: str
    key: str
    kept_by: str
    kept_at: datetime


class Secrets:
    """Keeps secrets. Operators keep them, and load the definitions that may ask for them."""

    def __init__(self, access: Access, sealer: Sealer) -> None:
        self._access = access
        self._sealer = sealer

    def put(self, tx: Tx, caller: Caller, place: tuple[str, str], content: bytes) -> None:
        """Keep a value under a name and a key, in place of the one that is there."""
        self._access.require(caller, Permission.STATION_OPERATE)
        name, key = place
        for one in place:
            if not re.fullmatch(NAME, one):
                raise Invalid(
                    f"{one[:100]!r} cannot name a secret",
                    next_step="use 1 to 63 letters, digits, '.', '_' and '-', a letter or digit first and last",
                    reason="name",
                )
        if not content or b"\0" in content:
            raise Invalid("a secret is a text that is not empty", next_step="give its value as a text")
        if len(content) > MAX_BYTES:
            raise TooLarge(f"a secret has at most {MAX_BYTES} bytes", next_step="keep what is larger as an asset")
        sealed = self._sealer.seal(content, _purpose(name, key))
        store.put(tx, {"name": name, "key": key, "sealed": sealed, "kept_by": caller.user_id})
        record(tx, Entry(actor=caller.user_id, deed=Deed.SECRET_KEPT, thing=_purpose(name, key)))

    def list(self, tx: Tx, caller: Caller, request: PageRequest) -> Page[KeptSecret]:
        """Return what secrets there are, by name and key."""
        self._access.require(caller, Permission.STATION_OPERATE)
        name, key, *_ = (*(request.after or ()), "", "")
        rows = store.page(tx, (name, key), request.limit + 1)
        names = usernames(tx, [row.kept_by for row in rows])
        found = [
            KeptSecret(name=row.name, key=row.key, kept_by=names[row.kept_by], kept_at=row.kept_at) for row in rows
        ]
        return page_of(found, request, lambda one: (one.name, one.key))

    def remove(self, tx: Tx, caller: Caller, place: tuple[str, str]) -> None:
        """Remove a secret: jobs that ask for it can be launched no more."""
        self._access.require(caller, Permission.STATION_OPERATE)
        if not store.remove(tx, *place):
            raise NotFound("there is no such secret", next_step="see what there is: fieldstation secret list")
        record(tx, Entry(actor=caller.user_id, deed=Deed.SECRET_REMOVED, thing=_purpose(*place)))

    def known(self, tx: Tx, asked: Sequence[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Return which of these names and keys have a value."""
        return store.known(tx, asked) if asked else frozenset()

    def content(self, tx: Tx, name: str, key: str) -> bytes:
        """Return the value that a run is given; NotFound when it was removed."""
        sealed = store.sealed(tx, name, key)
        if sealed is None:
            raise NotFound(f"the station has no secret {name}/{key} any more", next_step="ask its operator")
        return self._sealer.open(sealed, _purpose(name, key))


def _purpose(name: str, key: str) -> str:
    return f"secret/{name}/{key}"
