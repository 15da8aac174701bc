"""The table of event streams."""

from sqlalchemy import BigInteger, Column, DateTime, FetchedValue, ForeignKey, Identity, LargeBinary, Table, Text

from fieldstation.db import metadata

_C = Text(collation="C")

event_stream = Table(
    "event_stream",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("user_id", _C, ForeignKey("station_user.id"), nullable=False, unique=True),
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    Column("key_sealed", LargeBinary, nullable=False),
    Column("form", _C, nullable=False),
    Column("created_at", DateTime(timezone=True), FetchedValue(), nullable=False),
)
