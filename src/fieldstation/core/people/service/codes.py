"""Authorization codes with PKCE (RFC 7636): a signed-in person is handed on to a program that proves it asked."""

import hmac
from dataclasses import dataclass, field

from fieldstation.core.people.service.secrets import fresh_secret, hash_of
from fieldstation.core.people.service.sessions import Opening, Refusal, Sessions, SignedIn
from fieldstation.core.people.store import codes as store
from fieldstation.db import Tx
from fieldstation.kernel.pkce import challenge_of

CODE_SECONDS = 60
_SWEEP = 5000


@dataclass(frozen=True, kw_only=True)
class CodeRequest:
    """What a program asks for: to be told who signed in, at `redirect_uri`, against the S256 `challenge`."""

    client: str
    redirect_uri: str
    challenge: str
    scope: str
    nonce: str | None = None


@dataclass(frozen=True, kw_only=True)
class Redemption:
    """A code brought back, with the secret that proves who asked for it."""

    code: str = field(repr=False)
    verifier: str = field(repr=False)
    client: str
    redirect_uri: str


@dataclass(frozen=True, kw_only=True)
class Redeemed:
    """Who signed in, and what was asked for."""

    user_id: str
    scope: str
    nonce: str | None


class Codes:
    """Hands out codes and takes each back once."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def make(self, tx: Tx, user_id: str, asked: CodeRequest) -> str:
        """Return a code for this person, good once within a minute."""
        code = fresh_secret()
        values = {
            "hash": hash_of(code),
            "client": asked.client,
            "redirect_uri": asked.redirect_uri,
            "challenge": asked.challenge,
            "scope": asked.scope,
            "nonce": asked.nonce,
            "user_id": user_id,
            "seconds": CODE_SECONDS,
        }
        store.add(tx, values)
        return code

    def exchange(self, tx: Tx, brought: Redemption, issuer: str) -> SignedIn | Refusal:
        """Return the tokens that a code stands for; a code brought twice ends the session it had opened."""
        found = self._take(tx, brought)
        if isinstance(found, Refusal):
            return found
        opening = Opening(client=brought.client, scope=found.scope, issuer=issuer, nonce=found.nonce)
        signed_in = self._sessions.open(tx, found.user_id, opening)
        store.use(tx, hash_of(brought.code), signed_in.session)
        return signed_in

    def redeem(self, tx: Tx, brought: Redemption) -> Redeemed | Refusal:
        """Return whom a code stands for, for a program of the station's own that opens a session of its own kind."""
        found = self._take(tx, brought)
        if isinstance(found, Redeemed):
            store.use(tx, hash_of(brought.code), None)
        return found

    def sweep(self, tx: Tx) -> bool:
        """Remove a batch of codes that are over; tell whether there may be more."""
        return store.sweep(tx, _SWEEP) == _SWEEP

    def _take(self, tx: Tx, brought: Redemption) -> Redeemed | Refusal:
        row = store.lock(tx, hash_of(brought.code))
        if row is None or row.client != brought.client:
            return Refusal.CODE
        if row.used:
            if row.session_id is not None:
                self._sessions.revoke(tx, row.session_id, row.user_id)
            return Refusal.CODE
        proven = hmac.compare_digest(challenge_of(brought.verifier), row.challenge)
        if row.over or row.suspended or row.redirect_uri != brought.redirect_uri or not proven:
            return Refusal.CODE
        return Redeemed(user_id=row.user_id, scope=row.scope, nonce=row.nonce)
