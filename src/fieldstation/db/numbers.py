"""Numbers for things that some programs know by a number: given once for a kind and a key, and never again."""

from collections.abc import Collection, Mapping

from sqlalchemy import text

from fieldstation.db.database import Tx

_GIVE = text("""
    INSERT INTO door_number (kind, key)
    SELECT :kind, wanted FROM unnest(cast(:keys AS text[])) AS wanted
     WHERE NOT EXISTS (SELECT 1 FROM door_number d WHERE d.kind = :kind AND d.key = wanted COLLATE "C")
    ON CONFLICT (kind, key) DO NOTHING
""")
_NUMBERS = text("SELECT key, number FROM door_number WHERE kind = :kind AND key = ANY(:keys)")
_KEY = text("SELECT key FROM door_number WHERE kind = :kind AND number = :number")
_LARGEST = (1 << 63) - 1


def numbers_of(tx: Tx, kind: str, keys: Collection[str]) -> Mapping[str, int]:
    """Return the number of each key, given now where there is none yet."""
    wanted = sorted(set(keys))
    values = {"kind": kind, "keys": wanted}
    found = {row.key: row.number for row in tx.all(_NUMBERS, values)}
    if len(found) < len(wanted):
        tx.execute(_GIVE, values)
        found = {row.key: row.number for row in tx.all(_NUMBERS, values)}
    return found


def key_of(tx: Tx, kind: str, number: int) -> str | None:
    """Return the key of a number; None where it was not given for this kind."""
    if not 0 < number <= _LARGEST:
        return None
    found: str | None = tx.scalar(_KEY, {"kind": kind, "number": number})
    return found
