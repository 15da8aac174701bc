"""What callers prove themselves with: service tokens, signing keys, and the one query that loads a caller."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_CALLER = """u.id, u.username, u.principal, u.operator, u.evaluator, u.space,
           u.suspended_at IS NOT NULL AS suspended, u.suspension,
           ARRAY(SELECT m.principal FROM membership m WHERE m.member = u.principal ORDER BY m.principal) AS groups,
           station_now() AS now"""
_BY_ACCESS_TOKEN = text(f"""
    SELECT {_CALLER},
           EXISTS (SELECT 1 FROM signing_key k WHERE k.kid = :kid) AS key_known,
           s.ended_at IS NULL AS session_open
      FROM session s JOIN station_user u ON u.id = s.user_id
     WHERE s.id = :session AND u.sub = :sub
""")
_BY_SERVICE_TOKEN = text(f"""
    SELECT {_CALLER}, t.hash, t.scopes, t.expires_at, t.revoked_at IS NOT NULL AS revoked
      FROM service_token t JOIN station_user u ON u.id = t.user_id
     WHERE t.id = :id
""")
_BY_BROWSER = text(f"""
    SELECT {_CALLER}, s.ended_at IS NULL AND s.expires_at > station_now() AS session_open
      FROM session s JOIN station_user u ON u.id = s.user_id
     WHERE s.browser = :hash
""")
_BY_IDENTITY = text(f"SELECT {_CALLER} FROM station_user u WHERE u.iss = :iss AND u.sub = :sub")
_BY_USERNAME = text(f"SELECT {_CALLER} FROM station_user u WHERE u.username = :username")
_BY_ID = text(f"SELECT {_CALLER} FROM station_user u WHERE u.id = :id")
_INSERT_TOKEN = text("""
    INSERT INTO service_token (id, user_id, name, hash, scopes, expires_at)
    VALUES (:id, :user_id, :name, :hash, cast(:scopes AS text[]), :expires_at)
    RETURNING created_at
""")
_TOKENS = text("""
    SELECT id, name, scopes, created_at, expires_at FROM service_token
     WHERE user_id = :user_id AND revoked_at IS NULL AND id < :before
     ORDER BY id DESC LIMIT :limit
""")
_REVOKE_TOKEN = text("""
    UPDATE service_token SET revoked_at = station_now()
     WHERE id = :id AND revoked_at IS NULL AND (user_id = :user_id OR :any_user)
    RETURNING user_id
""")
_END_TOKENS = text("""
    UPDATE service_token SET revoked_at = station_now() WHERE id = ANY(:ids) AND revoked_at IS NULL RETURNING id
""")
_LOCK_KEYS = text("SELECT pg_advisory_xact_lock(hashtext('fieldstation.signing_key'))")
_KEYS = text("SELECT kid, state, public, sealed FROM signing_key ORDER BY state")
_CURRENT_KEY = text("SELECT kid, sealed FROM signing_key WHERE state = 'current'")
_KEYS_ARE_OLD = text("""
    SELECT EXISTS (
        SELECT 1 FROM signing_key
         WHERE state = 'next' AND created_at <= station_now() - :days * interval '1 day')
""")
_INSERT_KEY = text("INSERT INTO signing_key (kid, state, public, sealed) VALUES (:kid, :state, :public, :sealed)")
_DROP_PREVIOUS = text("DELETE FROM signing_key WHERE state = 'previous'")
_MOVE_KEY = text("UPDATE signing_key SET state = :to WHERE state = :of")

LAST = "~"  # compares greater than every id


def caller_by_access_token(tx: Tx, *, sub: str, kid: str, session: str) -> Any:
    """Load the caller an access token names, with whether its key and its session still count."""
    return tx.one_or_none(_BY_ACCESS_TOKEN, {"sub": sub, "kid": kid, "session": session})


def caller_by_service_token(tx: Tx, token_id: str) -> Any:
    """Load the caller a service token belongs to, with the token's hash, scopes and expiry."""
    return tx.one_or_none(_BY_SERVICE_TOKEN, {"id": token_id})


def caller_by_browser(tx: Tx, browser_hash: bytes) -> Any:
    """Load the caller whose session a cookie carries, with whether it still counts."""
    return tx.one_or_none(_BY_BROWSER, {"hash": browser_hash})


def caller_by_identity(tx: Tx, iss: str, sub: str) -> Any:
    """Load the caller whom an issuer calls so."""
    return tx.one_or_none(_BY_IDENTITY, {"iss": iss, "sub": sub})


def caller_by_username(tx: Tx, username: str) -> Any:
    """Load a user as the caller they would be."""
    return tx.one_or_none(_BY_USERNAME, {"username": username})


def caller_by_id(tx: Tx, user_id: str) -> Any:
    """Load a user who is known as the caller they would be."""
    return tx.one(_BY_ID, {"id": user_id})


def insert_token(tx: Tx, values: dict[str, Any]) -> datetime:
    """Keep a service token (its hash only); return when it was made."""
    created: datetime = tx.scalar(_INSERT_TOKEN, values)
    return created


def tokens(tx: Tx, user_id: str, before: str, limit: int) -> Sequence[Any]:
    """Read up to `limit` tokens of a user that are not revoked, newest first, behind the id `before`."""
    return tx.all(_TOKENS, {"user_id": user_id, "before": before, "limit": limit})


def revoke_token(tx: Tx, token_id: str, user_id: str, *, any_user: bool) -> bool:
    """Revoke a token of `user_id`, or of `any_user`; False when there is none such."""
    return tx.scalar(_REVOKE_TOKEN, {"id": token_id, "user_id": user_id, "any_user": any_user}) is not None


def end_tokens(tx: Tx, token_ids: Sequence[str]) -> Sequence[str]:
    """Revoke these tokens; return those that were not revoked before."""
    return [row.id for row in tx.all(_END_TOKENS, {"ids": list(token_ids)})]


def lock_keys(tx: Tx) -> None:
    """Let nobody else change the signing keys until this transaction ends."""
    tx.execute(_LOCK_KEYS)


def keys(tx: Tx) -> Sequence[Any]:
    """Read all signing keys: current, next, previous."""
    return tx.all(_KEYS)


def current_key(tx: Tx) -> Any:
    """Read the key that signs now."""
    return tx.one_or_none(_CURRENT_KEY)


def keys_are_old(tx: Tx, days: int) -> bool:
    """Tell whether the last rotation, which made the next key, was `days` ago."""
    old: bool = tx.scalar(_KEYS_ARE_OLD, {"days": days})
    return old


def insert_key(tx: Tx, values: dict[str, Any]) -> None:
    """Keep a new signing key."""
    tx.execute(_INSERT_KEY, values)


def shift_keys(tx: Tx) -> None:
    """Drop the previous key, make the current one previous and the next one current."""
    tx.execute(_DROP_PREVIOUS)
    tx.execute(_MOVE_KEY, {"of": "current", "to": "previous"})
    tx.execute(_MOVE_KEY, {"of": "next", "to": "current"})
