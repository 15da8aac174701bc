"""The tables of projects, as migrations 2, 11, 21 and 27 make them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
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
Index("ix_project_product", project.c.product, postgresql_where=_LIVING & project.c.product.isnot(None))
Index("ix_project_measured_at", project.c.measured_at.nulls_first(), postgresql_where=_LIVING)

project_file = Table(
    "project_file",
    metadata,
    Column("id", Text(collation="C"), primary_key=True),
    Column("project", Text(collation="C"), ForeignKey("project.id", name="project_file_project_fkey"), nullable=False),
    Column("path", Text(collation="C"), nullable=False),
    Column("dataset_id", Text(collation="C"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("version_id", Text(collation="C"), nullable=False),
    Column("source_path", Text(collation="C"), nullable=False),
    Column(
        "user_id", Text(collation="C"), ForeignKey("station_user.id", name="project_file_user_id_fkey"), nullable=False
    ),
    Column("media_type", Text),
    Column("immutable", Boolean, nullable=False),
    Column("compressed", Boolean, nullable=False),
    Column("stage", Text(collation="C"), nullable=False),
    Column("placed", Boolean, FetchedValue(), nullable=False),
    Column("size", BigInteger),
    Column("modified", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), FetchedValue(), nullable=False),
    CheckConstraint("stage IN ('copying', 'done', 'failed')", name="stage"),
    Index("ix_project_file_dataset_id", "dataset_id", "number"),
)
Index(
    "uq_project_file_path",
    project_file.c.project,
    project_file.c.path,
    unique=True,
    postgresql_where=project_file.c.stage != "failed",
)
