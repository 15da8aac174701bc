"""The files that were written beside the outputs of a job, where its author described them."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("""ALTER TABLE instance ADD COLUMN described text[] COLLATE "C" NOT NULL DEFAULT '{}'""")
