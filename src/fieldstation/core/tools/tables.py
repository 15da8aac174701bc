"""The tables of tools.

`definition` is `json`, not `jsonb`: it keeps the author's order of parameters, which their form follows. The text is
kept with the version and not with the revision, because two authors may publish the same definition, and one must not
read the other's comments.
"""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB, TSVECTOR

from fieldstation.db import metadata

tool = Table(
    "tool",
    metadata,
    Column("id", Text(collation="C"), primary_key=True),
    Column("namespace", Text(collation="C"), nullable=False),
    Column("name", Text(collation="C"), nullable=False),
    Column("newest", Text(collation="C"), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("takes", ARRAY(Text(collation="C")), nullable=False, server_default=text("'{}'")),
    Column("words", TSVECTOR, nullable=False),
    Column("app", Boolean, FetchedValue(), nullable=False),
    Column("created_at", DateTime(timezone=True), FetchedValue(), nullable=False),
    UniqueConstraint("namespace", "name"),
    Index("ix_tool_name", "name"),
    Index("ix_tool_takes", "takes", postgresql_using="gin"),
    Index("ix_tool_words", "words", postgresql_using="gin"),
    Index("ix_tool_apps", "id", postgresql_where=text("app")),
)

tool_revision = Table(
    "tool_revision",
    metadata,
    Column("revision", Text(collation="C"), primary_key=True),
    Column("definition", JSON, nullable=False),
)

tool_version = Table(
    "tool_version",
    metadata,
    Column("tool_id", Text(collation="C"), ForeignKey("tool.id"), primary_key=True),
    Column("version", Text(collation="C"), primary_key=True),
    Column("sort_key", Text(collation="C"), nullable=False),
    Column("revision", Text(collation="C"), ForeignKey("tool_revision.revision"), nullable=False),
    Column("text", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), FetchedValue(), nullable=False),
    Column("published_by", Text(collation="C"), ForeignKey("station_user.id")),
    UniqueConstraint("tool_id", "sort_key"),
    Index("ix_tool_version_revision", "revision"),
)

tool_version_past = Table(
    "tool_version_past",
    metadata,
    Column("id", Text(collation="C"), primary_key=True),
    Column("tool_id", Text(collation="C"), ForeignKey("tool.id"), nullable=False),
    Column("version", Text(collation="C"), nullable=False),
    Column("revision", Text(collation="C"), ForeignKey("tool_revision.revision"), nullable=False),
    Column("text", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("published_by", Text(collation="C"), ForeignKey("station_user.id")),
    Column("ended_at", DateTime(timezone=True), FetchedValue(), nullable=False),
    Index("ix_tool_version_past_tool_id_version_id", "tool_id", "version", "id"),
)

tool_manifest = Table(
    "tool_manifest",
    metadata,
    Column("id", Text(collation="C"), primary_key=True),
    Column("url", Text(collation="C"), nullable=False, unique=True),
    Column("headers", LargeBinary),
    Column("query", LargeBinary),
    Column("strict", Boolean, FetchedValue(), nullable=False),
    Column("created_at", DateTime(timezone=True), FetchedValue(), nullable=False),
    Column("created_by", Text(collation="C"), ForeignKey("station_user.id"), nullable=False),
    Column("loaded_at", DateTime(timezone=True)),
    Column("loaded_well_at", DateTime(timezone=True)),
    Column("ok", Boolean),
    Column("report", JSONB),
)

tool_manifest_job = Table(
    "tool_manifest_job",
    metadata,
    Column("manifest_id", Text(collation="C"), ForeignKey("tool_manifest.id", ondelete="CASCADE"), primary_key=True),
    Column("tool_id", Text(collation="C"), primary_key=True),
    Column("version", Text(collation="C"), primary_key=True),
    Column("doc_url", Text, nullable=False),
    ForeignKeyConstraint(["tool_id", "version"], ["tool_version.tool_id", "tool_version.version"], ondelete="CASCADE"),
    Index("ix_tool_manifest_job_tool_id_version", "tool_id", "version"),
)

tool_rate = Table(
    "tool_rate",
    metadata,
    Column("id", Text(collation="C"), primary_key=True),
    Column("job", Text(collation="C"), nullable=False),
    Column("rate", Numeric(24, 6), nullable=False),
    Column("comment", Text),
    Column("created_at", DateTime(timezone=True), FetchedValue(), nullable=False),
    Column("created_by", Text(collation="C"), ForeignKey("station_user.id"), nullable=False),
    CheckConstraint("rate >= 0", name="rate"),
    Index("ix_tool_rate_job_id", "job", "id"),
)

tool_secret = Table(
    "tool_secret",
    metadata,
    Column("name", Text(collation="C"), primary_key=True),
    Column("key", Text(collation="C"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("kept_by", Text(collation="C"), ForeignKey("station_user.id"), nullable=False),
    Column("kept_at", DateTime(timezone=True), FetchedValue(), nullable=False),
)
