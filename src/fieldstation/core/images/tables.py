"""The table of images."""

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, FetchedValue, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from fieldstation.db import metadata

_C = Text(collation="C")
_TIME = DateTime(timezone=True)

image = Table(
    "image",
    metadata,
    Column("id", _C, primary_key=True),
    Column("reference", _C, nullable=False),
    Column("repository", _C, nullable=False),
    Column("content", _C, nullable=False),
    Column("digests", ARRAY(_C), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("about", JSONB, nullable=False),
    Column("added_by", _C, ForeignKey("station_user.id"), nullable=False),
    Column("added_at", _TIME, FetchedValue(), nullable=False),
    Column("removed_at", _TIME),
)
Index("uq_image_reference", image.c.reference, unique=True, postgresql_where=text("removed_at IS NULL"))
Index("ix_image_repository", image.c.repository)
Index("ix_image_content", image.c.content)
Index("ix_image_removed_at", image.c.removed_at, postgresql_where=text("removed_at IS NOT NULL"))
