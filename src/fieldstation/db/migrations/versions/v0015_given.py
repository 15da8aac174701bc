"""What runs are given in confidence: the station's own secrets, and what to hide of them in logs meanwhile."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE tool_secret (
            name text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            sealed bytea NOT NULL,
            kept_by text COLLATE "C" NOT NULL REFERENCES station_user (id),
            kept_at timestamptz NOT NULL DEFAULT station_now(),
            PRIMARY KEY (name, key)
        )
    """)
    op.execute("""
        CREATE TABLE run_given (
            run_id text COLLATE "C" PRIMARY KEY REFERENCES run (id),
            sealed bytea NOT NULL,
            tokens text[] COLLATE "C" NOT NULL
        )
    """)
