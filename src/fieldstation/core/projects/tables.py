"""The table of projects, as the second migration makes it."""

from sqlalchemy import Boolean, Column, DateTime, FetchedValue, ForeignKey, Table, Text, UniqueConstraint

from fieldstation.db import metadata

project = Table(
    "project",
    metadata,
    Column("id", Text(collation="C"), primary_key=True),
    Column("name", Text(collation="C"), nullable=False),
    Column("owner", Text(collation="C"), ForeignKey("station_user.id"), nullable=False),
    Column("personal", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), FetchedValue(), nullable=False),
    UniqueConstraint("owner", "name"),
)
