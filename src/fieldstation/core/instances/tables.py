"""The tables of instances, and of what is told of them."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Computed,
    DateTime,
    FetchedValue,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

from fieldstation.db import metadata

_TIME = DateTime(timezone=True)
_C = Text(collation="C")
_HOST = "lower(split_part(split_part(url, '/', 3), '@', -1)) COLLATE \"C\""

instance = Table(
    "instance",
    metadata,
    Column("id", _C, primary_key=True),
    Column("run_id", _C, ForeignKey("run.id", name="instance_run_id_fkey"), nullable=False),
    Column("task_id", _C, nullable=False),
    Column("removal_task", _C),
    Column("project", _C, ForeignKey("project.id", name="instance_project_fkey"), nullable=False),
    Column("user_id", _C, ForeignKey("station_user.id", name="instance_user_id_fkey"), nullable=False),
    Column("name", Text, nullable=False),
    Column("job", Integer, nullable=False),
    Column("collection", _C, nullable=False),
    Column("job_name", _C, nullable=False),
    Column("job_version", _C, nullable=False),
    Column("title", Text, nullable=False),
    Column("nextflow", Boolean, nullable=False),
    Column("specification", JSONB, nullable=False),
    Column("outputs", JSON, nullable=False),
    Column("described", ARRAY(_C), FetchedValue(), nullable=False),
    Column("command", Text, nullable=False),
    Column("debug", Text),
    Column("step", _C),
    Column("callback_url", Text),
    Column("callback_context", Text),
    Column("token_hash", LargeBinary),
    Column("token_ends_at", _TIME),
    Column("rate", Numeric),
    Column("cost", Numeric),
    Column("coins", Numeric(24, 6)),
    Column("cost_sequence", Integer, FetchedValue(), nullable=False),
    Column("told_cost", Numeric),
    Column("told_sequence", Integer, FetchedValue(), nullable=False),
    Column("log_offset", BigInteger, FetchedValue(), nullable=False),
    Column("followed", _C, FetchedValue(), nullable=False),
    Column("launched_at", _TIME, FetchedValue(), nullable=False),
    Column("ended_at", _TIME),
    Column("archived_at", _TIME),
    Column("removed_at", _TIME),
    UniqueConstraint("run_id"),
)
instance_message = Table(
    "instance_message",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", _TIME, FetchedValue(), nullable=False),
    Column("instance_id", _C, nullable=False),
    Column("task_id", _C, nullable=False),
    Column("kind", _C, nullable=False),
    Column("body", JSON, nullable=False),
    Column("sent_at", _TIME),
    Column("refused_at", _TIME),
    Column("error", Text),
)
heard_message = Table(
    "heard_message",
    metadata,
    Column("id", _C, primary_key=True),
    Column("at", _TIME, FetchedValue(), nullable=False),
)
callback = Table(
    "callback",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("instance_id", _C, ForeignKey("instance.id", name="callback_instance_id_fkey"), nullable=False),
    Column("url", Text, nullable=False),
    Column("host", _C, Computed(_HOST), nullable=False),
    Column("body", JSON, nullable=False),
    Column("due_at", _TIME, FetchedValue(), nullable=False),
    Column("failures", SmallInteger, FetchedValue(), nullable=False),
    Column("holder", _C),
    Column("fence", BigInteger),
    Column("lease_expires", _TIME),
    Column("dead_at", _TIME),
    Column("error", Text),
)
Index("ix_callback_due", callback.c.due_at, postgresql_where=callback.c.dead_at.is_(None))
Index("ix_callback_instance", callback.c.instance_id, callback.c.id, postgresql_where=callback.c.dead_at.is_(None))
Index(
    "ix_callback_busy",
    callback.c.host,
    postgresql_where=callback.c.dead_at.is_(None) & callback.c.lease_expires.isnot(None),
)
Index(
    "ix_callback_failing",
    callback.c.host,
    postgresql_where=callback.c.dead_at.is_(None) & (callback.c.failures > 0),
)
Index("ix_callback_dead", callback.c.dead_at, postgresql_where=callback.c.dead_at.isnot(None))

Index("uq_instance_token_hash", instance.c.token_hash, unique=True, postgresql_where=instance.c.token_hash.isnot(None))
Index("ix_instance_project", instance.c.project, instance.c.id, postgresql_where=instance.c.removed_at.is_(None))
Index(
    "ix_instance_costs",
    instance.c.job,
    instance.c.id,
    postgresql_where=(instance.c.followed == "succeeded")
    & instance.c.cost.isnot(None)
    & instance.c.ended_at.isnot(None),
)
Index("ix_instance_open", instance.c.id, postgresql_where=instance.c.ended_at.is_(None))
Index(
    "ix_instance_old",
    instance.c.ended_at,
    postgresql_where=instance.c.removed_at.is_(None) & instance.c.archived_at.is_(None),
)

Index(
    "ix_instance_message_instance",
    instance_message.c.instance_id,
    instance_message.c.id,
    postgresql_where=instance_message.c.refused_at.is_(None),
)
Index(
    "ix_instance_message_unsent",
    instance_message.c.id,
    postgresql_where=instance_message.c.refused_at.is_(None) & instance_message.c.sent_at.is_(None),
)
Index("ix_heard_message_at", heard_message.c.at)
