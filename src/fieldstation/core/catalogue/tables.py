"""The table of the catalogue, as migration 0031 makes it."""

from typing import Any

from sqlalchemy import ARRAY, DOUBLE_PRECISION, BigInteger, Boolean, Column, DateTime, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, TSVECTOR
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

from fieldstation.db import metadata

_KEY = Text(collation="C")
_TIME = DateTime(timezone=True)


class Box(UserDefinedType[str]):
    """PostgreSQL's box."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return its name."""
        return "box"


ischema_names["box"] = Box  # so that reflection knows it too
catalogue = Table(
    "catalogue",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("latest", Boolean, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("boxed", Boolean, nullable=False, server_default=text("false")),
    Column("published", _TIME, nullable=False),
    Column("starts", _TIME),
    Column("ends", _TIME),
    Column("span", TSTZRANGE),
    Column("extent", Box),
    Column("size", BigInteger, nullable=False),
    Column("file_count", BigInteger, nullable=False),
    Column("version_id", _KEY, nullable=False),
    Column("dataset_id", _KEY, nullable=False),
    Column("name", _KEY, nullable=False),
    Column("type", _KEY),
    Column("level", _KEY),
    Column("release", _KEY),
    Column("origin", _KEY, nullable=False),
    Column("run_id", _KEY),
    Column("readers", ARRAY(Integer), nullable=False),
    Column("edges", ARRAY(DOUBLE_PRECISION)),
    Column("footprint", JSONB),
    Column("labels", JSONB, nullable=False),
    Column("metadata", JSONB, nullable=False),
    Column("words", TSVECTOR, nullable=False),
    Column("remarks", ARRAY(Text), nullable=False),
    Index("uq_catalogue_version_id", "version_id", unique=True),
    Index("ix_catalogue_dataset_id", "dataset_id", "number"),
    Index("ix_catalogue_place_time", "extent", "span", postgresql_using="gist"),
    Index("ix_catalogue_span", "span", postgresql_using="gist"),
    Index("ix_catalogue_type", "type", "key", postgresql_where=text("type IS NOT NULL")),
    Index("ix_catalogue_starts", text("coalesce(starts, '-infinity'::timestamptz)"), "key"),
    Index("ix_catalogue_metadata", "metadata", postgresql_using="gin", postgresql_ops={"metadata": "jsonb_path_ops"}),
    Index("ix_catalogue_labels", "labels", postgresql_using="gin", postgresql_ops={"labels": "jsonb_path_ops"}),
    Index("ix_catalogue_words", "words", postgresql_using="gin"),
    Index("ix_catalogue_readers", "readers", postgresql_using="gin"),
)
