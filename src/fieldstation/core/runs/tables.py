"""Tables of runs, as migration 0005 makes them."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from fieldstation.db import metadata

_C = Text(collation="C")
_TIME = DateTime(timezone=True)

run = Table(
    "run",
    metadata,
    Column("id", _C, primary_key=True),
    Column("project_id", _C, ForeignKey("project.id", name="run_project_id_fkey"), nullable=False),
    Column("user_id", _C, ForeignKey("station_user.id", name="run_user_id_fkey"), nullable=False),
    Column("username", Text, nullable=False),
    Column("name", Text),
    Column("tool_id", _C, ForeignKey("tool.id", name="run_tool_id_fkey"), nullable=False),
    Column("tool_name", _C, nullable=False),
    Column("tool_version", _C, nullable=False),
    Column("revision", _C, nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("resources", JSONB, nullable=False),
    Column("output_dataset_id", _C, ForeignKey("dataset.id", name="run_output_dataset_id_fkey")),
    Column("priority", SmallInteger, nullable=False),
    Column("state", _C, nullable=False),
    Column("reason", _C),
    Column("message", Text),
    Column("exit_code", Integer),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("max_attempts", SmallInteger, nullable=False),
    Column("retry_on", ARRAY(_C), nullable=False),
    Column("soft_seconds", Double, nullable=False),
    Column("hard_seconds", Double, nullable=False),
    Column("grace_seconds", Double, nullable=False),
    Column("tag", Text),
    Column("image", _C),
    Column("reuse", Boolean, nullable=False),
    Column("reuse_key", _C),
    Column("reuse_parts", JSONB, nullable=False),
    Column("reused_from", _C, ForeignKey("run.id", name="run_reused_from_fkey")),
    Column("rerun_of", _C, ForeignKey("run.id", name="run_rerun_of_fkey")),
    Column("cancel_requested_at", _TIME),
    Column("cancel_requested_by", _C, ForeignKey("station_user.id", name="run_cancel_requested_by_fkey")),
    Column("request_id", _C, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("queued_at", _TIME, nullable=False),
    Column("started_at", _TIME),
    Column("ended_at", _TIME),
    CheckConstraint("priority BETWEEN 0 AND 9", name="priority"),
    Index("ix_run_project", "project_id", "id"),
    Index("ix_run_user", "username", "id"),
    Index("ix_run_ended_at", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
    Index("ix_run_tool", "tool_name", "id"),
    Index("ix_run_state", "state", "id"),
    Index("ix_run_reason", "reason", "id", postgresql_where=text("reason IS NOT NULL")),
    Index(
        "ix_run_name",
        "name",
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
        postgresql_where=text("name IS NOT NULL"),
    ),
    Index("ix_run_queue", "project_id", "priority", "queued_at", "id", postgresql_where=text("state = 'queued'")),
    Index("ix_run_image", "image", postgresql_where=text("image IS NOT NULL AND ended_at IS NULL")),
    Index("ix_run_reuse", "reuse_key", postgresql_where=text("state = 'succeeded' AND reused_from IS NULL")),
)

run_input = Table(
    "run_input",
    metadata,
    Column("run_id", _C, ForeignKey("run.id", name="run_input_run_id_fkey"), primary_key=True),
    Column("place", SmallInteger, primary_key=True),
    Column("slot", _C, nullable=False),
    Column("version_id", _C, ForeignKey("version.id", name="run_input_version_id_fkey"), nullable=False),
    Column("dataset_id", _C, nullable=False),
    Column("number", Integer, nullable=False),
    Column("manifest_digest", _C, nullable=False),
    Column("path", _C),
    Column("target", _C, nullable=False),
    Index("ix_run_input_version", "version_id", "run_id"),
)

run_output = Table(
    "run_output",
    metadata,
    Column("run_id", _C, ForeignKey("run.id", name="run_output_run_id_fkey"), primary_key=True),
    Column("version_id", _C, ForeignKey("version.id", name="run_output_version_id_fkey"), primary_key=True),
    Column("dataset_id", _C, nullable=False),
    Column("number", Integer, nullable=False),
    Index("ix_run_output_version", "version_id"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", _C, primary_key=True),
    Column("run_id", _C, ForeignKey("run.id", name="attempt_run_id_fkey"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("engine", _C, nullable=False),
    Column("uid", Integer),
    Column("state", _C, nullable=False),
    Column("holder", _C),
    Column("fence", BigInteger, nullable=False),
    Column("lease_expires", _TIME, nullable=False),
    Column("handle", Text),
    Column("soft_deadline", _TIME, nullable=False),
    Column("hard_deadline", _TIME, nullable=False),
    Column("stop_reason", _C),
    Column("stop_asked_at", _TIME),
    Column("kill_asked_at", _TIME),
    Column("claimed_at", _TIME, nullable=False),
    Column("running_at", _TIME),
    Column("exited_at", _TIME),
    Column("ended_at", _TIME),
    Column("released_at", _TIME),
    Column("lost", Boolean, nullable=False, server_default=text("false")),
    Column("exit_code", Integer),
    Column("breaches", ARRAY(_C), nullable=False, server_default=text("'{}'")),
    Column("outcome", _C),
    Column("reason", _C),
    Column("usage", JSONB, nullable=False, server_default=text("'{}'")),
    Column("logs", JSONB, nullable=False, server_default=text("'{}'")),
    UniqueConstraint("run_id", "number", name="attempt_run_id_number_key"),
    Index("ix_attempt_live", "engine", "state", postgresql_where=text("released_at IS NULL")),
    Index(
        "uq_attempt_uid", "engine", "uid", unique=True, postgresql_where=text("released_at IS NULL AND uid IS NOT NULL")
    ),
)

submitted = Table(
    "submitted",
    metadata,
    Column("user_id", _C, primary_key=True),
    Column("route", _C, primary_key=True),
    Column("key", _C, primary_key=True),
    Column("body_digest", _C, nullable=False),
    Column("run_id", _C, ForeignKey("run.id", name="submitted_run_id_fkey"), nullable=False),
    Column("created_at", _TIME, nullable=False),
    Index("ix_submitted_created_at", "created_at"),
)

project_use = Table(
    "project_use",
    metadata,
    Column("project_id", _C, ForeignKey("project.id", name="project_use_project_id_fkey"), primary_key=True),
    Column("used_seconds", Double, nullable=False),
    Column("counted_at", _TIME, nullable=False),
)

run_look = Table(
    "run_look",
    metadata,
    Column("user_id", _C, ForeignKey("station_user.id", name="run_look_user_id_fkey"), primary_key=True),
    Column("at", _TIME, nullable=False),
)

run_seen = Table(
    "run_seen",
    metadata,
    Column("run_id", _C, ForeignKey("run.id", name="run_seen_run_id_fkey"), primary_key=True),
    Column("at", _TIME, nullable=False),
)

Index("ix_run_own_open", run.c.user_id, run.c.id, postgresql_where=text("ended_at IS NULL"))
Index("ix_run_own_ended", run.c.user_id, run.c.ended_at, run.c.id, postgresql_where=text("ended_at IS NOT NULL"))
Index("ix_run_own_failed", run.c.user_id, run.c.ended_at, postgresql_where=text("state = 'failed'"))

run_given = Table(
    "run_given",
    metadata,
    Column("run_id", _C, ForeignKey("run.id", name="run_given_run_id_fkey"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("tokens", ARRAY(_C), nullable=False),
)

run_plan = Table(
    "run_plan",
    metadata,
    Column("run_id", _C, ForeignKey("run.id", name="run_plan_run_id_fkey"), primary_key=True),
    Column("plan", JSONB, nullable=False),
)
