"""The tables of applications that were launched, and of the ways into them."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    FetchedValue,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from fieldstation.db import metadata

_TIME = DateTime(timezone=True)
_C = Text(collation="C")

app = Table(
    "app",
    metadata,
    Column("id", _C, primary_key=True),
    Column("run_id", _C, ForeignKey("run.id", name="app_run_id_fkey"), nullable=False),
    Column("task_id", _C, nullable=False),
    Column("removal_task", _C),
    Column("project", _C, ForeignKey("project.id", name="app_project_fkey"), nullable=False),
    Column("user_id", _C, ForeignKey("station_user.id", name="app_user_id_fkey"), nullable=False),
    Column("name", Text, nullable=False),
    Column("application", _C, nullable=False),
    Column("version", _C, nullable=False),
    Column("title", Text, nullable=False),
    Column("variables", JSONB, nullable=False),
    Column("strips", Boolean, nullable=False),
    Column("within_seconds", Float(53), nullable=False),
    Column("product", _C),
    Column("cost", Numeric(24, 6), nullable=False),
    Column("period_seconds", Float(53), nullable=False),
    Column("pro_rata", Boolean, nullable=False),
    Column("units", Numeric, nullable=False),
    Column("coins", Numeric(24, 6)),
    Column("launched_at", _TIME, FetchedValue(), nullable=False),
    Column("answered_at", _TIME),
    Column("accrued_at", _TIME),
    Column("warned_at", _TIME),
    Column("stop_reason", _C),
    Column("stop_text", Text),
    Column("ended_at", _TIME),
    Column("archived_at", _TIME),
    Column("removed_at", _TIME),
    UniqueConstraint("run_id"),
)
app_pass = Table(
    "app_pass",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("app_id", _C, ForeignKey("app.id", name="app_pass_app_id_fkey"), nullable=False),
    Column("user_id", _C, ForeignKey("station_user.id", name="app_pass_user_id_fkey"), nullable=False),
    Column("ticket", Boolean, nullable=False),
    Column("expires_at", _TIME, nullable=False),
)
Index("ix_app_project", app.c.project, app.c.id, postgresql_where=app.c.removed_at.is_(None))
Index("ix_app_open", app.c.id, postgresql_where=app.c.ended_at.is_(None))
Index("ix_app_old", app.c.ended_at, postgresql_where=app.c.removed_at.is_(None) & app.c.archived_at.is_(None))
Index("ix_app_pass_expires_at", app_pass.c.expires_at)
Index("ix_app_pass_app_id", app_pass.c.app_id)
