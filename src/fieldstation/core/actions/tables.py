"""The table of actions; a trigger of the database refuses to change or remove its rows."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, DateTime, FetchedValue, Identity, Index, Table, Text

from fieldstation.db import metadata

_C = Text(collation="C")

action = Table(
    "action",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), FetchedValue(), nullable=False),
    Column("place", BigInteger, unique=True),
    Column("ordinal", BigInteger, unique=True),
    Column("message", Boolean, nullable=False),
    Column("kind", _C, nullable=False),
    Column("actor", _C, nullable=False),
    Column("organisation", _C),
    Column("unit", _C),
    Column("product", _C),
    Column("body", JSON, nullable=False),
)
Index("ix_action_at_id", action.c.at, action.c.id)
Index("ix_action_organisation_id", action.c.organisation, action.c.id)
Index("ix_action_unit_id", action.c.unit, action.c.id)
Index("ix_action_product_id", action.c.product, action.c.id)
Index("ix_action_unplaced", action.c.id, postgresql_where=action.c.place.is_(None))
