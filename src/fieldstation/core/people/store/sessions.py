"""Sign-in: tries, sessions, and the chain of refresh tokens of each session."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_TRY = text("""
    INSERT INTO sign_in_try AS made (username, since, tries) VALUES (:username, station_now(), 1)
    ON CONFLICT (username) DO UPDATE
       SET since = CASE WHEN made.since <= excluded.since - :seconds * interval '1 second'
                        THEN excluded.since ELSE made.since END,
           tries = CASE WHEN made.since <= excluded.since - :seconds * interval '1 second'
                        THEN 1 ELSE made.tries + 1 END
    RETURNING tries
""")
_FORGET_TRIES = text("DELETE FROM sign_in_try WHERE username = :username")
_SIGNING_IN = text("""
    SELECT id, password_hash, suspended_at IS NOT NULL AS suspended
      FROM station_user WHERE username = :username AND iss = 'local'
""")
_OPEN = text("""
    INSERT INTO session (id, user_id, client, scope, browser, expires_at)
    VALUES (:id, :user_id, :client, :scope, :browser, station_now() + :seconds * interval '1 second')
""")
_SESSION = text("""
    SELECT s.expires_at, station_now() AS now, u.sub, u.username, u.name, u.email, u.operator
      FROM session s JOIN station_user u ON u.id = s.user_id
     WHERE s.id = :id
""")
_BY_BROWSER = text("SELECT id, user_id FROM session WHERE browser = :hash FOR UPDATE")
_ADD_REFRESH = text("INSERT INTO refresh_token (hash, session_id) VALUES (:hash, :session_id)")
_LOCK_REFRESH = text("""
    SELECT r.used_at, s.id AS session_id, s.user_id, s.client, s.scope, s.expires_at, s.ended_at,
           u.suspended_at IS NOT NULL AS suspended, station_now() AS now
      FROM refresh_token r JOIN session s ON s.id = r.session_id JOIN station_user u ON u.id = s.user_id
     WHERE r.hash = :hash
       FOR UPDATE OF r, s
""")
_USE_REFRESH = text("UPDATE refresh_token SET used_at = station_now() WHERE hash = :hash")
_END = text("UPDATE session SET ended_at = station_now() WHERE id = :id AND ended_at IS NULL RETURNING user_id")
_END_ALL = text("UPDATE session SET ended_at = station_now() WHERE user_id = :user_id AND ended_at IS NULL")
_END_EVERYBODYS = text("UPDATE session SET ended_at = station_now() WHERE ended_at IS NULL")
_SWEEP_SESSIONS = text("""
    DELETE FROM session WHERE id IN (
        SELECT id FROM session WHERE expires_at <= station_now()
         ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")
_SWEEP_TRIES = text("DELETE FROM sign_in_try WHERE since <= station_now() - :seconds * interval '1 second'")


def count_try(tx: Tx, username: str, seconds: int) -> int:
    """Count one more try to sign in as `username`; return how many there were in the present window of `seconds`."""
    tries: int = tx.scalar(_TRY, {"username": username, "seconds": seconds})
    return tries


def forget_tries(tx: Tx, username: str) -> None:
    """Count anew from zero."""
    tx.execute(_FORGET_TRIES, {"username": username})


def signing_in(tx: Tx, username: str) -> Any:
    """Read what is needed to check a password."""
    return tx.one_or_none(_SIGNING_IN, {"username": username})


def open_session(tx: Tx, values: Mapping[str, Any]) -> None:
    """Insert a session that lasts `seconds`."""
    tx.execute(_OPEN, values)


def session(tx: Tx, session_id: str) -> Any:
    """Read what the tokens of a session say, and the present time."""
    return tx.one(_SESSION, {"id": session_id})


def by_browser(tx: Tx, browser_hash: bytes) -> Any:
    """Lock the session that a cookie carries."""
    return tx.one_or_none(_BY_BROWSER, {"hash": browser_hash})


def add_refresh(tx: Tx, refresh_hash: bytes, session_id: str) -> None:
    """Keep the hash of a fresh refresh token."""
    tx.execute(_ADD_REFRESH, {"hash": refresh_hash, "session_id": session_id})


def lock_refresh(tx: Tx, refresh_hash: bytes) -> Any:
    """Lock a refresh token and its session and read both, as the last to hold them left them."""
    return tx.one_or_none(_LOCK_REFRESH, {"hash": refresh_hash})


def use_refresh(tx: Tx, refresh_hash: bytes) -> None:
    """Mark a refresh token, whose session is locked, as used."""
    tx.execute(_USE_REFRESH, {"hash": refresh_hash})


def end(tx: Tx, session_id: str) -> str | None:
    """End a session; return whose it was, if it was open."""
    user_id: str | None = tx.scalar(_END, {"id": session_id})
    return user_id


def end_all(tx: Tx, user_id: str) -> None:
    """End all sessions of a user."""
    tx.execute(_END_ALL, {"user_id": user_id})


def sweep(tx: Tx, *, seconds: int, limit: int) -> int:
    """Remove up to `limit` sessions that are over, and the counts of tries older than `seconds`; count the former."""
    tx.execute(_SWEEP_TRIES, {"seconds": seconds})
    return tx.execute(_SWEEP_SESSIONS, {"limit": limit}).rowcount


def end_everybodys(tx: Tx) -> None:
    """End every session of everybody."""
    tx.execute(_END_EVERYBODYS)
