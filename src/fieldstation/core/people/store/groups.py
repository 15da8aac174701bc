"""Groups, and who belongs to which."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_INSERT = text("""
    INSERT INTO station_group (principal, name) VALUES (:principal, :name)
    ON CONFLICT (name) DO NOTHING
    RETURNING principal, name, created_at
""")
_BY_NAME = text("SELECT principal, name, created_at FROM station_group WHERE name = :name")
_PAGE = text("""
    SELECT principal, name, created_at FROM station_group
     WHERE name > :after AND (:all OR principal = ANY(cast(:principals AS integer[])))
     ORDER BY name LIMIT :limit
""")
_MEMBERS = text("""
    SELECT u.username FROM membership m JOIN station_user u ON u.principal = m.member
     WHERE m.principal = :principal AND u.username > :after
     ORDER BY u.username LIMIT :limit
""")
_JOIN = text("""
    INSERT INTO membership (member, principal) VALUES (:member, :principal)
    ON CONFLICT DO NOTHING
    RETURNING member
""")
_LEAVE = text("DELETE FROM membership WHERE member = :member AND principal = :principal RETURNING member")


def insert(tx: Tx, principal: int, name: str) -> Any:
    """Insert a group; None when the name is taken."""
    return tx.one_or_none(_INSERT, {"principal": principal, "name": name})


def by_name(tx: Tx, name: str) -> Any:
    """Read one group."""
    return tx.one_or_none(_BY_NAME, {"name": name})


def page(tx: Tx, after: str, limit: int, principals: Sequence[int] | None) -> Sequence[Any]:
    """Read up to `limit` groups by name behind `after`: all, or only those among `principals`."""
    values = {"after": after, "limit": limit, "all": principals is None, "principals": list(principals or ())}
    return tx.all(_PAGE, values)


def members(tx: Tx, principal: int, after: str, limit: int) -> Sequence[str]:
    """Read up to `limit` usernames of a group, by name behind `after`."""
    rows = tx.all(_MEMBERS, {"principal": principal, "after": after, "limit": limit})
    return [row.username for row in rows]


def join(tx: Tx, member: int, group: int) -> bool:
    """Make a user a member of a group; tell whether that changed anything."""
    return tx.scalar(_JOIN, {"member": member, "principal": group}) is not None


def leave(tx: Tx, member: int, group: int) -> bool:
    """Take a user out of a group; tell whether that changed anything."""
    return tx.scalar(_LEAVE, {"member": member, "principal": group}) is not None
