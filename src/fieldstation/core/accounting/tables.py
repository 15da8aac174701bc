"""The tables of accounting, as the eighth migration makes them."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    FetchedValue,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
)

from fieldstation.db import metadata

_TIME = DateTime(timezone=True)


def _key() -> Text:
    return Text(collation="C")


product = Table(
    "product",
    metadata,
    Column("id", _key(), primary_key=True),
    Column("unit", _key(), ForeignKey("unit.id"), nullable=False),
    Column("organisation", _key(), ForeignKey("organisation.id"), nullable=False),
    Column("type", _key(), nullable=False),
    Column("flavour", _key()),
    Column("name", Text, nullable=False),
    Column("creator", _key(), ForeignKey("station_user.id")),
    Column("allowance", Numeric(24, 6), nullable=False),
    Column("coin_limit", Numeric(24, 6), nullable=False),
    Column("project", _key()),
    Column("project_name", Text),
    Column("created_at", _TIME, FetchedValue(), nullable=False),
    Column("removed_at", _TIME),
    UniqueConstraint("project"),
    CheckConstraint("type IN ('project_tier', 'storage')", name="type"),
    CheckConstraint("(type = 'project_tier') = (flavour IS NOT NULL)", name="flavour"),
    CheckConstraint("allowance >= 0 AND coin_limit >= allowance", name="coins"),
    CheckConstraint("project IS NULL OR type = 'project_tier' AND removed_at IS NULL", name="claim"),
    Index(None, "unit", "id"),
    Index(None, "organisation", "id"),
)

asset = Table(
    "asset",
    metadata,
    Column("id", _key(), primary_key=True),
    Column("name", _key(), nullable=False),
    Column("scope", _key(), nullable=False),
    Column("scope_id", _key(), nullable=False),
    Column("creator", _key(), ForeignKey("station_user.id"), nullable=False),
    Column("description", Text),
    Column("secret", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("attached", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", _TIME, FetchedValue(), nullable=False),
    Column("content_changed_at", _TIME),
    UniqueConstraint("scope", "scope_id", "name"),
    Index(None, "scope", "scope_id", "id"),
    CheckConstraint("scope IN ('user', 'product', 'unit', 'organisation', 'global')", name="scope"),
)
