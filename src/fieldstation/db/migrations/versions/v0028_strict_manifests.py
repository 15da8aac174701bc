"""Manifests whose files are held to the letter of their rules."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.execute("ALTER TABLE tool_manifest ADD COLUMN strict boolean NOT NULL DEFAULT false")
