"""What is left of a user who goes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_OWNS = text("""
    SELECT 'organisation' AS noun, name FROM organisation WHERE owner = :id AND removed_at IS NULL
    UNION ALL
    SELECT 'unit', name FROM unit WHERE owner = :id AND removed_at IS NULL AND NOT personal
     LIMIT 1
""")
_ROLES = text("""
    SELECT a.kind, a.thing, a.role,
           NOT EXISTS (SELECT 1 FROM access o WHERE o.kind = a.kind AND o.thing = a.thing AND o.role = 'owner'
                          AND o.principal <> a.principal
                          AND EXISTS (SELECT 1 FROM station_user u WHERE u.principal = o.principal)) AS alone
      FROM access a WHERE a.principal = :principal ORDER BY a.kind, a.thing, a.role
""")
_LEAVE = text("DELETE FROM membership WHERE member = :principal")
_REVOKE = text("UPDATE service_token SET revoked_at = station_now() WHERE user_id = :id AND revoked_at IS NULL")
_CLOSE = text("""
    UPDATE station_user
       SET suspended_at = coalesce(suspended_at, station_now()), suspension = :why, password_hash = NULL
     WHERE id = :id
""")
_MARK = text("""
    INSERT INTO user_account (user_id, removed_at) VALUES (:id, station_now())
    ON CONFLICT (user_id) DO UPDATE SET removed_at = excluded.removed_at, admin = false, impersonates = NULL
""")
_REOPEN = text("UPDATE station_user SET suspended_at = NULL, suspension = NULL WHERE id = :id")
_UNMARK = text("UPDATE user_account SET removed_at = NULL WHERE user_id = :id")


def owns(tx: Tx, user_id: str) -> Any:
    """Read an organisation or unit of theirs, beside their personal one; None when there is none."""
    return tx.one_or_none(_OWNS, {"id": user_id})


def roles(tx: Tx, principal: int) -> Sequence[Any]:
    """Read their roles, each with whether no other person owns the thing."""
    return tx.all(_ROLES, {"principal": principal})


def close(tx: Tx, user_id: str, principal: int, why: str) -> None:
    """Take memberships, tokens and the password away, and keep the name."""
    tx.execute(_LEAVE, {"principal": principal})
    tx.execute(_REVOKE, {"id": user_id})
    tx.execute(_CLOSE, {"id": user_id, "why": why})
    tx.execute(_MARK, {"id": user_id})


def reopen(tx: Tx, user_id: str) -> None:
    """Let them in again."""
    tx.execute(_REOPEN, {"id": user_id})
    tx.execute(_UNMARK, {"id": user_id})
