"""The station's one database: transactions, outbox, leases, migrations. PostgreSQL 15 or newer."""

from fieldstation.db import leases, outbox
from fieldstation.db.database import Database, Tx
from fieldstation.db.schema import metadata

__all__ = ["Database", "Tx", "leases", "metadata", "outbox"]
