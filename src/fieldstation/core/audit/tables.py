"""The audit table; a trigger of the database refuses to change or remove its rows."""

from sqlalchemy import BigInteger, Column, DateTime, FetchedValue, Identity, Index, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

from fieldstation.db import metadata


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        """Name the type in SQL."""
        return "xid8"


ischema_names["xid8"] = Xid8  # the dialect does not know it; without this a comparison with the database warns

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), FetchedValue(), nullable=False),
    Column("xid", Xid8, FetchedValue(), nullable=False),
    Column("actor", Text(collation="C"), nullable=False),
    Column("deed", Text(collation="C"), nullable=False),
    Column("thing", Text(collation="C")),
    Column("request", Text(collation="C"), nullable=False),
    Column("body", JSONB, nullable=False),
)
Index("ix_audit_thing_id", audit.c.thing, audit.c.id)
Index("ix_audit_actor_id", audit.c.actor, audit.c.id)
Index("ix_audit_xid_id", audit.c.xid, audit.c.id)
