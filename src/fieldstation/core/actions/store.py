"""The one statement that writes actions, and the one that gives them their places."""

import json
from collections.abc import Sequence

from sqlalchemy import text

from fieldstation.core.actions.model import MESSAGES, Action
from fieldstation.db import Tx

_TURN = 0x0F1E1D59  # one at a time gives out places
# What a product or a unit belongs to is written along: a reader of an organisation's actions needs no more than these.
_INSERT = text("""
    INSERT INTO action (message, kind, actor, product, unit, organisation, body)
    SELECT :message, :kind, :actor, p.id, coalesce(p.unit, n.id),
           coalesce(p.organisation, n.organisation, CASE WHEN :about LIKE 'org-%' THEN :about END),
           (cast(:body AS jsonb) || CASE WHEN :message AND p.id IS NOT NULL
                                         THEN jsonb_build_object('product_type', p.type, 'product_name', p.name)
                                         ELSE '{}' END)::json
      FROM (SELECT cast(:about AS text) AS about) one
      LEFT JOIN product p ON p.id = one.about
      LEFT JOIN unit n ON n.id = one.about
""")
_TAKE_TURN = text("SELECT pg_try_advisory_xact_lock(:key)")
_PLACE = text("""
    WITH last AS (SELECT coalesce(max(place), 0) AS place, coalesce(max(ordinal), 1) AS ordinal FROM action),
    fresh AS (
        SELECT id, message, row_number() OVER (ORDER BY id) AS nth,
               count(*) FILTER (WHERE message) OVER (ORDER BY id) AS nth_message
          FROM (SELECT id, message FROM action WHERE place IS NULL ORDER BY id LIMIT :limit) unplaced
    )
    UPDATE action a
       SET place = last.place + fresh.nth,
           ordinal = CASE WHEN fresh.message THEN last.ordinal + fresh.nth_message END
      FROM fresh, last
     WHERE a.id = fresh.id
    RETURNING coalesce(a.unit, a.organisation) AS holder
""")


def insert(tx: Tx, action: Action) -> None:
    """Append one row."""
    values = {
        "message": action.kind in MESSAGES,
        "kind": action.kind,
        "actor": action.actor,
        "about": action.about,
        "body": json.dumps(action.body),
    }
    tx.execute(_INSERT, values)


def take_turn(tx: Tx) -> bool:
    """Be the one who gives out places until this transaction ends; False while another is."""
    found: bool = tx.scalar(_TAKE_TURN, {"key": _TURN})
    return found


def place(tx: Tx, limit: int) -> Sequence[str | None]:
    """Give places, in the order of ids, to actions that have none and are durable.

    Returns for each the unit, or else the organisation, whose members may know of it.
    """
    return [row.holder for row in tx.all(_PLACE, {"limit": limit})]
