"""The tables of accounting, as the eighth and the twenty-first migration make them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    FetchedValue,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from fieldstation.db import metadata

_TIME = DateTime(timezone=True)
_COINS = Numeric(24, 6)


def _key() -> Text:
    return Text(collation="C")


product = Table(
    "product",
    metadata,
    Column("id", _key(), primary_key=True),
    Column("unit", _key(), ForeignKey("unit.id"), nullable=False),
    Column("organisation", _key(), ForeignKey("organisation.id"), nullable=False),
    Column("type", _key(), nullable=False),
    Column("flavour", _key()),
    Column("name", Text, nullable=False),
    Column("creator", _key(), ForeignKey("station_user.id")),
    Column("allowance", Numeric(24, 6), nullable=False),
    Column("coin_limit", Numeric(24, 6), nullable=False),
    Column("project", _key()),
    Column("project_name", Text),
    Column("created_at", _TIME, FetchedValue(), nullable=False),
    Column("removed_at", _TIME),
    UniqueConstraint("project"),
    CheckConstraint("type IN ('project_tier', 'storage')", name="type"),
    CheckConstraint("(type = 'project_tier') = (flavour IS NOT NULL)", name="flavour"),
    CheckConstraint("allowance >= 0 AND coin_limit >= allowance", name="coins"),
    CheckConstraint("project IS NULL OR type = 'project_tier' AND removed_at IS NULL", name="claim"),
    Index(None, "unit", "id"),
    Index(None, "organisation", "id"),
)

asset = Table(
    "asset",
    metadata,
    Column("id", _key(), primary_key=True),
    Column("name", _key(), nullable=False),
    Column("scope", _key(), nullable=False),
    Column("scope_id", _key(), nullable=False),
    Column("creator", _key(), ForeignKey("station_user.id"), nullable=False),
    Column("description", Text),
    Column("secret", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("attached", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", _TIME, FetchedValue(), nullable=False),
    Column("content_changed_at", _TIME),
    UniqueConstraint("scope", "scope_id", "name"),
    Index(None, "scope", "scope_id", "id"),
    CheckConstraint("scope IN ('user', 'product', 'unit', 'organisation', 'global')", name="scope"),
)

ledger_account = Table(
    "ledger_account",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("product", _key(), ForeignKey("product.id"), nullable=False),
    Column("kind", _key(), nullable=False),
    Column("balance", _COINS, FetchedValue(), nullable=False),
    UniqueConstraint("product", "kind"),
    CheckConstraint("kind IN ('processing', 'storage', 'held', 'pledged', 'income')", name="kind"),
)

ledger_transfer = Table(
    "ledger_transfer",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("reference", _key(), nullable=False),
    Column("debit", BigInteger, ForeignKey("ledger_account.id"), nullable=False),
    Column("credit", BigInteger, ForeignKey("ledger_account.id"), nullable=False),
    Column("amount", _COINS, nullable=False),
    Column("day", Date, nullable=False),
    Column("posted_at", _TIME, FetchedValue(), nullable=False),
    UniqueConstraint("reference"),
    CheckConstraint("debit <> credit", name="sides"),
    CheckConstraint("amount > 0 AND amount <> 'NaN'", name="amount"),
    Index("ix_ledger_transfer_debit", "debit", "day"),
    Index("ix_ledger_transfer_credit", "credit", "day"),
)

ledger_day = Table(
    "ledger_day",
    metadata,
    Column("account", BigInteger, ForeignKey("ledger_account.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("amount", _COINS, nullable=False),
)

charge = Table(
    "charge",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", _key(), nullable=False),
    Column("product", _key(), ForeignKey("product.id"), nullable=False),
    Column("unit", _key(), nullable=False),
    Column("organisation", _key(), nullable=False),
    Column("day", Date, FetchedValue(), nullable=False),
    Column("coins", _COINS, FetchedValue(), nullable=False),
    Column("opened_at", _TIME, FetchedValue(), nullable=False),
    Column("changed_at", _TIME, FetchedValue(), nullable=False),
    Column("closed_at", _TIME),
    Column("instance", _key()),
    Column("name", Text),
    Column("username", Text),
    Column("sqn", Integer, FetchedValue(), nullable=False),
    Column("cost", Numeric, FetchedValue(), nullable=False),
    Column("rate", Numeric),
    Column("hold", _COINS, FetchedValue(), nullable=False),
    Column("refunded", Boolean, FetchedValue(), nullable=False),
    Column("detail", JSONB),
    Column("current_bytes", BigInteger),
    Column("peak_bytes", BigInteger),
    Column("unit_bytes", BigInteger),
    Column("unit_cost", _COINS),
    CheckConstraint("coins >= 0 AND hold >= 0", name="coins"),
    CheckConstraint(
        """kind = 'processing' AND instance IS NOT NULL AND username IS NOT NULL
        OR kind = 'storage' AND current_bytes >= 0 AND peak_bytes >= current_bytes AND unit_bytes > 0
           AND unit_cost >= 0""",
        name="kind",
    ),
    Index("ix_charge_product", "product", "day", "id"),
    Index("ix_charge_unit", "unit", "day", "id"),
    Index("ix_charge_day", "day", "id"),
)
_OPEN = charge.c.closed_at.is_(None)
Index("uq_charge_instance", charge.c.instance, unique=True, postgresql_where=charge.c.kind == "processing")
Index("uq_charge_product_day", charge.c.product, charge.c.day, unique=True, postgresql_where=charge.c.kind == "storage")
Index("ix_charge_open", charge.c.product, postgresql_where=_OPEN)
Index("ix_charge_due", charge.c.day, postgresql_where=_OPEN & (charge.c.kind == "storage"))

authority = Table(
    "authority",
    metadata,
    Column("code", Integer, Identity(always=True), primary_key=True),
    Column("product", _key(), ForeignKey("product.id"), nullable=False),
    Column("purpose", _key(), nullable=False),
    Column("thing", _key(), nullable=False),
    Column("user_id", _key(), ForeignKey("station_user.id"), nullable=False),
    Column("granted_at", _TIME, FetchedValue(), nullable=False),
    UniqueConstraint("thing", "purpose"),
    CheckConstraint("purpose IN ('instance', 'dataset', 'file')", name="purpose"),
)
