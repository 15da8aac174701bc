"""Rows of blobs: touched and locked by who will refer to them, so that removal never races a publish."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

# Digests travel as one value, 32 bytes each: an array of 100,000 would cost half a second to write.
_GIVEN = """SELECT substr(cast(:digests AS bytea), (32 * place - 31)::integer, 32) AS sha256, size
      FROM unnest(cast(:sizes AS bigint[])) WITH ORDINALITY AS row (size, place)"""

_KEEP = text(f"""
    WITH given AS ({_GIVEN}),
         shared AS (SELECT b.sha256 FROM given g JOIN blob b ON b.sha256 = g.sha256 AND b.size = g.size
                     ORDER BY b.sha256 FOR SHARE OF b)
    INSERT INTO blob (sha256, size, touched)
    SELECT g.sha256, g.size, station_now() FROM given g LEFT JOIN shared s ON s.sha256 = g.sha256
     WHERE s.sha256 IS NULL ORDER BY g.sha256
    ON CONFLICT (sha256) DO UPDATE SET touched = excluded.touched, size = excluded.size
""")
_ADD = text(f"""
    INSERT INTO blob (sha256, size, touched)
    SELECT sha256, size, station_now() FROM ({_GIVEN}) given ORDER BY sha256
    ON CONFLICT (sha256) DO UPDATE SET touched = excluded.touched, size = excluded.size
""")
_HOLD = text("""
    INSERT INTO blob_hold (sha256, holder) SELECT unnest(cast(:digests AS bytea[])), :holder ON CONFLICT DO NOTHING
""")
_RELEASE = text("DELETE FROM blob_hold WHERE holder = ANY(:holders)")


def keep(tx: Tx, wanted: Mapping[str, int]) -> None:
    """Lock the rows of blobs (digest to size) until the end of this transaction, making those that are not there.

    Rows that exist are only shared, so that many versions may name one blob at once. A row of another size stands for
    what a crash left of that blob, and takes the size given: whoever calls this then looks at the bytes themselves.
    """
    tx.execute(_KEEP, _packed(wanted))


def hold(tx: Tx, holder: str, wanted: Mapping[str, int]) -> None:
    """Have `holder` keep blobs beside the versions that name them."""
    _add(tx, wanted)
    tx.execute(_HOLD, {"holder": holder, "digests": [bytes.fromhex(sha256) for sha256 in wanted]})


def release(tx: Tx, holders: Sequence[str]) -> None:
    """End what these holders keep."""
    tx.execute(_RELEASE, {"holders": list(holders)})


def _add(tx: Tx, wanted: Mapping[str, int]) -> None:
    tx.execute(_ADD, _packed(wanted))


def _packed(wanted: Mapping[str, int]) -> dict[str, Any]:
    return {"digests": bytes.fromhex("".join(wanted)), "sizes": list(wanted.values())}
