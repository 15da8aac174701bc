"""Instances that are not over, beside what their runs have come to."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_MOVED = text("""
    SELECT i.id, i.run_id, i.task_id, i.project, i.user_id, i.followed, i.rate, i.log_offset, i.cost, i.cost_sequence,
           i.callback_url, i.callback_context, r.state, r.exit_code, r.message, r.reason
      FROM instance i JOIN run r ON r.id = i.run_id
     WHERE i.ended_at IS NULL AND r.state <> i.followed
     ORDER BY i.id LIMIT :limit FOR UPDATE OF i SKIP LOCKED
""")
_RUNNING = text("""
    SELECT i.id, i.run_id, i.task_id, i.project, i.user_id, i.followed, i.rate, i.log_offset, i.cost, i.cost_sequence,
           i.callback_url, i.callback_context, r.state, r.exit_code, r.message, r.reason
      FROM instance i JOIN run r ON r.id = i.run_id
     WHERE i.ended_at IS NULL AND r.state IN ('running', 'collecting') ORDER BY i.id LIMIT :limit
""")
_IS_OVER = text("""
    SELECT r.ended_at IS NOT NULL FROM instance i JOIN run r ON r.id = i.run_id WHERE i.id = :id
""")
_FOLLOWED = text("UPDATE instance SET followed = :state WHERE id = :id AND ended_at IS NULL RETURNING id")
_TOLD = text("""
    UPDATE instance SET log_offset = :after, cost = :cost, cost_sequence = :sequence,
           coins = round(cast(:cost AS numeric) * coalesce(rate, 0) / 1000, 6)
     WHERE id = :id AND log_offset = :before AND ended_at IS NULL
    RETURNING id
""")
_ENDED = text("""
    UPDATE instance SET followed = :state, ended_at = station_now(),
           token_ends_at = CASE WHEN token_hash IS NOT NULL THEN station_now() + :seconds * interval '1 second' END
     WHERE id = :id AND ended_at IS NULL
    RETURNING id
""")


def moved(tx: Tx, limit: int) -> Sequence[Any]:
    """Lock and read instances whose run is in another state than was followed."""
    return tx.all(_MOVED, {"limit": limit})


def running(tx: Tx, limit: int) -> Sequence[Any]:
    """Read instances whose programs may be telling something."""
    return tx.all(_RUNNING, {"limit": limit})


def followed(tx: Tx, instance_id: str, state: str) -> bool:
    """Note the state that was followed; False when the instance is over."""
    return tx.scalar(_FOLLOWED, {"id": instance_id, "state": state}) is not None


def told(tx: Tx, instance_id: str, offsets: tuple[int, int], cost: Decimal | None, sequence: int) -> bool:
    """Note how far a log was read, from the first to the second offset; False when another read it meanwhile."""
    before, after = offsets
    values = {"id": instance_id, "before": before, "after": after, "cost": cost, "sequence": sequence}
    return tx.scalar(_TOLD, values) is not None


def ended(tx: Tx, instance_id: str, state: str, seconds: float) -> bool:
    """Note that an instance is over; its token ends so many seconds later. False when it was over before."""
    return tx.scalar(_ENDED, {"id": instance_id, "state": state, "seconds": seconds}) is not None


def is_over(tx: Tx, instance_id: str) -> bool:
    """Tell whether the run of an instance has ended."""
    found: bool = tx.scalar(_IS_OVER, {"id": instance_id})
    return found
