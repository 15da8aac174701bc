"""Data sets by their owner."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_OWNED = text("""
    SELECT d.id, d.name FROM dataset d
     WHERE d.owner = :owner AND d.trashed IS NULL AND d.purged IS NULL ORDER BY d.id LIMIT :limit
""")


def owned(tx: Tx, owner: str, limit: int) -> Sequence[Any]:
    """Read up to `limit` data sets of a user that are not in the trash; index (owner, id)."""
    return tx.all(_OWNED, {"owner": owner, "limit": limit})
