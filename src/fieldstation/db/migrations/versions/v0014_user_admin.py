"""How people are at the door for programs made for the Data Manager, what they asked there, which errors are known."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("ALTER TABLE station_user ADD COLUMN suspension text")
    op.execute("""
        ALTER TABLE incident
            ADD COLUMN acknowledged_at timestamptz,
            ADD COLUMN acknowledged_by text COLLATE "C" REFERENCES station_user (id)
    """)
    op.execute("""
        CREATE TABLE user_account (
            user_id text COLLATE "C" PRIMARY KEY REFERENCES station_user (id),
            private boolean NOT NULL DEFAULT false,
            admin boolean NOT NULL DEFAULT false,
            impersonates text COLLATE "C" REFERENCES station_user (id),
            impersonating boolean NOT NULL DEFAULT true,
            first_seen timestamptz,
            last_seen date,
            removed_at timestamptz
        )
    """)
    op.execute("""
        CREATE TABLE api_call (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            user_id text COLLATE "C" NOT NULL REFERENCES station_user (id),
            method text COLLATE "C" NOT NULL,
            path text NOT NULL,
            began timestamptz NOT NULL,
            duration_ns bigint NOT NULL,
            status_code integer NOT NULL,
            params json,
            body json,
            impersonator text COLLATE "C" REFERENCES station_user (id)
        )
    """)
    op.execute("CREATE INDEX ix_api_call_user_id_began ON api_call (user_id, began, id)")
    op.execute("CREATE INDEX ix_api_call_began ON api_call (began)")
