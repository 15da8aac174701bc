"""Service tokens: scoped, expiring, shown once, kept as a hash."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fieldstation.core.audit.model import STATION, Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service.access import Access, scope_missing
from fieldstation.core.people.service.keys import unknown_token
from fieldstation.core.people.service.secrets import fresh_secret, hash_of
from fieldstation.core.people.store import credentials as store
from fieldstation.db import Tx
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Forbidden, Invalid, NotFound, Unauthenticated
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of

PREFIX = "fst_"
DEFAULT_DAYS = 90
MAX_DAYS = 400
_FORM = re.compile(r"fst_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """A token as it is asked for; `scopes` None means everything its user may."""

    name: str
    scopes: frozenset[Permission] | None = None
    days: int = DEFAULT_DAYS


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token as it is kept: everything but its secret."""

    id: str
    name: str
    scopes: frozenset[Permission] | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    """A fresh token and its text, which is shown this once."""

    token: Token
    text: str


class Tokens:
    """Makes, lists and revokes the service tokens of the caller."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def create(self, tx: Tx, caller: Caller, new: NewToken) -> IssuedToken:
        """Make a token for the caller that can do no more than the credential they came with."""
        self._access.require(caller, Permission.STATION_USE)
        if caller.impersonator is not None:
            raise Forbidden(
                f"a token is for its own person, and you act as {caller.username}",
                next_step="act as yourself first: `fst user act --self`, or PATCH /user/account",
                reason="impersonated",
            )
        if not 1 <= new.days <= MAX_DAYS:
            raise Invalid(f"a token lives 1 to {MAX_DAYS} days, not {new.days}", next_step="choose another expiry")
        if new.scopes is not None and not new.scopes:
            raise Invalid(
                "a token without any scope can do nothing", next_step="name at least one, or leave scopes out"
            )
        beyond = _beyond(caller, new.scopes)
        if beyond is not None:
            raise scope_missing(beyond)
        return _issued(tx, caller.user_id, new, tx.now() + timedelta(days=new.days))

    def list(self, tx: Tx, caller: Caller, request: PageRequest) -> Page[Token]:
        """Return the caller's tokens that are not revoked, newest first."""
        self._access.require(caller, Permission.STATION_USE)
        before = request.after[0] if request.after else store.LAST
        rows = store.tokens(tx, caller.user_id, before, request.limit + 1)
        return page_of([_token(row) for row in rows], request, lambda token: (token.id,))

    def revoke(self, tx: Tx, caller: Caller, token_id: str) -> None:
        """End a token of the caller (an operator: of anyone) at once."""
        self._access.require(caller, Permission.STATION_USE)
        any_user = caller.operator and (caller.scopes is None or Permission.STATION_OPERATE in caller.scopes)
        if not store.revoke_token(tx, token_id, caller.user_id, any_user=any_user):
            raise NotFound("there is no token with this id, or it is not yours", next_step="fieldstation token list")
        record(tx, Entry(actor=caller.user_id, deed=Deed.TOKEN_REVOKED, thing=token_id))


class RunTokens:
    """Makes the tokens that runs are given, and ends them. They stand for who launched the run."""

    def issue(self, tx: Tx, user_id: str, run_id: str, scopes: frozenset[Permission], seconds: float) -> IssuedToken:
        """Make a token of a run that can do no more than `scopes`, and nothing after so many seconds."""
        return _issued(tx, user_id, NewToken(name=run_id, scopes=scopes), tx.now() + timedelta(seconds=seconds))

    def end(self, tx: Tx, token_ids: Sequence[str]) -> None:
        """End tokens that `issue` made, at once. Idempotent."""
        for token_id in store.end_tokens(tx, token_ids):
            record(tx, Entry(actor=STATION, deed=Deed.TOKEN_REVOKED, thing=token_id))


def _issued(tx: Tx, user_id: str, new: NewToken, expires_at: datetime) -> IssuedToken:
    token_id, secret = new_id("token"), fresh_secret()
    scopes = None if new.scopes is None else sorted(scope.value for scope in new.scopes)
    values = {
        "id": token_id,
        "user_id": user_id,
        "name": new.name,
        "hash": hash_of(secret),
        "scopes": scopes,
        "expires_at": expires_at,
    }
    created_at = store.insert_token(tx, values)
    token = Token(id=token_id, name=new.name, scopes=new.scopes, created_at=created_at, expires_at=expires_at)
    body: dict[str, Json] = {"name": new.name, "scopes": scopes, "expires": expires_at.isoformat()}
    record(tx, Entry(actor=user_id, deed=Deed.TOKEN_CREATED, thing=token_id, body=body))
    return IssuedToken(token=token, text=f"{PREFIX}{UUID(token_id.removeprefix('token-')).hex}_{secret}")


def caller_row(tx: Tx, text: str) -> Any:
    """Load the row of the caller whose live service token `text` is, in one statement; Unauthenticated otherwise."""
    form = _FORM.fullmatch(text)
    row = store.caller_by_service_token(tx, f"token-{UUID(form[1])}") if form else None
    if form is None or row is None or not hmac.compare_digest(row.hash, hash_of(form[2])):
        raise unknown_token()
    if row.revoked or row.expires_at <= row.now:
        what = "was revoked" if row.revoked else "has expired"
        raise Unauthenticated(
            f"that token {what}",
            next_step="sign in (fieldstation login) and make a new one: fieldstation token create",
            reason="token_revoked" if row.revoked else "token_expired",
        )
    return row


def _beyond(caller: Caller, scopes: frozenset[Permission] | None) -> Permission | None:
    """Return a permission that `scopes` would add to what the caller's own credential includes."""
    if caller.scopes is None:
        return None
    surplus = (frozenset(Permission) if scopes is None else scopes) - caller.scopes
    return min(surplus, default=None)


def _token(row: Any) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        scopes=scopes_of(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def scopes_of(stored: list[str] | None) -> frozenset[Permission] | None:
    """Read stored scopes; a permission that this release no longer has grants nothing."""
    return None if stored is None else frozenset(Permission(scope) for scope in stored if scope in set(Permission))
