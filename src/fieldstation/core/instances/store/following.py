"""Instances that are not over, beside what their runs have come to: what was told of them, and what was heard."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_COLUMNS = """i.id, i.run_id, i.task_id, i.log_offset, i.told_cost, i.told_sequence, r.state, r.exit_code, r.started_at,
           r.ended_at"""
_MOVED = text(f"""
    SELECT {_COLUMNS}
      FROM instance i JOIN run r ON r.id = i.run_id
     WHERE i.ended_at IS NULL AND r.state <> i.followed
     ORDER BY i.id LIMIT :limit FOR UPDATE OF i SKIP LOCKED
""")
_RUNNING = text(f"""
    SELECT {_COLUMNS}
      FROM instance i JOIN run r ON r.id = i.run_id
     WHERE i.ended_at IS NULL AND r.state IN ('running', 'collecting') ORDER BY i.id LIMIT :limit
""")
_IS_OVER = text("""
    SELECT r.ended_at IS NOT NULL FROM instance i JOIN run r ON r.id = i.run_id WHERE i.id = :id
""")
_FOLLOWED = text("""
    UPDATE instance SET followed = :state WHERE id = :id AND followed <> :state AND ended_at IS NULL RETURNING id
""")
_READ = text("""
    UPDATE instance SET log_offset = :after, told_cost = :cost, told_sequence = :sequence
     WHERE id = :id AND log_offset = :before AND ended_at IS NULL
    RETURNING id
""")
_OPEN = text("""
    SELECT i.id, i.task_id, i.ended_at, r.message, r.reason, r.state, r.started_at, r.ended_at AS over_at
      FROM instance i JOIN run r ON r.id = i.run_id WHERE i.id = ANY(:ids) ORDER BY i.id FOR UPDATE OF i
""")
_OF_TASKS = text("SELECT task_id, id FROM instance WHERE task_id = ANY(:tasks)")
_COST = text("""
    UPDATE instance
       SET cost = CASE WHEN :more THEN coalesce(cost, 0) ELSE 0 END + :cost, cost_sequence = :sequence
     WHERE id = :id AND cost_sequence < :sequence AND ended_at IS NULL
    RETURNING cost, rate
""")
_COINS = text("UPDATE instance SET coins = :coins WHERE id = :id AND ended_at IS NULL")
_PAST_COSTS = text("""
    SELECT cost FROM instance
     WHERE job = :job AND followed = 'succeeded' AND cost IS NOT NULL AND ended_at IS NOT NULL
     ORDER BY id DESC LIMIT :limit
""")
_ENDED = text("""
    UPDATE instance SET ended_at = station_now(), coins = CASE WHEN :refund AND coins IS NOT NULL THEN 0 ELSE coins END,
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
    """Note the state that was followed; False when it was before, or the instance is over."""
    return tx.scalar(_FOLLOWED, {"id": instance_id, "state": state}) is not None


def read(tx: Tx, instance_id: str, offsets: tuple[int, int], cost: Decimal | None, sequence: int) -> bool:
    """Note how far a log was read, from the first to the second offset; False when another read it meanwhile."""
    before, after = offsets
    values = {"id": instance_id, "before": before, "after": after, "cost": cost, "sequence": sequence}
    return tx.scalar(_READ, values) is not None


def locked(tx: Tx, ids: Sequence[str]) -> Sequence[Any]:
    """Lock and read instances with what became of their runs."""
    return tx.all(_OPEN, {"ids": sorted(set(ids))})


def of_tasks(tx: Tx, tasks: Sequence[str]) -> Mapping[str, str]:
    """Read the instances whose tasks these are, by task."""
    return {row.task_id: row.id for row in tx.all(_OF_TASKS, {"tasks": list(tasks)})}


def cost(tx: Tx, instance_id: str, amount: Decimal, sequence: int, *, more: bool) -> Any:
    """Write what an instance has cost, or add to it; return its cost and its rate.

    None where it is over or this sequence was heard.
    """
    return tx.one_or_none(_COST, {"id": instance_id, "cost": amount, "sequence": sequence, "more": more})


def coins(tx: Tx, instance_id: str, amount: Decimal) -> None:
    """Write what the cost of an instance comes to."""
    tx.execute(_COINS, {"id": instance_id, "coins": amount})


def past_costs(tx: Tx, job: int, limit: int) -> Sequence[Decimal]:
    """Read what the latest instances of a job cost that ended well."""
    return [row.cost for row in tx.all(_PAST_COSTS, {"job": job, "limit": limit})]


def ended(tx: Tx, instance_id: str, seconds: float, *, refund: bool) -> bool:
    """Note that an instance is over; its token ends so many seconds later. False when it was over before.

    `refund`: it costs nothing.
    """
    return tx.scalar(_ENDED, {"id": instance_id, "seconds": seconds, "refund": refund}) is not None


def is_over(tx: Tx, instance_id: str) -> bool:
    """Tell whether the run of an instance has ended."""
    found: bool = tx.scalar(_IS_OVER, {"id": instance_id})
    return found
