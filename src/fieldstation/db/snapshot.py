"""One moment of the database for a backup, and the hold that keeps blobs from being removed meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from fieldstation.db.database import Database, Tx

_HOLD = 0x0F1E1D58
_TAKE = text("SELECT pg_advisory_xact_lock_shared(:key)")
_TRY = text("SELECT pg_try_advisory_xact_lock(:key)")
_REPEATABLE = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
_EXPORT = text("SELECT pg_export_snapshot()")


@contextmanager
def snapshot(database: Database) -> Iterator[tuple[Tx, str]]:
    """Yield a transaction that sees one moment, and that moment's name for `pg_dump --snapshot`.

    Nothing that this moment names is removed from the disk until the block ends.
    """
    with database.begin() as hold:
        hold.execute(_TAKE, {"key": _HOLD})
        with database.begin() as tx:
            tx.execute(_REPEATABLE)
            yield tx, str(tx.scalar(_EXPORT))


def may_remove(tx: Tx) -> bool:
    """Tell whether bytes may be removed in this transaction: no backup is under way, and none begins before it ends."""
    return bool(tx.scalar(_TRY, {"key": _HOLD}))
