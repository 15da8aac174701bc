"""Rows of blobs: touched and locked by who will refer to them, so that removal never races a publish."""

from collections.abc import Mapping, Sequence

from sqlalchemy import text

from fieldstation.db import Tx

_SHARE = text("SELECT b.sha256, b.size FROM blob b WHERE b.sha256 = ANY(:digests) ORDER BY b.sha256 FOR SHARE")
_ADD = text("""
    INSERT INTO blob (sha256, size, touched)
    SELECT sha256, size, station_now()
      FROM unnest(cast(:digests AS bytea[]), cast(:sizes AS bigint[])) AS row (sha256, size)
     ORDER BY sha256
    ON CONFLICT (sha256) DO UPDATE SET touched = excluded.touched
""")
_HOLD = text("""
    INSERT INTO blob_hold (sha256, holder) SELECT unnest(cast(:digests AS bytea[])), :holder ON CONFLICT DO NOTHING
""")
_RELEASE = text("DELETE FROM blob_hold WHERE holder = ANY(:holders)")


def keep(tx: Tx, wanted: Mapping[str, int]) -> Mapping[str, int]:
    """Lock the rows of blobs (digest to size) until the end of this transaction, making those that are not there.

    Rows that exist are only shared, so that many versions may name one blob at once. Returns the sizes on record.
    """
    digests = sorted(bytes.fromhex(sha256) for sha256 in wanted)
    known = {bytes(row.sha256).hex(): int(row.size) for row in tx.all(_SHARE, {"digests": digests})}
    fresh = [sha256 for sha256 in wanted if sha256 not in known]
    if fresh:
        _add(tx, {sha256: wanted[sha256] for sha256 in fresh})
    return {**wanted, **known}


def hold(tx: Tx, holder: str, wanted: Mapping[str, int]) -> None:
    """Have `holder` keep blobs beside the versions that name them."""
    _add(tx, wanted)
    tx.execute(_HOLD, {"holder": holder, "digests": [bytes.fromhex(sha256) for sha256 in wanted]})


def release(tx: Tx, holders: Sequence[str]) -> None:
    """End what these holders keep."""
    tx.execute(_RELEASE, {"holders": list(holders)})


def _add(tx: Tx, wanted: Mapping[str, int]) -> None:
    values = {"digests": [bytes.fromhex(sha256) for sha256 in wanted], "sizes": list(wanted.values())}
    tx.execute(_ADD, values)
