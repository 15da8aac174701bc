"""The tables of people, as the second, the eighth and the fourteenth migration make them."""

from sqlalchemy import (
    JSON,
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
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY

from fieldstation.db import metadata

_TIME = DateTime(timezone=True)


def _key() -> Text:
    return Text(collation="C")


principal = Table(
    "principal",
    metadata,
    Column("id", Integer, Identity(start=2), primary_key=True),
    Column("kind", _key(), nullable=False),
    CheckConstraint("kind IN ('everyone', 'user', 'group', 'organisation', 'unit')", name="kind"),
)

station_user = Table(
    "station_user",
    metadata,
    Column("id", _key(), primary_key=True),
    Column("principal", Integer, ForeignKey("principal.id"), nullable=False),
    Column("iss", _key(), nullable=False),
    Column("sub", _key(), nullable=False),
    Column("username", _key(), nullable=False),
    Column("name", Text),
    Column("email", Text),
    Column("password_hash", Text),
    Column("operator", Boolean, nullable=False),
    Column("evaluator", Boolean, FetchedValue(), nullable=False),
    Column("space", _key(), nullable=False),
    Column("quota_bytes", BigInteger),
    Column("created_at", _TIME, FetchedValue(), nullable=False),
    Column("suspended_at", _TIME),
    Column("suspension", Text),
    UniqueConstraint("principal"),
    UniqueConstraint("username"),
    UniqueConstraint("iss", "sub"),
    CheckConstraint("quota_bytes >= 0", name="quota"),
)

station_group = Table(
    "station_group",
    metadata,
    Column("principal", Integer, ForeignKey("principal.id"), primary_key=True, autoincrement=False),
    Column("name", _key(), nullable=False),
    Column("created_at", _TIME, FetchedValue(), nullable=False),
    UniqueConstraint("name"),
)

membership = Table(
    "membership",
    metadata,
    Column("member", Integer, ForeignKey("principal.id"), primary_key=True),
    Column("principal", Integer, ForeignKey("principal.id"), primary_key=True),
    Index(None, "principal"),
)

user_account = Table(
    "user_account",
    metadata,
    Column("user_id", _key(), ForeignKey("station_user.id"), primary_key=True),
    Column("private", Boolean, nullable=False, server_default=FetchedValue()),
    Column("admin", Boolean, nullable=False, server_default=FetchedValue()),
    Column("impersonates", _key(), ForeignKey("station_user.id")),
    Column("impersonating", Boolean, nullable=False, server_default=FetchedValue()),
    Column("first_seen", _TIME),
    Column("last_seen", Date),
    Column("removed_at", _TIME),
)

api_call = Table(
    "api_call",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("user_id", _key(), ForeignKey("station_user.id"), nullable=False),
    Column("method", _key(), nullable=False),
    Column("path", Text, nullable=False),
    Column("began", _TIME, nullable=False),
    Column("duration_ns", BigInteger, nullable=False),
    Column("status_code", Integer, nullable=False),
    Column("params", JSON),
    Column("body", JSON),
    Column("impersonator", _key(), ForeignKey("station_user.id")),
    Index(None, "began"),
)
Index("ix_api_call_user_id_began", api_call.c.user_id, api_call.c.began, api_call.c.id)

access = Table(
    "access",
    metadata,
    Column("kind", _key(), primary_key=True),
    Column("thing", _key(), primary_key=True),
    Column("principal", Integer, ForeignKey("principal.id"), primary_key=True),
    Column("role", _key(), primary_key=True),
    CheckConstraint("role IN ('owner', 'editor', 'reader')", name="role"),
)
Index("ix_access_principal_kind_thing", access.c.principal, access.c.kind, access.c.thing, postgresql_include=["role"])

service_token = Table(
    "service_token",
    metadata,
    Column("id", _key(), primary_key=True),
    Column("user_id", _key(), ForeignKey("station_user.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("scopes", ARRAY(_key())),
    Column("created_at", _TIME, FetchedValue(), nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("revoked_at", _TIME),
    Index(None, "user_id", "id"),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("kid", _key(), primary_key=True),
    Column("state", _key(), nullable=False),
    Column("public", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", _TIME, FetchedValue(), nullable=False),
    UniqueConstraint("state"),
    CheckConstraint("state IN ('next', 'current', 'previous')", name="state"),
)

sign_in_try = Table(
    "sign_in_try",
    metadata,
    Column("username", _key(), primary_key=True),
    Column("since", _TIME, nullable=False),
    Column("tries", Integer, nullable=False),
    Index(None, "since"),
)

PRIVACY = "('always_private', 'always_public', 'default_private', 'default_public')"

organisation = Table(
    "organisation",
    metadata,
    Column("id", _key(), primary_key=True),
    Column("principal", Integer, ForeignKey("principal.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("owner", _key(), ForeignKey("station_user.id")),
    Column("builtin", Boolean, nullable=False, server_default=FetchedValue()),
    Column("default_product_privacy", _key(), nullable=False),
    Column("created_at", _TIME, FetchedValue(), nullable=False),
    Column("removed_at", _TIME),
    UniqueConstraint("principal"),
    CheckConstraint(f"default_product_privacy IN {PRIVACY}", name="privacy"),
    Index(None, "name"),
)
Index("uq_organisation_builtin", organisation.c.builtin, unique=True, postgresql_where=organisation.c.builtin)

unit = Table(
    "unit",
    metadata,
    Column("id", _key(), primary_key=True),
    Column("principal", Integer, ForeignKey("principal.id"), nullable=False),
    Column("organisation", _key(), ForeignKey("organisation.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("owner", _key(), ForeignKey("station_user.id")),
    Column("personal", Boolean, nullable=False),
    Column("billing_day", Integer, nullable=False),
    Column("default_product_privacy", _key(), nullable=False),
    Column("created_at", _TIME, FetchedValue(), nullable=False),
    Column("removed_at", _TIME),
    UniqueConstraint("principal"),
    CheckConstraint("billing_day BETWEEN 1 AND 28", name="billing_day"),
    CheckConstraint(f"default_product_privacy IN {PRIVACY}", name="privacy"),
    Index(None, "organisation", "id"),
    Index(None, "name"),
)
Index(
    "uq_unit_organisation_name",
    unit.c.organisation,
    unit.c.name,
    unique=True,
    postgresql_where=unit.c.removed_at.is_(None),
)
Index(
    "uq_unit_personal",
    unit.c.owner,
    unique=True,
    postgresql_where=unit.c.personal & unit.c.removed_at.is_(None),
)

session = Table(
    "session",
    metadata,
    Column("id", _key(), primary_key=True),
    Column("user_id", _key(), ForeignKey("station_user.id"), nullable=False),
    Column("client", _key(), nullable=False),
    Column("scope", Text, nullable=False),
    Column("created_at", _TIME, FetchedValue(), nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("ended_at", _TIME),
    Column("browser", LargeBinary),
    Index(None, "user_id"),
    Index(None, "expires_at"),
)
Index("uq_session_browser", session.c.browser, unique=True, postgresql_where=session.c.browser.isnot(None))

refresh_token = Table(
    "refresh_token",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("session_id", _key(), ForeignKey("session.id", ondelete="CASCADE"), nullable=False),
    Column("used_at", _TIME),
    Index(None, "session_id"),
)

authorization_code = Table(
    "authorization_code",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("client", _key(), nullable=False),
    Column("redirect_uri", _key(), nullable=False),
    Column("challenge", _key(), nullable=False),
    Column("scope", Text, nullable=False),
    Column("nonce", Text),
    Column("user_id", _key(), ForeignKey("station_user.id"), nullable=False),
    Column("session_id", _key(), ForeignKey("session.id", ondelete="CASCADE")),
    Column("expires_at", _TIME, nullable=False),
    Column("used_at", _TIME),
    Index(None, "expires_at"),
    Index(None, "session_id"),
)

device_grant = Table(
    "device_grant",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("user_code", _key(), nullable=False),
    Column("client", _key(), nullable=False),
    Column("scope", Text, nullable=False),
    Column("state", _key(), nullable=False),
    Column("user_id", _key(), ForeignKey("station_user.id")),
    Column("interval_seconds", Integer, nullable=False),
    Column("polled_at", _TIME),
    Column("expires_at", _TIME, nullable=False),
    UniqueConstraint("user_code"),
    CheckConstraint("state IN ('asked', 'allowed', 'denied', 'used')", name="state"),
    Index(None, "expires_at"),
)
