"""The table of projects, as the second migration makes it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    FetchedValue,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from fieldstation.db import metadata

project = Table(
    "project",
    metadata,
    Column("id", Text(collation="C"), primary_key=True),
    Column("name", Text(collation="C"), nullable=False),
    Column("owner", Text(collation="C"), ForeignKey("station_user.id"), nullable=False),
    Column("personal", Boolean, nullable=False),
    Column("unit", Text(collation="C")),
    Column("product", Text(collation="C")),
    Column("number", Integer, Identity(), nullable=False),
    Column("size_bytes", BigInteger, FetchedValue(), nullable=False),
    Column("measured_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), FetchedValue(), nullable=False),
    Column("removed_at", DateTime(timezone=True)),
    UniqueConstraint("number"),
)
_LIVING = project.c.removed_at.is_(None)
Index(
    "uq_project_owner_name",
    project.c.owner,
    project.c.name,
    unique=True,
    postgresql_where=project.c.unit.is_(None) & _LIVING,
)
Index("uq_project_unit_name", project.c.unit, project.c.name, unique=True, postgresql_where=_LIVING)
Index("ix_project_measured_at", project.c.measured_at.nulls_first(), postgresql_where=_LIVING)
