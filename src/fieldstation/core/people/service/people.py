"""`People`: everything the station knows about who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fieldstation.core.audit.model import STATION
from fieldstation.core.people.model import EVERYONE, Caller
from fieldstation.core.people.service import tokens as service_tokens
from fieldstation.core.people.service.access import Access
from fieldstation.core.people.service.accounts import Accounts
from fieldstation.core.people.service.api_log import ApiLog, Calls
from fieldstation.core.people.service.codes import Codes
from fieldstation.core.people.service.devices import Devices
from fieldstation.core.people.service.groups import Groups
from fieldstation.core.people.service.keys import Keys, unknown_token
from fieldstation.core.people.service.outside import Outside
from fieldstation.core.people.service.secrets import hash_of
from fieldstation.core.people.service.sessions import AUDIENCE, Sessions
from fieldstation.core.people.service.tokens import Tokens, scopes_of
from fieldstation.core.people.service.users import NewUser, User, Users
from fieldstation.core.people.service.why import Why
from fieldstation.core.people.store import credentials as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Unauthenticated
from fieldstation.kernel.sealing import Sealer
from fieldstation.ports.hooks import AccessChanged, UserCreated
from fieldstation.ports.identity import Identity

_SKEW_SECONDS = 5  # how far clocks of two database servers may differ


@dataclass(frozen=True, kw_only=True)
class Known:
    """A user as the caller they would be, were they not suspended."""

    caller: Caller
    suspended: bool


class People(Access):
    """Authenticates callers and decides what they may.

    The rest is in its parts: `users`, `groups`, `tokens`, `sessions`, `keys`, and `why`, which explains decisions.

    `hooks` are called inside the transaction that creates a user, `watching` in that which changes somebody's rights.
    """

    def __init__(
        self, sealer: Sealer, hooks: Sequence[UserCreated] = (), watching: Sequence[AccessChanged] = ()
    ) -> None:
        super().__init__(watching)
        self.keys = Keys(sealer)
        self.users = Users(self, hooks)
        self.accounts = Accounts(self)
        self.api_log = ApiLog()
        self.calls = Calls(self)
        self.groups = Groups(self)
        self.tokens = Tokens(self)
        self.sessions = Sessions(self.keys)
        self.codes = Codes(self.sessions)
        self.devices = Devices(self.sessions)
        self.outside = Outside(self.users)
        self.why = Why(self)

    def authenticate(self, tx: Tx, token: str | None) -> Caller:
        """Return the caller whose service token or access token this is, with one query; Unauthenticated otherwise.

        Suspended users, revoked and expired tokens, ended sessions and removed keys count at once.
        """
        if token is None:
            raise Unauthenticated("this needs a sign-in", next_step="sign in: fieldstation login")
        if token.startswith(service_tokens.PREFIX):
            row = service_tokens.caller_row(tx, token)
            return _caller(row, scopes=row.scopes)
        return _caller(self._by_access_token(tx, token), scopes=None)

    def authenticate_browser(self, tx: Tx, secret: str) -> Caller:
        """Return the caller whose session this browser's cookie carries, with one query; Unauthenticated otherwise."""
        row = store.caller_by_browser(tx, hash_of(secret))
        if row is None or not row.session_open:
            raise Unauthenticated("the sign-in is over", next_step="sign in again", reason="session_over")
        return _caller(row, scopes=None)

    def authenticate_outside(self, tx: Tx, identity: Identity) -> Caller:
        """Return the caller whom an outside issuer vouches for; who was never here becomes a user now."""
        row = store.caller_by_identity(tx, identity.iss, identity.sub)
        if row is None:
            self.outside.admit(tx, identity)
            row = store.caller_by_identity(tx, identity.iss, identity.sub)
        if self.outside.level(tx, row, identity):
            row = store.caller_by_identity(tx, identity.iss, identity.sub)
        return _caller(row, scopes=None)

    def caller(self, tx: Tx, user_id: str) -> Known:
        """Return a user as the caller they would be."""
        row = store.caller_by_id(tx, user_id)
        return Known(caller=_loaded(row, None), suspended=row.suspended)

    def create_user(self, tx: Tx, new: NewUser, *, by: str = STATION) -> User:
        """Create a user with everything that belongs to one; Conflict when the username is taken."""
        return self.users.create(tx, new, by=by)

    def _by_access_token(self, tx: Tx, token: str) -> Any:
        signed = self.keys.verify(tx, token)
        claims = signed.claims
        subject, session, expires = claims.get("sub"), claims.get("sid"), claims.get("exp")
        if claims.get("typ") != "Bearer" or not _is_for_us(claims.get("aud")):
            raise unknown_token()
        if not (isinstance(subject, str) and isinstance(session, str) and isinstance(expires, int)):
            raise unknown_token()
        row = store.caller_by_access_token(tx, sub=subject, kid=signed.kid, session=session)
        if row is None or not row.key_known:
            raise unknown_token()
        if expires + _SKEW_SECONDS <= row.now.timestamp() or not row.session_open:
            raise Unauthenticated(
                "the sign-in is over", next_step="sign in again: fieldstation login", reason="token_expired"
            )
        return row


def _is_for_us(audience: object) -> bool:
    return audience == AUDIENCE or (isinstance(audience, list) and AUDIENCE in audience)


def _caller(row: Any, *, scopes: list[str] | None) -> Caller:
    if row.suspended:
        raise Unauthenticated(
            f"the account {row.username} is suspended" + (f": {row.suspension}" if row.suspension else ""),
            next_step="ask an operator of this station",
            reason="suspended",
        )
    return _loaded(row, scopes)


def _loaded(row: Any, scopes: list[str] | None) -> Caller:
    return Caller(
        user_id=row.id,
        username=row.username,
        principal=row.principal,
        principals=(EVERYONE, row.principal, *row.groups),
        operator=row.operator,
        evaluator=row.evaluator,
        space=row.space,
        scopes=scopes_of(scopes),
    )
