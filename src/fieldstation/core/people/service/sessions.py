"""Signing in with a password, and staying signed in: short access tokens, rotating refresh tokens.

What is refused is an answer here, not an error: the count of tries, the end of a session and the audit row must
become durable although the caller gets nothing.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fieldstation.core.audit.model import NOBODY, Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.service.keys import Keys
from fieldstation.core.people.service.secrets import fresh_secret, hash_of
from fieldstation.core.people.store import sessions as store
from fieldstation.db import Tx
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.ids import new_id

AUDIENCE = "fieldstation"
BROWSER = "console"  # the client of sessions that a cookie carries
ACCESS_SECONDS = 300
SESSION_SECONDS = 12 * 3600
MAX_TRIES = 10
TRY_SECONDS = 60
_MAX_NAME = 64
_SWEEP = 5000


class Refusal(StrEnum):
    """Why nobody is signed in; each with the text that may be told."""

    WRONG = "the username or the password is wrong"
    TOO_MANY = "too many tries for this name; wait a minute"
    OVER = "the session is over; sign in again"
    CODE = "the code is wrong, was used, or is over; sign in again"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A counted try to sign in; `password_hash` and `user_id` are absent when there is no such user."""

    username: str
    tries: int
    user_id: str | None = None
    password_hash: str | None = field(default=None, repr=False)

    @property
    def too_many(self) -> bool:
        """Tell whether this try must be refused unseen."""
        return self.tries > MAX_TRIES


@dataclass(frozen=True, kw_only=True)
class Opening:
    """For whom tokens are made: the client program, the scopes it asked for, and the issuer's public address."""

    client: str
    scope: str
    issuer: str
    nonce: str | None = None


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """The tokens of one session; both lifetimes in seconds."""

    session: str
    scope: str
    access_token: str = field(repr=False)
    id_token: str | None = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_seconds: int
    refresh_expires_seconds: int


class Sessions:
    """Opens, prolongs and ends sessions of people who sign in here."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def attempt(self, tx: Tx, username: str) -> Attempt:
        """Count a try; the caller commits it, checks the password outside any transaction, and goes on to `finish`."""
        if len(username) > _MAX_NAME or "\0" in username:
            return Attempt(username=username[:_MAX_NAME].replace("\0", ""), tries=1)
        tries = store.count_try(tx, username, TRY_SECONDS)
        row = store.signing_in(tx, username)
        if row is None or row.suspended:
            return Attempt(username=username, tries=tries)
        return Attempt(username=username, tries=tries, user_id=row.id, password_hash=row.password_hash)

    def finish(self, tx: Tx, attempt: Attempt, opening: Opening, *, verified: bool) -> SignedIn | Refusal:
        """Open a session when the password was `verified` and is still the user's; otherwise refuse."""
        accepted = self.accept(tx, attempt, verified=verified)
        return accepted if isinstance(accepted, Refusal) else self.open(tx, accepted, opening)

    def accept(self, tx: Tx, attempt: Attempt, *, verified: bool) -> str | Refusal:
        """Return the id of the user whose password was `verified` and is still theirs; otherwise refuse."""
        if attempt.too_many:
            if attempt.tries == MAX_TRIES + 1:  # one row tells enough; a flood must not fill the audit
                _record_refusal(tx, attempt)
            return Refusal.TOO_MANY
        row = store.signing_in(tx, attempt.username) if verified else None
        if row is None or row.suspended or row.password_hash != attempt.password_hash:
            _record_refusal(tx, attempt)
            return Refusal.WRONG
        store.forget_tries(tx, attempt.username)
        accepted: str = row.id
        return accepted

    def open(self, tx: Tx, user_id: str, opening: Opening) -> SignedIn:
        """Open a session for a person who has proven who they are."""
        return self._issue(tx, _opened(tx, user_id, opening.client, opening.scope), opening)

    def open_browser(self, tx: Tx, user_id: str) -> str:
        """Open the session of a browser; returns the secret that its cookie carries."""
        secret = fresh_secret()
        _opened(tx, user_id, BROWSER, "", browser=hash_of(secret))
        return secret

    def end_browser(self, tx: Tx, secret: str) -> None:
        """End the session that a cookie carries; an unknown one is passed over."""
        row = store.by_browser(tx, hash_of(secret))
        if row is not None and store.end(tx, row.id):
            record(tx, Entry(actor=row.user_id, deed=Deed.SESSION_ENDED, thing=row.id))

    def revoke(self, tx: Tx, session: str, user_id: str) -> None:
        """End a session of which a secret was used twice, and may be stolen."""
        if store.end(tx, session):
            record(tx, Entry(actor=user_id, deed=Deed.SESSION_REVOKED, thing=session))

    def refresh(self, tx: Tx, refresh_token: str, opening: Opening) -> SignedIn | Refusal:
        """Return new tokens for an unused refresh token; one used before ends its session, as it may be stolen.

        The scope is that of the session, whatever `opening` asks for.
        """
        row = store.lock_refresh(tx, hash_of(refresh_token))
        if row is None or row.client != opening.client:
            return Refusal.OVER
        if row.used_at is not None:
            self.revoke(tx, row.session_id, row.user_id)
            return Refusal.OVER
        if row.ended_at is not None or row.expires_at <= row.now or row.suspended:
            return Refusal.OVER
        store.use_refresh(tx, hash_of(refresh_token))
        kept = Opening(client=row.client, scope=row.scope, issuer=opening.issuer)
        return self._issue(tx, row.session_id, kept)

    def end(self, tx: Tx, refresh_token: str, client: str) -> None:
        """End the session of a refresh token; its access tokens count no longer. An unknown one is passed over."""
        row = store.lock_refresh(tx, hash_of(refresh_token))
        if row is not None and row.client == client and store.end(tx, row.session_id):
            record(tx, Entry(actor=row.user_id, deed=Deed.SESSION_ENDED, thing=row.session_id))

    def end_all(self, tx: Tx) -> None:
        """End every session of everybody, as after a restore; service tokens stay."""
        store.end_everybodys(tx)

    def sweep(self, tx: Tx) -> bool:
        """Remove a batch of sessions that are over, and old counts of tries; tell whether there may be more."""
        return store.sweep(tx, seconds=TRY_SECONDS, limit=_SWEEP) == _SWEEP

    def _issue(self, tx: Tx, session: str, opening: Opening) -> SignedIn:
        refresh_token = fresh_secret()
        store.add_refresh(tx, hash_of(refresh_token), session)
        row = store.session(tx, session)
        now, ends = int(row.now.timestamp()), int(row.expires_at.timestamp())
        claims = _claims(row, opening) | {"iat": now, "exp": min(now + ACCESS_SECONDS, ends), "sid": session}
        access = claims | {"typ": "Bearer", "aud": [AUDIENCE], "jti": new_id("jwt"), "scope": opening.scope}
        access["realm_access"] = {"roles": ["user", "operator"] if row.operator else ["user"]}
        with_id = "openid" in opening.scope.split()
        return SignedIn(
            session=session,
            scope=opening.scope,
            access_token=self._keys.sign(tx, access),
            id_token=self._keys.sign(tx, claims | _identity(opening)) if with_id else None,
            refresh_token=refresh_token,
            expires_seconds=claims["exp"] - now,
            refresh_expires_seconds=ends - now,
        )


def _opened(tx: Tx, user_id: str, client: str, scope: str, browser: bytes | None = None) -> str:
    session = new_id("session")
    values = {"id": session, "user_id": user_id, "client": client, "scope": scope, "browser": browser}
    store.open_session(tx, {**values, "seconds": SESSION_SECONDS})
    body: dict[str, Json] = {"client": client, "session": session}
    record(tx, Entry(actor=user_id, deed=Deed.SIGN_IN_ACCEPTED, thing=user_id, body=body))
    return session


def _identity(opening: Opening) -> dict[str, Any]:
    claims = {"typ": "ID", "aud": opening.client}
    return claims if opening.nonce is None else {**claims, "nonce": opening.nonce}


def _record_refusal(tx: Tx, attempt: Attempt) -> None:
    body: dict[str, Json] = {"username": attempt.username, "tries": attempt.tries}
    record(tx, Entry(actor=NOBODY, deed=Deed.SIGN_IN_REFUSED, thing=attempt.user_id, body=body))


def _claims(row: Any, opening: Opening) -> dict[str, Any]:
    named = {"preferred_username": row.username, "name": row.name, "email": row.email}
    present = {claim: value for claim, value in named.items() if value is not None}
    return {"iss": opening.issuer, "sub": row.sub, "azp": opening.client, **present}
