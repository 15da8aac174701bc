"""The table of incidents, as the seventh and the fourteenth migration make it."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from fieldstation.db import metadata

_C = Text(collation="C")
_TIME = DateTime(timezone=True)

incident = Table(
    "incident",
    metadata,
    Column("id", _C, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("place", Text, nullable=False),
    Column("kind", _C, nullable=False),
    Column("message", Text, nullable=False),
    Column("trace", Text, nullable=False),
    Column("release", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("requests", ARRAY(_C), nullable=False),
    Column("first_at", _TIME, nullable=False),
    Column("last_at", _TIME, nullable=False),
    Column("acknowledged_at", _TIME),
    Column("acknowledged_by", _C, ForeignKey("station_user.id")),
    UniqueConstraint("fingerprint"),
)
Index("ix_incident_last_at_id", incident.c.last_at, incident.c.id)
