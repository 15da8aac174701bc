"""What is told of instances and was not heard yet, in its order; and what is known to have been heard from others."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_COLUMNS = "m.id, m.at, m.instance_id, m.task_id, m.kind, m.body"
_ADD = text("""
    INSERT INTO instance_message (instance_id, task_id, kind, body)
    SELECT instance_id, task_id, kind, body::json
      FROM unnest(cast(:instances AS text[]), cast(:tasks AS text[]), cast(:kinds AS text[]), cast(:bodies AS text[]))
           WITH ORDINALITY AS row (instance_id, task_id, kind, body, place)
     ORDER BY place
""")
_WAITING = text(f"""
    SELECT {_COLUMNS} FROM instance_message m WHERE m.refused_at IS NULL ORDER BY m.id LIMIT :limit FOR UPDATE
""")
_UNSENT = text(f"""
    SELECT {_COLUMNS} FROM instance_message m
     WHERE m.refused_at IS NULL AND m.sent_at IS NULL ORDER BY m.id LIMIT :limit
""")
_SENT = text("UPDATE instance_message SET sent_at = station_now() WHERE id = ANY(:ids)")
_FORGOTTEN = text("""
    UPDATE instance_message SET sent_at = NULL
     WHERE refused_at IS NULL AND sent_at < station_now() - :seconds * interval '1 second'
""")
_AGAIN = text("UPDATE instance_message SET sent_at = NULL WHERE instance_id = :instance AND refused_at IS NULL")
_FIRST = text("""
    SELECT min(id) FROM instance_message WHERE instance_id = :instance AND refused_at IS NULL
""")
_DROP = text("DELETE FROM instance_message WHERE id = ANY(:ids) RETURNING id")
_REFUSE = text("UPDATE instance_message SET refused_at = station_now(), error = :error WHERE id = :id")
_HEARD = text("INSERT INTO heard_message (id) VALUES (:id) ON CONFLICT DO NOTHING RETURNING id")
_FORGET = text("""
    WITH heard AS (
        DELETE FROM heard_message WHERE id IN (
            SELECT id FROM heard_message WHERE at < station_now() - :days * interval '1 day' LIMIT :limit)
        RETURNING 1
    ), refused AS (
        DELETE FROM instance_message WHERE id IN (
            SELECT id FROM instance_message WHERE refused_at < station_now() - :days * interval '1 day' LIMIT :limit)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM heard) + (SELECT count(*) FROM refused)
""")
_COUNT = text("SELECT count(*) FROM instance_message WHERE refused_at IS NULL")


def add(tx: Tx, messages: Sequence[tuple[str, str, str, Mapping[str, Any]]]) -> None:
    """Append messages, each an instance, its task, a kind and a body."""
    if messages:
        instances, tasks, kinds, bodies = zip(*messages, strict=True)
        values = {
            "instances": list(instances),
            "tasks": list(tasks),
            "kinds": list(kinds),
            "bodies": [json.dumps(body) for body in bodies],
        }
        tx.execute(_ADD, values)


def waiting(tx: Tx, limit: int) -> Sequence[Any]:
    """Lock and read the first messages that nobody heard."""
    return tx.all(_WAITING, {"limit": limit})


def unsent(tx: Tx, limit: int) -> Sequence[Any]:
    """Read the first messages that were not handed to a broker."""
    return tx.all(_UNSENT, {"limit": limit})


def sent(tx: Tx, ids: Sequence[int]) -> None:
    """Note that a broker has these messages."""
    tx.execute(_SENT, {"ids": list(ids)})


def forgotten(tx: Tx, seconds: float) -> int:
    """Have what a broker took so long ago, and nobody heard, be sent again; return how much that is."""
    return tx.execute(_FORGOTTEN, {"seconds": seconds}).rowcount


def again(tx: Tx, instance_id: str) -> None:
    """Have all messages of an instance be sent again, in their order."""
    tx.execute(_AGAIN, {"instance": instance_id})


def first(tx: Tx, instance_id: str) -> int | None:
    """Read the first message of an instance that nobody heard."""
    found: int | None = tx.scalar(_FIRST, {"instance": instance_id})
    return found


def drop(tx: Tx, ids: Sequence[int]) -> set[int]:
    """Strike messages off; returns those that were there."""
    return {row.id for row in tx.all(_DROP, {"ids": list(ids)})}


def refuse(tx: Tx, message_id: int, error: str) -> None:
    """Put a message aside for good."""
    tx.execute(_REFUSE, {"id": message_id, "error": error})


def heard(tx: Tx, name: str) -> bool:
    """Note the name of a message of somebody else; False when it was heard before."""
    return tx.scalar(_HEARD, {"id": name}) is not None


def forget(tx: Tx, days: float, limit: int) -> int:
    """Remove some of what was heard from others or refused so long ago; return how much."""
    found: int = tx.scalar(_FORGET, {"days": days, "limit": limit})
    return found


def count(tx: Tx) -> int:
    """Count what waits to be heard."""
    found: int = tx.scalar(_COUNT)
    return found
