"""Calls that people made at a door."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_BATCH = 5000
_KEEP = text("""
    INSERT INTO api_call (user_id, method, path, began, duration_ns, status_code, params, body, impersonator)
    VALUES (:user_id, :method, :path, :began, :duration_ns, :status_code, cast(:params AS json), cast(:body AS json),
            :impersonator)
""")
# The latest of the time asked for, along the index; who reads gets them oldest first.
_LISTED = text("""
    SELECT c.method, c.path, c.began, c.duration_ns, c.status_code, c.params, c.body, i.username AS impersonator
      FROM api_call c LEFT JOIN station_user i ON i.id = c.impersonator
     WHERE c.user_id = :user_id AND c.began >= :since AND c.began < :until
     ORDER BY c.began DESC, c.id DESC LIMIT :limit
""")
_PAGE = """
    SELECT c.id, u.username, c.method, c.path, c.began, c.duration_ns, c.status_code, c.params, c.body,
           i.username AS impersonator
      FROM api_call c JOIN station_user u ON u.id = c.user_id LEFT JOIN station_user i ON i.id = c.impersonator
     WHERE {whose} AND c.began >= :since AND c.began < :until
       AND (:behind = 0 OR (c.began, c.id) < ((SELECT b.began FROM api_call b WHERE b.id = :behind), :behind))
     ORDER BY c.began DESC, c.id DESC LIMIT :limit
"""
_PAGE_OF_ONE = text(_PAGE.format(whose="c.user_id = :user_id"))  # index (user_id, began, id)
_PAGE_OF_ALL = text(_PAGE.format(whose="true"))  # index (began)
_FORGET = text(f"""
    DELETE FROM api_call WHERE id = ANY(ARRAY(
        SELECT id FROM api_call WHERE began < station_now() - :days * interval '1 day' ORDER BY began LIMIT {_BATCH}))
""")


def keep(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep one call."""
    tx.execute(_KEEP, values)


def listed(tx: Tx, user_id: str, since: datetime, until: datetime, limit: int) -> Sequence[Any]:
    """Read up to `limit` calls of a user, latest first, of the time from `since` until before `until`."""
    values = {"user_id": user_id, "since": since, "until": until, "limit": limit}
    return tx.all(_LISTED, values)


def page(tx: Tx, user_id: str | None, behind: int, values: Mapping[str, Any]) -> Sequence[Any]:
    """Read calls of a user, or of all, latest first, behind the call of this id, 0 for the first page.

    `values` has `since`, `until` and `limit`.
    """
    given = {**values, "behind": behind}
    return tx.all(_PAGE_OF_ALL, given) if user_id is None else tx.all(_PAGE_OF_ONE, {**given, "user_id": user_id})


def forget(tx: Tx, days: int) -> bool:
    """Remove calls older than `days`, some thousand at a time; tells whether there are more."""
    return tx.execute(_FORGET, {"days": days}).rowcount == _BATCH
