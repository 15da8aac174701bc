"""Who an outside issuer lets evaluate only."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute("ALTER TABLE station_user ADD COLUMN evaluator boolean NOT NULL DEFAULT false")
