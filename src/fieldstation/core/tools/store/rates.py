"""The SQL of exchange rates: what coins a job's cost comes to, with all that was set before."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_INSERT = text("""
    INSERT INTO tool_rate (id, job, rate, comment, created_by) VALUES (:id, :job, :rate, :comment, :created_by)
""")
_HISTORY = text("""
    SELECT id, rate, comment, created_at, created_by FROM tool_rate
     WHERE job = :job AND id < :before ORDER BY id DESC LIMIT :limit
""")


def insert(tx: Tx, values: Mapping[str, Any]) -> None:
    """Set a rate."""
    tx.execute(_INSERT, values)


def history(tx: Tx, job: str, before: str, limit: int) -> Sequence[Any]:
    """Read the rates of a job, latest first."""
    return tx.all(_HISTORY, {"job": job, "before": before, "limit": limit})
