"""Blobs as a backup sees them: those that a version or a holder names."""

from collections.abc import Sequence

from sqlalchemy import text

from fieldstation.db import Tx

_NAMED = text("""
    SELECT b.sha256, b.size FROM blob b
     WHERE b.sha256 > :after
       AND (EXISTS (SELECT 1 FROM version_file f JOIN version v ON v.key = f.version_key
                     WHERE f.sha256 = b.sha256 AND NOT v.in_place)
            OR EXISTS (SELECT 1 FROM blob_hold h WHERE h.sha256 = b.sha256))
     ORDER BY b.sha256 LIMIT :limit
""")


def named(tx: Tx, after: bytes, limit: int) -> Sequence[tuple[bytes, int]]:
    """Return (SHA-256, size) of the next named blobs behind `after`, along the primary key."""
    return [(bytes(row.sha256), row.size) for row in tx.all(_NAMED, {"after": after, "limit": limit})]
