"""The hosts that callbacks go to, so that one which hangs holds up no other."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute("""
        ALTER TABLE callback ADD COLUMN host text COLLATE "C" NOT NULL
            GENERATED ALWAYS AS (lower(split_part(split_part(url, '/', 3), '@', -1)) COLLATE "C") STORED
    """)
    op.execute("CREATE INDEX ix_callback_busy ON callback (host) WHERE dead_at IS NULL AND lease_expires IS NOT NULL")
    op.execute("CREATE INDEX ix_callback_failing ON callback (host) WHERE dead_at IS NULL AND failures > 0")
