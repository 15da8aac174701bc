"""The device grant (RFC 8628): a program without a browser shows a short code, a person lets it in elsewhere."""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from fieldstation.core.people.model import Caller
from fieldstation.core.people.service.secrets import fresh_secret, hash_of
from fieldstation.core.people.service.sessions import Opening, Sessions, SignedIn
from fieldstation.core.people.store import devices as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Broken, NotFound

GRANT_SECONDS = 600
INTERVAL_SECONDS = 5
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so no words; nothing that looks like a digit
_LENGTH = 8
_SWEEP = 5000
_DRAWS = 5


class DeviceRefusal(StrEnum):
    """Why a device gets no tokens (yet), by the names of RFC 8628, section 3.5."""

    PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    DENIED = "access_denied"
    OVER = "expired_token"


@dataclass(frozen=True, kw_only=True)
class DeviceGrant:
    """What a device was told: the secret it asks with, and the code that its person types."""

    device_code: str = field(repr=False)
    user_code: str
    seconds: int
    interval_seconds: int


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A device that waits for a person's answer."""

    user_code: str
    client: str
    scope: str


class Devices:
    """Lets programs in that somebody vouches for."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def begin(self, tx: Tx, client: str, scope: str) -> DeviceGrant:
        """Return fresh codes for a program of this client id."""
        for _ in range(_DRAWS):
            device_code = fresh_secret()
            drawn = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
            values = {
                "hash": hash_of(device_code),
                "user_code": drawn,
                "client": client,
                "scope": scope,
                "interval": INTERVAL_SECONDS,
                "seconds": GRANT_SECONDS,
            }
            if store.add(tx, values):
                return DeviceGrant(
                    device_code=device_code,
                    user_code=f"{drawn[:4]}-{drawn[4:]}",
                    seconds=GRANT_SECONDS,
                    interval_seconds=INTERVAL_SECONDS,
                )
        raise Broken("no free code was found", next_step="try again")

    def waiting(self, tx: Tx, user_code: str) -> Waiting:
        """Return what waits under a code as a person typed it; NotFound when nothing does (any more)."""
        row = store.by_code(tx, _plain(user_code))
        if row is None or row.state != "asked":
            raise _nothing()
        return Waiting(user_code=user_code, client=row.client, scope=row.scope)

    def decide(self, tx: Tx, caller: Caller, user_code: str, *, allow: bool) -> None:
        """Let the device in as the caller, or keep it out; NotFound when nothing waits under this code."""
        if store.decide(tx, _plain(user_code), "allowed" if allow else "denied", caller.user_id) is None:
            raise _nothing()

    def poll(self, tx: Tx, device_code: str, opening: Opening) -> SignedIn | DeviceRefusal:
        """Answer a device that asks whether it was let in; one that asks too often has to wait longer."""
        name = hash_of(device_code)
        row = store.lock(tx, name)
        if row is None or row.client != opening.client or row.over or row.suspended or row.state == "used":
            return DeviceRefusal.OVER
        store.polled(tx, name, INTERVAL_SECONDS if row.too_soon else 0)
        if row.state == "denied":
            return DeviceRefusal.DENIED
        if row.state == "asked":
            return DeviceRefusal.SLOW_DOWN if row.too_soon else DeviceRefusal.PENDING
        store.use(tx, name)
        kept = Opening(client=row.client, scope=row.scope, issuer=opening.issuer)
        return self._sessions.open(tx, row.user_id, kept)

    def sweep(self, tx: Tx) -> bool:
        """Remove a batch of grants that are over; tell whether there may be more."""
        return store.sweep(tx, _SWEEP) == _SWEEP


def _plain(user_code: str) -> str:
    return "".join(letter for letter in user_code.upper() if letter.isalnum())[: 2 * _LENGTH]


def _nothing() -> NotFound:
    return NotFound(
        "no program waits under this code (any more)", next_step="look at the code it shows, or have it begin again"
    )
