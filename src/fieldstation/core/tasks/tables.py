"""The tables of tasks, as the ninth migration makes them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from fieldstation.db import metadata

_C = Text(collation="C")
_TIME = DateTime(timezone=True)

task = Table(
    "task",
    metadata,
    Column("id", _C, primary_key=True),
    Column("user_id", _C, ForeignKey("station_user.id"), nullable=False),
    Column("purpose", _C, nullable=False),
    Column("purpose_id", _C, nullable=False),
    Column("purpose_version", Integer),
    Column("project_id", _C),
    Column("removal", Boolean, nullable=False),
    Column("context", _C),
    Column("state", _C, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("exit_code", Integer),
    Column("moves", SmallInteger, nullable=False),
    Column("events", Integer, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("done_at", _TIME),
    CheckConstraint("done = (state IN ('success', 'failure'))", name="done"),
    CheckConstraint("done = (exit_code IS NOT NULL) AND done = (done_at IS NOT NULL)", name="end"),
)
Index("ix_task_user", task.c.user_id, task.c.done, task.c.purpose, task.c.id)
Index("ix_task_project", task.c.project_id, task.c.done, task.c.purpose, task.c.id)
Index("ix_task_purpose", task.c.done, task.c.purpose, task.c.id)
Index("ix_task_about", task.c.purpose_id, task.c.id)
Index("ix_task_context", task.c.context, task.c.id)
Index("ix_task_done_at", task.c.done_at)

task_state = Table(
    "task_state",
    metadata,
    Column("task_id", _C, ForeignKey("task.id", ondelete="CASCADE"), primary_key=True),
    Column("place", SmallInteger, primary_key=True),
    Column("state", _C, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("message", Text),
)

task_event = Table(
    "task_event",
    metadata,
    Column("task_id", _C, ForeignKey("task.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("level", _C, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", _TIME, nullable=False),
)

operation = Table(
    "operation",
    metadata,
    Column("task_id", _C, ForeignKey("task.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", _C, nullable=False),
    Column("work", _C, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("request_id", _C, nullable=False),
    Column("due_at", _TIME, nullable=False),
    Column("holder", _C),
    Column("fence", BigInteger, nullable=False),
    Column("lease_expires", _TIME),
    Column("failures", SmallInteger, nullable=False),
    Column("deaths", SmallInteger, nullable=False),
)
Index("ix_operation_user", operation.c.user_id, operation.c.due_at)

operation_turn = Table(
    "operation_turn",
    metadata,
    Column("user_id", _C, ForeignKey("station_user.id"), primary_key=True),
    Column("served_at", _TIME, nullable=False),
)
