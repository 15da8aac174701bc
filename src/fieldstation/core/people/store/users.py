"""Users, groups, and who belongs to which group."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

OWN_QUOTA = "(SELECT quota_bytes FROM station_user WHERE id = {user})"
_NEW_PRINCIPAL = text("INSERT INTO principal (kind) VALUES (:kind) RETURNING id")
_INSERT = text("""
    INSERT INTO station_user
           (id, principal, iss, sub, username, name, email, password_hash, operator, space, quota_bytes)
    VALUES (:id, :principal, :iss, :sub, :username, :name, :email, :password_hash, :operator, :space, :quota_bytes)
    ON CONFLICT (username) DO NOTHING
    RETURNING id
""")
_COLUMNS = "id, principal, username, name, email, operator, space, quota_bytes, created_at, suspended_at, suspension"
_BY_ID = text(f"SELECT {_COLUMNS} FROM station_user WHERE id = :id")
_BY_USERNAME = text(f"SELECT {_COLUMNS} FROM station_user WHERE username = :username")
_BY_IDENTITY = text(f"SELECT {_COLUMNS} FROM station_user WHERE iss = :iss AND sub = :sub")
_LOCK_IDENTITY = text("SELECT pg_advisory_xact_lock(hashtextextended(:iss || ' ' || :sub, 1))")
_DESCRIBE = text("UPDATE station_user SET name = :name, email = :email WHERE id = :id")
_SET_LEVEL = text("UPDATE station_user SET operator = :operator, evaluator = :evaluator WHERE id = :id")
_PAGE = text(f"""
    SELECT {_COLUMNS} FROM station_user
     WHERE username > :after ORDER BY username LIMIT :limit
""")
_CHANGE = text(f"""
    UPDATE station_user
       SET name = :name, email = :email, operator = :operator, quota_bytes = :quota_bytes, suspended_at = :suspended_at,
           suspension = :suspension
     WHERE id = :id
    RETURNING {_COLUMNS}
""")
_SET_PASSWORD = text("UPDATE station_user SET password_hash = :password_hash WHERE id = :id")
_PASSWORD = text("SELECT password_hash FROM station_user WHERE id = :id")
_LOCK_OPERATORS = text("SELECT id FROM station_user WHERE operator AND suspended_at IS NULL ORDER BY id FOR UPDATE")
_USER_PRINCIPAL = text("SELECT principal FROM station_user WHERE username = :name")
_GROUP_PRINCIPAL = text("SELECT principal FROM station_group WHERE name = :name")
_LOCK_FIRST = text("SELECT pg_advisory_xact_lock(hashtext('fieldstation.first_user'))")
_ANY = text("SELECT EXISTS (SELECT 1 FROM station_user)")
_PRINCIPAL = text("SELECT principal FROM station_user WHERE id = :id")
_USERNAMES_OF_PRINCIPALS = text("SELECT principal, username FROM station_user WHERE principal = ANY(:ids)")
_USERNAMES = text("SELECT id, username FROM station_user WHERE id = ANY(:ids)")


def new_principal(tx: Tx, kind: str) -> int:
    """Make a principal of `kind` (`user` or `group`)."""
    principal: int = tx.scalar(_NEW_PRINCIPAL, {"kind": kind})
    return principal


def insert(tx: Tx, values: dict[str, Any]) -> bool:
    """Insert a user; False when the username is taken."""
    return tx.scalar(_INSERT, values) is not None


def by_id(tx: Tx, user_id: str) -> Any:
    """Read one user by id."""
    return tx.one_or_none(_BY_ID, {"id": user_id})


def by_username(tx: Tx, username: str) -> Any:
    """Read one user by name."""
    return tx.one_or_none(_BY_USERNAME, {"username": username})


def by_identity(tx: Tx, iss: str, sub: str) -> Any:
    """Read one user by issuer and subject."""
    return tx.one_or_none(_BY_IDENTITY, {"iss": iss, "sub": sub})


def lock_identity(tx: Tx, iss: str, sub: str) -> None:
    """Let nobody else make a user of this person until this transaction ends."""
    tx.execute(_LOCK_IDENTITY, {"iss": iss, "sub": sub})


def describe(tx: Tx, user_id: str, name: str | None, email: str | None) -> None:
    """Write how a person's issuer calls them."""
    tx.execute(_DESCRIBE, {"id": user_id, "name": name, "email": email})


def page(tx: Tx, after: str, limit: int) -> Sequence[Any]:
    """Read up to `limit` users behind the name `after`, by name; along the unique index on it."""
    return tx.all(_PAGE, {"after": after, "limit": limit})


def change(tx: Tx, values: dict[str, Any]) -> Any:
    """Write what may change about the user `id`."""
    return tx.one(_CHANGE, values)


def set_password(tx: Tx, user_id: str, password_hash: str) -> None:
    """Write the hash of a user's password."""
    tx.execute(_SET_PASSWORD, {"id": user_id, "password_hash": password_hash})


def password_hash(tx: Tx, user_id: str) -> str | None:
    """Read the hash of a user's password."""
    found: str | None = tx.scalar(_PASSWORD, {"id": user_id})
    return found


def lock_operators(tx: Tx) -> frozenset[str]:
    """Lock and return the operators who are not suspended, so that the last one cannot go."""
    return frozenset(row.id for row in tx.all(_LOCK_OPERATORS))


def user_principal(tx: Tx, username: str) -> int | None:
    """Read the principal of a user."""
    found: int | None = tx.scalar(_USER_PRINCIPAL, {"name": username})
    return found


def group_principal(tx: Tx, name: str) -> int | None:
    """Read the principal of a group."""
    found: int | None = tx.scalar(_GROUP_PRINCIPAL, {"name": name})
    return found


def any_user(tx: Tx) -> bool:
    """Tell whether there is any user yet; only one transaction at a time gets an answer."""
    tx.execute(_LOCK_FIRST)
    found: bool = tx.scalar(_ANY)
    return found


def usernames(tx: Tx, ids: Sequence[str]) -> dict[str, str]:
    """Read the names of users by id."""
    return {row.id: row.username for row in tx.all(_USERNAMES, {"ids": list(ids)})}


def usernames_of_principals(tx: Tx, ids: Sequence[int]) -> dict[int, str]:
    """Read the names of users by principal."""
    return {row.principal: row.username for row in tx.all(_USERNAMES_OF_PRINCIPALS, {"ids": list(ids)})}


def principal_of(tx: Tx, user_id: str) -> int:
    """Read the principal of a user."""
    found: int = tx.scalar(_PRINCIPAL, {"id": user_id})
    return found


def set_level(tx: Tx, user_id: str, *, operator: bool, evaluator: bool) -> None:
    """Write what an outside issuer makes of a user."""
    tx.execute(_SET_LEVEL, {"id": user_id, "operator": operator, "evaluator": evaluator})
