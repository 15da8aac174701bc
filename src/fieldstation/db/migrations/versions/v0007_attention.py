"""What people looked at of their runs, and what went wrong at the station itself."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE run_look (
            user_id text COLLATE "C" PRIMARY KEY REFERENCES station_user (id),
            at timestamptz NOT NULL
        )
    """)
    op.execute("""
        CREATE TABLE run_seen (
            run_id text COLLATE "C" PRIMARY KEY REFERENCES run (id),
            at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX ix_run_own_open ON run (user_id, id) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX ix_run_own_ended ON run (user_id, ended_at, id) WHERE ended_at IS NOT NULL")
    op.execute("CREATE INDEX ix_run_own_failed ON run (user_id, ended_at) WHERE state = 'failed'")
    op.execute("""
        CREATE TABLE incident (
            id text COLLATE "C" PRIMARY KEY,
            fingerprint bytea NOT NULL,
            place text NOT NULL,
            kind text COLLATE "C" NOT NULL,
            message text NOT NULL,
            trace text NOT NULL,
            release text NOT NULL,
            count bigint NOT NULL,
            requests text[] COLLATE "C" NOT NULL,
            first_at timestamptz NOT NULL,
            last_at timestamptz NOT NULL,
            CONSTRAINT uq_incident_fingerprint UNIQUE (fingerprint)
        )
    """)
    op.execute("CREATE INDEX ix_incident_last_at_id ON incident (last_at, id)")
