"""The tables of molecules, as their migration makes them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from fieldstation.db import metadata

_KEY = Text(collation="C")

molecule_source = Table(
    "molecule_source",
    metadata,
    Column("key", BigInteger, Identity(always=True), primary_key=True),
    Column("sha256", LargeBinary, nullable=False),
    Column("form", _KEY, nullable=False),
    Column("header", _KEY, nullable=False),
    Column("state", _KEY, nullable=False),
    Column("fault", Text),
    Column("blocks", Integer, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("faults", BigInteger, nullable=False),
    Column("touched", DateTime(timezone=True), nullable=False),
    Column("doomed", Boolean, nullable=False),
    Index("uq_molecule_source", "sha256", "form", "header", unique=True, postgresql_where=text("NOT doomed")),
    Index("ix_molecule_source_doomed", "key", postgresql_where=text("doomed")),
)

molecule_version = Table(
    "molecule_version",
    metadata,
    Column("version_id", _KEY, primary_key=True),
    Column("path", _KEY, primary_key=True),
    Column("source", BigInteger, nullable=False),
    Index("ix_molecule_version_source", "source"),
)

molecule = Table(
    "molecule",
    metadata,
    Column("source", BigInteger, primary_key=True, autoincrement=False),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("line", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("smiles", _KEY),
    Column("inchikey", _KEY),
    Column("properties", JSONB, nullable=False),
    Column("fault", Text),
    Index("ix_molecule_inchikey", "inchikey", "source", "index", postgresql_where=text("inchikey IS NOT NULL")),
    Index("ix_molecule_smiles", "smiles", postgresql_using="hash", postgresql_where=text("inchikey IS NULL")),
)

molecule_segment = Table(
    "molecule_segment",
    metadata,
    Column("key", BigInteger, Identity(always=True), primary_key=True),
    Column("slots", Integer, nullable=False),
    Column("ones", LargeBinary, nullable=False),
    Column("retired", DateTime(timezone=True)),
)

molecule_run = Table(
    "molecule_run",
    metadata,
    Column("source", BigInteger, primary_key=True, autoincrement=False),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("segment", BigInteger, nullable=False),
    Column("slot", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Index("ix_molecule_run_segment", "segment"),
)

molecule_slice = Table(
    "molecule_slice",
    metadata,
    Column("segment", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("bit", SmallInteger, primary_key=True, autoincrement=False),
    Column("molecules", LargeBinary, nullable=False),
)
