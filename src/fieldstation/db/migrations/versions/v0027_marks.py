"""Managed files are known by what they were when they came, so that nothing else is taken for them."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute("ALTER TABLE project_file ADD COLUMN size bigint, ADD COLUMN modified timestamptz")
