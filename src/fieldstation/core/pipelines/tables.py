"""The tables of workflows, as the twentieth migration makes them."""

from sqlalchemy import Column, DateTime, FetchedValue, ForeignKey, Index, Integer, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSON

from fieldstation.db import metadata

_TIME = DateTime(timezone=True)
_C = Text(collation="C")

workflow = Table(
    "workflow",
    metadata,
    Column("id", _C, primary_key=True),
    Column("user_id", _C, ForeignKey("station_user.id", name="workflow_user_id_fkey"), nullable=False),
    Column("name", Text, nullable=False),
    Column("scope", _C, nullable=False),
    Column("scope_id", _C, nullable=False),
    Column("word", _C),
    Column("version", _C),
    Column("source", _C, ForeignKey("workflow.id", name="workflow_source_fkey")),
    Column("definition", Text, nullable=False),
    Column("document", JSON),
    Column("faults", JSON, nullable=False),
    Column("created_at", _TIME, FetchedValue(), nullable=False),
    Column("changed_at", _TIME, FetchedValue(), nullable=False),
    Column("removed_at", _TIME),
)
running_workflow = Table(
    "running_workflow",
    metadata,
    Column("id", _C, primary_key=True),
    Column("workflow_id", _C, ForeignKey("workflow.id", name="running_workflow_workflow_id_fkey"), nullable=False),
    Column("project", _C, ForeignKey("project.id", name="running_workflow_project_fkey"), nullable=False),
    Column("user_id", _C, ForeignKey("station_user.id", name="running_workflow_user_id_fkey"), nullable=False),
    Column("name", Text, nullable=False),
    Column("document", JSON, nullable=False),
    Column("variables", JSON, nullable=False),
    Column("debug", Text),
    Column("state", _C, FetchedValue(), nullable=False),
    Column("error_number", Integer, FetchedValue(), nullable=False),
    Column("error", Text),
    Column("stopped_by", _C, ForeignKey("station_user.id", name="running_workflow_stopped_by_fkey")),
    Column("request_key", _C),
    Column("request_digest", _C),
    Column("due_at", _TIME, FetchedValue()),
    Column("started_at", _TIME, FetchedValue(), nullable=False),
    Column("ended_at", _TIME),
    Column("removed_at", _TIME),
)
running_step = Table(
    "running_step",
    metadata,
    Column("id", _C, primary_key=True),
    Column("running_id", _C, ForeignKey("running_workflow.id", name="running_step_running_id_fkey"), nullable=False),
    Column("name", _C, nullable=False),
    Column("replica", Integer, nullable=False),
    Column("replicas", Integer, nullable=False),
    Column("state", _C, nullable=False),
    Column("variables", JSON, nullable=False),
    Column("links", JSON, nullable=False),
    Column("lands", JSON, nullable=False),
    Column("made", JSON),
    Column("instance_id", _C, ForeignKey("instance.id", name="running_step_instance_id_fkey")),
    Column("error_number", Integer, FetchedValue(), nullable=False),
    Column("error", Text),
    Column("started_at", _TIME, FetchedValue(), nullable=False),
    Column("ended_at", _TIME),
    UniqueConstraint("running_id", "name", "replica"),
)
_live = workflow.c.removed_at.is_(None)
Index("ix_workflow_scope", workflow.c.scope, workflow.c.scope_id, workflow.c.id, postgresql_where=_live)
Index("uq_workflow_version", workflow.c.source, workflow.c.version, unique=True, postgresql_where=_live)
Index(
    "ix_running_workflow_project",
    running_workflow.c.project,
    running_workflow.c.id,
    postgresql_where=running_workflow.c.removed_at.is_(None),
)
Index("ix_running_workflow_open", running_workflow.c.id, postgresql_where=running_workflow.c.ended_at.is_(None))
Index(
    "uq_running_workflow_request",
    running_workflow.c.user_id,
    running_workflow.c.request_key,
    unique=True,
    postgresql_where=running_workflow.c.request_key.isnot(None),
)
Index("ix_running_step_open", running_step.c.running_id, postgresql_where=running_step.c.ended_at.is_(None))
Index("ix_running_step_instance_id", running_step.c.instance_id)
