"""Signing keys of the built-in issuer: RS256, 2048 bits, in the states next, current and previous."""

from dataclasses import dataclass
from threading import Lock
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, RSAKey

from fieldstation.core.audit.model import STATION, Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.store import credentials as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Unauthenticated
from fieldstation.kernel.sealing import Sealer

ALGORITHM = "RS256"
ROTATION_DAYS = 30
_BITS = 2048
_PURPOSE = "signing-key"
_MAX_TOKEN_LENGTH = 8192


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A key that verifies our tokens, or soon will; `pem` is its SPKI in PEM."""

    kid: str
    state: str
    pem: str


@dataclass(frozen=True, kw_only=True)
class SignedClaims:
    """The claims of a token whose signature was verified, and the id of the key that signed it."""

    kid: str
    claims: dict[str, Any]


class Keys:
    """Signs and verifies with keys that are parsed once per process; a key never changes under its id."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._public: dict[str, RSAKey] = {}
        self._private: dict[str, RSAKey] = {}
        self._reading = Lock()

    def sign(self, tx: Tx, claims: dict[str, Any]) -> str:
        """Return the claims as a JWT signed with the current key; makes the first keys when there are none."""
        row = store.current_key(tx)
        if row is None:
            self._make_first(tx)
            row = store.current_key(tx)
            assert row is not None
        key = self._private.get(row.kid)
        if key is None:
            key = RSAKey.import_key(self._sealer.open(row.sealed, _PURPOSE))
            self._private = {row.kid: key}
        return jwt.encode({"alg": ALGORITHM, "typ": "JWT", "kid": row.kid}, claims, key, algorithms=[ALGORITHM])

    def verify(self, tx: Tx, token: str) -> SignedClaims:
        """Return the claims of a token that one of our keys signed; Unauthenticated for anything else.

        Says nothing about expiry, audience or whether the key is still kept.
        """
        kids: list[str] = []

        def choose(signed: GuestProtocol) -> RSAKey:
            kid = signed.headers().get("kid")
            if not isinstance(kid, str):
                raise unknown_token()
            kids.append(kid)
            return self._find(tx, kid)

        if len(token) > _MAX_TOKEN_LENGTH:
            raise unknown_token()
        try:
            claims = jwt.decode(token, choose, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError):
            raise unknown_token() from None
        return SignedClaims(kid=kids[0], claims=claims)

    def public(self, tx: Tx) -> list[PublicKey]:
        """Return the current, the next and (after a rotation) the previous key; makes the first when there are none."""
        rows = store.keys(tx)
        if not rows:
            self._make_first(tx)
            rows = store.keys(tx)
        return [PublicKey(kid=row.kid, state=row.state, pem=row.public) for row in rows]

    def rotate(self, tx: Tx) -> None:
        """Sign with the next key from now on, keep the current one for verifying, and announce a new next one."""
        store.lock_keys(tx)
        if store.current_key(tx) is None:
            self._add(tx, "current")
            self._add(tx, "next")
        else:
            store.shift_keys(tx)
            self._add(tx, "next")
        record(tx, Entry(actor=STATION, deed=Deed.KEY_ROTATED))

    def rotate_when_due(self, tx: Tx) -> bool:
        """Rotate once the last rotation was 30 days ago; nothing more is to do after, as the answer says."""
        if store.keys_are_old(tx, ROTATION_DAYS):
            self.rotate(tx)
        return False

    def _make_first(self, tx: Tx) -> None:
        store.lock_keys(tx)
        if store.current_key(tx) is None:
            self._add(tx, "current")
            self._add(tx, "next")

    def _add(self, tx: Tx, state: str) -> None:
        key = RSAKey.generate_key(_BITS)
        sealed = self._sealer.seal(key.as_pem(private=True), _PURPOSE)
        public = key.as_pem(private=False).decode()
        store.insert_key(tx, {"kid": key.thumbprint(), "state": state, "public": public, "sealed": sealed})

    def _find(self, tx: Tx, kid: str) -> RSAKey:
        found = self._public.get(kid)
        if found is None:
            with self._reading:
                self._public = {row.kid: RSAKey.import_key(row.public) for row in store.keys(tx)}
            found = self._public.get(kid)
        if found is None:
            raise unknown_token()
        return found


def unknown_token() -> Unauthenticated:
    """Return the one error for every token that is not ours or was tampered with."""
    return Unauthenticated(
        "this station did not issue that token",
        next_step="sign in again: fieldstation login",
        reason="token_unknown",
    )
