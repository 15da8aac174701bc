"""The SQL of the station's own secrets, which definitions ask for by name and key; their values are kept sealed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_PUT = text("""
    INSERT INTO tool_secret (name, key, sealed, kept_by) VALUES (:name, :key, :sealed, :kept_by)
    ON CONFLICT (name, key) DO UPDATE
       SET sealed = excluded.sealed, kept_by = excluded.kept_by, kept_at = station_now()
""")
_PAGE = text("""
    SELECT name, key, kept_by, kept_at FROM tool_secret
     WHERE (name, key) > (:name, :key) ORDER BY name, key LIMIT :limit
""")
_REMOVE = text("DELETE FROM tool_secret WHERE name = :name AND key = :key RETURNING name")
_KNOWN = text("""
    SELECT s.name, s.key FROM unnest(cast(:names AS text[]), cast(:keys AS text[])) AS asked (name, key)
      JOIN tool_secret s ON s.name = asked.name AND s.key = asked.key
""")
_SEALED = text("SELECT sealed FROM tool_secret WHERE name = :name AND key = :key")


def put(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a secret, in place of the one of this name and key."""
    tx.execute(_PUT, values)


def page(tx: Tx, after: tuple[str, str], limit: int) -> Sequence[Any]:
    """Read up to `limit` secrets without their values, by name and key."""
    return tx.all(_PAGE, {"name": after[0], "key": after[1], "limit": limit})


def remove(tx: Tx, name: str, key: str) -> bool:
    """Remove a secret; False when there is none such."""
    return tx.scalar(_REMOVE, {"name": name, "key": key}) is not None


def known(tx: Tx, asked: Sequence[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Read which of these secrets there are."""
    values = {"names": [name for name, _ in asked], "keys": [key for _, key in asked]}
    return frozenset((row.name, row.key) for row in tx.all(_KNOWN, values))


def sealed(tx: Tx, name: str, key: str) -> bytes | None:
    """Read the sealed value of a secret."""
    found: bytes | None = tx.scalar(_SEALED, {"name": name, "key": key})
    return found
