"""The tables of tools, as the fourth migration makes them.

`definition` is `json`, not `jsonb`: it keeps the author's order of parameters, which their form follows. The text is
kept with the version and not with the revision, because two authors may publish the same definition, and one must not
read the other's comments.
"""

from sqlalchemy import ARRAY, Column, DateTime, FetchedValue, ForeignKey, Index, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSON, TSVECTOR

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
    Column("created_at", DateTime(timezone=True), FetchedValue(), nullable=False),
    UniqueConstraint("namespace", "name"),
    Index("ix_tool_name", "name"),
    Index("ix_tool_takes", "takes", postgresql_using="gin"),
    Index("ix_tool_words", "words", postgresql_using="gin"),
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
