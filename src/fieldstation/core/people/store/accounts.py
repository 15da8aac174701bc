"""Accounts: what is kept of a user beside who they are."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_STATE = text("SELECT admin, impersonates, impersonating FROM user_account WHERE user_id = :id")
# Who was let in again since is no longer removed, whatever became of them later.
_REMOVED = "coalesce(a.removed_at >= u.suspended_at, false)"
_ACCOUNT = f"""
    SELECT u.id, u.principal, u.username, u.name, u.email, u.operator, u.space, u.quota_bytes, u.created_at,
           u.suspended_at, u.suspension, coalesce(a.private, false) AS private, coalesce(a.admin, false) AS admin,
           coalesce(a.impersonating, true) AS impersonating, a.first_seen, a.last_seen,
           {_REMOVED} AS removed,
           o.id AS impersonated_id, o.username AS impersonates
      FROM station_user u
      LEFT JOIN user_account a ON a.user_id = u.id
      LEFT JOIN station_user o ON o.id = a.impersonates"""
_BY_ID = text(f"{_ACCOUNT} WHERE u.id = :id")
_BY_USERNAME = text(f"{_ACCOUNT} WHERE u.username = :username")
_NAMED = text(f"{_ACCOUNT} WHERE u.username = ANY(:names)")
_TODAY = "(station_now() AT TIME ZONE 'UTC')::date"
_OTHERS = text(f"""{_ACCOUNT}
     WHERE u.id <> :but AND NOT {_REMOVED}
       AND (cast(:idle AS integer) IS NULL OR a.last_seen IS NULL OR a.last_seen <= {_TODAY} - cast(:idle AS integer))
       AND (cast(:active AS integer) IS NULL OR a.last_seen > {_TODAY} - cast(:active AS integer))
     ORDER BY u.username
""")
_LOCK = text("SELECT id FROM station_user WHERE id = :id FOR NO KEY UPDATE")  # who writes of a user may go on
_KEEP = text("""
    INSERT INTO user_account (user_id, private, admin, impersonates, impersonating)
    VALUES (:id, :private, :admin, :impersonates, :impersonating)
    ON CONFLICT (user_id) DO UPDATE
       SET private = excluded.private, admin = excluded.admin, impersonates = excluded.impersonates,
           impersonating = excluded.impersonating
""")
_SEEN = text("""
    INSERT INTO user_account AS a (user_id, first_seen, last_seen)
    SELECT id, station_now(), (station_now() AT TIME ZONE 'UTC')::date
      FROM unnest(cast(:ids AS text[])) AS id
     ORDER BY id
    ON CONFLICT (user_id) DO UPDATE
       SET first_seen = coalesce(a.first_seen, excluded.first_seen), last_seen = excluded.last_seen
""")
_NAMES = text("""
    SELECT u.username FROM station_user u LEFT JOIN user_account a ON a.user_id = u.id
     WHERE u.suspended_at IS NULL AND (:private_too OR NOT coalesce(a.private, false))
     ORDER BY u.username
""")
_ACT_FOR = text("SELECT set_config('fieldstation.impersonator', :id, true)")


def state(tx: Tx, user_id: str) -> Any:
    """Read whether a user took up what operators may, and whom they act as; None where they never said."""
    return tx.one_or_none(_STATE, {"id": user_id})


def account(tx: Tx, user_id: str) -> Any:
    """Read one account."""
    return tx.one(_BY_ID, {"id": user_id})


def by_username(tx: Tx, username: str) -> Any:
    """Read the account of this name; None when there is none."""
    return tx.one_or_none(_BY_USERNAME, {"username": username})


def named(tx: Tx, names: Sequence[str]) -> Sequence[Any]:
    """Read the accounts of these names."""
    return tx.all(_NAMED, {"names": list(names)})


def others(tx: Tx, but: str, idle_days: int | None, active_days: int | None) -> Sequence[Any]:
    """Read all accounts but one, by name: of who was not seen for so many days, of who was seen in so many."""
    return tx.all(_OTHERS, {"but": but, "idle": idle_days, "active": active_days})


def lock(tx: Tx, user_id: str) -> None:
    """Let nobody else change an account until this transaction ends."""
    tx.execute(_LOCK, {"id": user_id})


def keep(tx: Tx, values: dict[str, Any]) -> None:
    """Write what an account's user chose."""
    tx.execute(_KEEP, values)


def seen(tx: Tx, ids: Sequence[str]) -> None:
    """Note that these users are at work today."""
    tx.execute(_SEEN, {"ids": list(ids)})


def names(tx: Tx, *, private_too: bool) -> Sequence[str]:
    """Read the names of all users who are not suspended, by name."""
    return [row.username for row in tx.all(_NAMES, {"private_too": private_too})]


def act_for(tx: Tx, user_id: str) -> None:
    """Have the audit name who acts, until this transaction ends."""
    tx.execute(_ACT_FOR, {"id": user_id})
