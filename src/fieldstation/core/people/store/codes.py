"""Authorization codes, by their hash."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_ADD = text("""
    INSERT INTO authorization_code (hash, client, redirect_uri, challenge, scope, nonce, user_id, expires_at)
    VALUES (:hash, :client, :redirect_uri, :challenge, :scope, :nonce, :user_id,
            station_now() + :seconds * interval '1 second')
""")
_LOCK = text("""
    SELECT c.client, c.redirect_uri, c.challenge, c.scope, c.nonce, c.user_id, c.session_id,
           c.used_at IS NOT NULL AS used, c.expires_at <= station_now() AS over,
           u.suspended_at IS NOT NULL AS suspended
      FROM authorization_code c JOIN station_user u ON u.id = c.user_id
     WHERE c.hash = :hash FOR UPDATE OF c
""")
_USE = text("UPDATE authorization_code SET used_at = station_now(), session_id = :session WHERE hash = :hash")
_SWEEP = text("""
    DELETE FROM authorization_code WHERE hash IN (
        SELECT hash FROM authorization_code WHERE expires_at <= station_now() - interval '1 hour'
         ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")


def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Insert a code that lasts `seconds`."""
    tx.execute(_ADD, values)


def lock(tx: Tx, code_hash: bytes) -> Any:
    """Lock a code and read it, as the last to hold it left it."""
    return tx.one_or_none(_LOCK, {"hash": code_hash})


def use(tx: Tx, code_hash: bytes, session: str | None) -> None:
    """Mark a locked code as used, for this session or for none."""
    tx.execute(_USE, {"hash": code_hash, "session": session})


def sweep(tx: Tx, limit: int) -> int:
    """Remove up to `limit` codes that ended an hour ago; they are kept so long to notice a second use."""
    return tx.execute(_SWEEP, {"limit": limit}).rowcount
