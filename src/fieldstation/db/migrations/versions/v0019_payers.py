"""Which unit pays for the storage of a data set."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute('ALTER TABLE dataset ADD COLUMN unit text COLLATE "C"')
