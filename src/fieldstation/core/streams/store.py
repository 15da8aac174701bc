"""Reading actions under the rights of a reader, and keeping streams."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

LAST = 2**62
_COLUMNS = """a.id, a.at, a.kind, coalesce(u.username, a.actor) AS actor, a.organisation, a.unit, a.product, a.body,
           a.place, a.ordinal"""
_ACTOR = "LEFT JOIN station_user u ON u.id = a.actor"
_FILTERS = {
    "organisation": "a.organisation = :organisation",
    "unit": "a.unit = :unit",
    "product": "a.product = :product",
    "kind": "a.kind LIKE :kind",
    "since": "a.at >= :since",
    "until": "a.at < :until",
}
_HERE = text("SELECT coalesce(max(place), 0) AS place, coalesce(max(ordinal), 1) AS ordinal FROM action")
_BEFORE = text("""
    SELECT min(ordinal) - 1 FROM (SELECT ordinal FROM action WHERE at >= :moment AND ordinal IS NOT NULL) later
""")
_INSERT = text("""
    INSERT INTO event_stream (user_id, key_hash, key_sealed, form) VALUES (:user, :hash, :sealed, :form)
    ON CONFLICT (user_id) DO NOTHING RETURNING id
""")
_OF_USER = text("SELECT id, user_id, key_sealed, form FROM event_stream WHERE user_id = :user")
_BY_KEY = text("SELECT id, user_id, form FROM event_stream WHERE key_hash = :hash")
_REMOVE = text("DELETE FROM event_stream WHERE id = :id AND user_id = :user RETURNING id")

Seen = tuple[str | None, str | None, Mapping[str, Any]]  # conditions on a unit and an organisation; None: all are seen


def page(tx: Tx, before: int, limit: int, filters: Mapping[str, Any], seen: Seen) -> Sequence[Any]:
    """Read up to `limit` actions, newest first, below the id `before`, about what is seen.

    Of each unit and organisation no more than `limit` are looked up: who sees little would else wait for the whole
    table to be read.
    """
    newest = "".join(f" AND {_FILTERS[name]}" for name in filters) + " ORDER BY a.id DESC LIMIT :limit"
    source = f"SELECT a.* FROM action a WHERE a.id < :before{newest}"
    units, organisations, values = seen
    if units is not None and organisations is not None:
        source = f"""
            SELECT * FROM (
                SELECT a.* FROM unit n CROSS JOIN LATERAL (
                    SELECT a.* FROM action a WHERE a.unit = n.id AND a.id < :before{newest}) a
                 WHERE {units.replace("{thing}", "n.id")}
                 UNION ALL
                SELECT a.* FROM organisation o CROSS JOIN LATERAL (
                    SELECT a.* FROM action a
                     WHERE a.organisation = o.id AND a.unit IS NULL AND a.id < :before{newest}) a
                 WHERE {organisations.replace("{thing}", "o.id")}) a
             ORDER BY a.id DESC LIMIT :limit"""
    statement = f"SELECT {_COLUMNS} FROM ({source}) a {_ACTOR} ORDER BY a.id DESC"
    return tx.listed(text(statement), {"before": before, "limit": limit, **filters, **values})


def behind(tx: Tx, column: str, position: int, limit: int, seen: Seen) -> Sequence[Any]:
    """Read up to `limit` actions whose `place` or `ordinal` is above a position, each with `seen`."""
    units, organisations, values = seen
    condition = "true"
    if units is not None and organisations is not None:
        in_unit, in_organisation = (
            units.replace("{thing}", "a.unit"),
            organisations.replace("{thing}", "a.organisation"),
        )
        condition = f"CASE WHEN a.unit IS NOT NULL THEN {in_unit} ELSE {in_organisation} END"
    statement = f"""
        SELECT {_COLUMNS}, coalesce({condition}, false) AS seen
          FROM (SELECT * FROM action WHERE {column} > :position ORDER BY {column} LIMIT :limit) a {_ACTOR}
         ORDER BY a.{column}
    """
    return tx.listed(text(statement), {"position": position, "limit": limit, **values})


def here(tx: Tx) -> Any:
    """Read the last place and the last ordinal that were given out."""
    return tx.one(_HERE)


def before(tx: Tx, moment: datetime) -> int | None:
    """Read the ordinal before that of the first message at a moment or later; None when there is none."""
    found: int | None = tx.scalar(_BEFORE, {"moment": moment})
    return found


def insert(tx: Tx, values: Mapping[str, Any]) -> int | None:
    """Make the stream of a user; None when they have one."""
    found: int | None = tx.scalar(_INSERT, values)
    return found


def of_user(tx: Tx, user_id: str) -> Any:
    """Read the stream of a user."""
    return tx.one_or_none(_OF_USER, {"user": user_id})


def by_key(tx: Tx, hashed: bytes) -> Any:
    """Read the stream of a key."""
    return tx.one_or_none(_BY_KEY, {"hash": hashed})


def remove(tx: Tx, stream_id: int, user_id: str) -> bool:
    """Remove a stream of a user; False when it is not theirs."""
    return tx.scalar(_REMOVE, {"id": stream_id, "user": user_id}) is not None
