"""Devices that wait for a person to let them in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_ADD = text("""
    INSERT INTO device_grant (hash, user_code, client, scope, state, interval_seconds, expires_at)
    VALUES (:hash, :user_code, :client, :scope, 'asked', :interval, station_now() + :seconds * interval '1 second')
    ON CONFLICT (user_code) DO NOTHING RETURNING user_code
""")
_BY_CODE = text("""
    SELECT client, scope, state FROM device_grant WHERE user_code = :user_code AND expires_at > station_now()
""")
_DECIDE = text("""
    UPDATE device_grant SET state = :state, user_id = :user_id
     WHERE user_code = :user_code AND state = 'asked' AND expires_at > station_now() RETURNING client
""")
_LOCK = text("""
    SELECT g.client, g.scope, g.state, g.user_id, g.expires_at <= station_now() AS over,
           coalesce(g.polled_at > station_now() - g.interval_seconds * interval '1 second', false) AS too_soon,
           coalesce(u.suspended_at IS NOT NULL, false) AS suspended
      FROM device_grant g LEFT JOIN station_user u ON u.id = g.user_id
     WHERE g.hash = :hash FOR UPDATE OF g
""")
_POLLED = text("""
    UPDATE device_grant SET polled_at = station_now(), interval_seconds = interval_seconds + :slower WHERE hash = :hash
""")
_USE = text("UPDATE device_grant SET state = 'used' WHERE hash = :hash")
_SWEEP = text("""
    DELETE FROM device_grant WHERE hash IN (
        SELECT hash FROM device_grant WHERE expires_at <= station_now()
         ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")


def add(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Insert a grant that lasts `seconds`; tell whether its user code was free."""
    return tx.scalar(_ADD, values) is not None


def by_code(tx: Tx, user_code: str) -> Any:
    """Read the grant of a user code that is not over."""
    return tx.one_or_none(_BY_CODE, {"user_code": user_code})


def decide(tx: Tx, user_code: str, state: str, user_id: str) -> str | None:
    """Allow or deny what was asked; return its client, or None when nothing is asked under this code (any more)."""
    client: str | None = tx.scalar(_DECIDE, {"user_code": user_code, "state": state, "user_id": user_id})
    return client


def lock(tx: Tx, device_hash: bytes) -> Any:
    """Lock a grant and read it."""
    return tx.one_or_none(_LOCK, {"hash": device_hash})


def polled(tx: Tx, device_hash: bytes, slower: int) -> None:
    """Note that the device asked, and have it wait so many seconds longer from now on."""
    tx.execute(_POLLED, {"hash": device_hash, "slower": slower})


def use(tx: Tx, device_hash: bytes) -> None:
    """Mark a locked grant as used."""
    tx.execute(_USE, {"hash": device_hash})


def sweep(tx: Tx, limit: int) -> int:
    """Remove up to `limit` grants that are over."""
    return tx.execute(_SWEEP, {"limit": limit}).rowcount
