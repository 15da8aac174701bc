"""The tables of data sets, as migrations 0003, 0013, 0019 and 0021 make them.

`metadata_schema` is `json`, not `jsonb`: it keeps the author's order of fields, which their form follows.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

from fieldstation.db import metadata

_KEY = Text(collation="C")
_TIME = DateTime(timezone=True)

dataset = Table(
    "dataset",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("name", _KEY, nullable=False),
    Column("space", _KEY, nullable=False),
    Column("owner", _KEY, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("labels", JSONB, nullable=False),
    Column("metadata_schema", JSON),
    Column("created", _TIME, nullable=False),
    Column("changed", _TIME, nullable=False),
    Column("latest", Integer, nullable=False),
    Column("awaits", Boolean, nullable=False),
    Column("unit", _KEY),
    Column("size", BigInteger, nullable=False),
    Column("trashed", _TIME),
    Column("purge_after", _TIME),
    Column("purged", _TIME),
    Column("origin", _KEY),
    Column("words", Text, nullable=False, server_default=text("''")),
    Index("uq_dataset_space_name", "space", "name", unique=True, postgresql_where=text("trashed IS NULL")),
    Index("ix_dataset_name", "name", postgresql_where=text("trashed IS NULL")),
    Index("ix_dataset_owner_id", "owner", "id"),
    Index("ix_dataset_trash", "id", postgresql_where=text("trashed IS NOT NULL AND purged IS NULL")),
    Index("ix_dataset_labels", "labels", postgresql_using="gin", postgresql_ops={"labels": "jsonb_path_ops"}),
    Index("ix_dataset_origin_id", "origin", "id"),
    Index("ix_dataset_words", "words", postgresql_using="gin", postgresql_ops={"words": "gin_trgm_ops"}),
    Index("ix_dataset_unit", "unit", postgresql_where=text("unit IS NOT NULL")),
    Index("ix_dataset_purge_after", "purge_after", postgresql_where=text("purge_after IS NOT NULL")),
)

version = Table(
    "version",
    metadata,
    Column("key", BigInteger, Identity(always=True), primary_key=True),
    Column("id", _KEY, nullable=False),
    Column("dataset_id", _KEY, ForeignKey("dataset.id", name="fk_version_dataset_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("manifest_digest", LargeBinary, nullable=False),
    Column("file_count", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("metadata", JSONB, nullable=False),
    Column("author", _KEY, nullable=False),
    Column("run_id", _KEY),
    Column("in_place", Boolean, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("removed", _TIME),
    UniqueConstraint("id", name="uq_version_id"),
    UniqueConstraint("dataset_id", "number", name="uq_version_dataset_id_number"),
    Index("ix_version_run_id", "run_id", postgresql_where=text("run_id IS NOT NULL")),
)

version_file = Table(
    "version_file",
    metadata,
    Column("version_key", BigInteger, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("path", _KEY, primary_key=True),
    Column("media_type", _KEY),
    Index("ix_version_file_sha256", "sha256"),
)

version_source = Table(
    "version_source",
    metadata,
    Column("version_key", BigInteger, primary_key=True, autoincrement=False),
    Column("path", _KEY, primary_key=True),
    Column("location", _KEY, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("inode", BigInteger, nullable=False),
)

blob = Table(
    "blob",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("touched", _TIME, nullable=False),
)

blob_hold = Table(
    "blob_hold",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
    Column("holder", _KEY, primary_key=True),
    Index("ix_blob_hold_holder", "holder"),
)

storage_account = Table(
    "storage_account",
    metadata,
    Column("owner", _KEY, primary_key=True),
    Column("used", BigInteger, nullable=False),
)

upload = Table(
    "upload",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("owner", _KEY, nullable=False),
    Column("author", _KEY, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("resumable", Boolean, nullable=False),
    Column("metadata", JSONB, nullable=False),
    Column("sha256", LargeBinary),
    Column("created", _TIME, nullable=False),
    Column("expires", _TIME, nullable=False),
    Index("ix_upload_owner", "owner"),
    Index("ix_upload_expires", "expires"),
)

arrival = Table(
    "arrival",
    metadata,
    Column("version_id", _KEY, ForeignKey("version.id", name="fk_arrival_version_id"), primary_key=True),
    Column("unit", _KEY),
    Column("file_name", _KEY, nullable=False),
    Column("media_type", _KEY, nullable=False),
    Column("source", Text, nullable=False),
    Column("skip_load", Boolean, nullable=False),
    Column("extra_variables", Text),
    Column("stage", _KEY, nullable=False),
    Column("task_id", _KEY),
    Column("removed_by", _KEY),
    Index("ix_arrival_unit", "unit", postgresql_where=text("unit IS NOT NULL")),
)

annotation = Table(
    "annotation",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("dataset_id", _KEY, ForeignKey("dataset.id", name="fk_annotation_dataset_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("author", _KEY, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("body", JSON, nullable=False),
    Column("value", Text),
    Index("ix_annotation_dataset", "dataset_id", "number", "id"),
)
