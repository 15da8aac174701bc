"""Applications that were launched, the ways into them, and which tools are such."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute("ALTER TABLE tool ADD COLUMN app boolean NOT NULL DEFAULT false")
    op.execute("CREATE INDEX ix_tool_apps ON tool (id) WHERE app")
    op.execute("""
        CREATE TABLE app (
            id text COLLATE "C" PRIMARY KEY,
            run_id text COLLATE "C" NOT NULL REFERENCES run (id),
            task_id text COLLATE "C" NOT NULL,
            removal_task text COLLATE "C",
            project text COLLATE "C" NOT NULL REFERENCES project (id),
            user_id text COLLATE "C" NOT NULL REFERENCES station_user (id),
            name text NOT NULL,
            application text COLLATE "C" NOT NULL,
            version text COLLATE "C" NOT NULL,
            title text NOT NULL,
            variables jsonb NOT NULL,
            strips boolean NOT NULL,
            within_seconds double precision NOT NULL,
            product text COLLATE "C",
            cost numeric(24, 6) NOT NULL,
            period_seconds double precision NOT NULL,
            pro_rata boolean NOT NULL,
            units numeric NOT NULL,
            coins numeric(24, 6),
            launched_at timestamptz NOT NULL DEFAULT station_now(),
            answered_at timestamptz,
            accrued_at timestamptz,
            warned_at timestamptz,
            stop_reason text COLLATE "C",
            stop_text text,
            ended_at timestamptz,
            archived_at timestamptz,
            removed_at timestamptz,
            CONSTRAINT uq_app_run_id UNIQUE (run_id)
        )
    """)
    op.execute("CREATE INDEX ix_app_project ON app (project, id) WHERE removed_at IS NULL")
    op.execute("CREATE INDEX ix_app_open ON app (id) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX ix_app_old ON app (ended_at) WHERE removed_at IS NULL AND archived_at IS NULL")
    op.execute("""
        CREATE TABLE app_pass (
            hash bytea PRIMARY KEY,
            app_id text COLLATE "C" NOT NULL REFERENCES app (id),
            user_id text COLLATE "C" NOT NULL REFERENCES station_user (id),
            ticket boolean NOT NULL,
            expires_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX ix_app_pass_expires_at ON app_pass (expires_at)")
    op.execute("CREATE INDEX ix_app_pass_app_id ON app_pass (app_id)")
