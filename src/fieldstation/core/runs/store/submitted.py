"""Submits already answered, by their Idempotency-Key."""

from sqlalchemy import text

from fieldstation.core.runs.model.values import SubmitKey
from fieldstation.db import Tx

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:user_id || chr(10) || :route || chr(10) || :key, 0))")
_FIND = text("SELECT body_digest, run_id FROM submitted WHERE user_id = :user_id AND route = :route AND key = :key")
_KEEP = text("""
    INSERT INTO submitted (user_id, route, key, body_digest, run_id, created_at)
    VALUES (:user_id, :route, :key, :body_digest, :run_id, station_now())
""")
_FORGET = text("""
    DELETE FROM submitted WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM submitted WHERE created_at < station_now() - interval '48 hours' LIMIT :limit))
""")


def lock(tx: Tx, key: SubmitKey) -> bool:
    """Keep others with the same key away until this transaction ends; False when one is at work now."""
    return bool(tx.scalar(_LOCK, _named(key)))


def find(tx: Tx, key: SubmitKey) -> tuple[str, str] | None:
    """Return (digest of the body, run) of the submit that came first with this key."""
    row = tx.one_or_none(_FIND, _named(key))
    return None if row is None else (row.body_digest, row.run_id)


def keep(tx: Tx, key: SubmitKey, run_id: str) -> None:
    """Remember the answer to this submit."""
    tx.execute(_KEEP, {**_named(key), "body_digest": key.body_digest, "run_id": run_id})


def forget_old(tx: Tx, limit: int = 5000) -> int:
    """Remove keys older than 48 hours, at most `limit` at once; returns how many."""
    return tx.execute(_FORGET, {"limit": limit}).rowcount


def _named(key: SubmitKey) -> dict[str, str]:
    return {"user_id": key.user_id, "route": key.route, "key": key.key}
