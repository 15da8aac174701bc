"""Runs that work in a project, and the instances that people follow them by."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE run_plan (
            run_id text COLLATE "C" PRIMARY KEY REFERENCES run (id),
            plan jsonb NOT NULL
        )
    """)
    op.execute("""
        CREATE TABLE instance (
            id text COLLATE "C" PRIMARY KEY,
            run_id text COLLATE "C" NOT NULL REFERENCES run (id),
            task_id text COLLATE "C" NOT NULL,
            removal_task text COLLATE "C",
            project text COLLATE "C" NOT NULL REFERENCES project (id),
            user_id text COLLATE "C" NOT NULL REFERENCES station_user (id),
            name text NOT NULL,
            job integer NOT NULL,
            collection text COLLATE "C" NOT NULL,
            job_name text COLLATE "C" NOT NULL,
            job_version text COLLATE "C" NOT NULL,
            title text NOT NULL,
            nextflow boolean NOT NULL,
            specification jsonb NOT NULL,
            outputs json NOT NULL,
            command text NOT NULL,
            debug text,
            callback_url text,
            callback_context text,
            token_hash bytea,
            token_ends_at timestamptz,
            rate numeric,
            cost numeric,
            coins numeric(24, 6),
            cost_sequence integer NOT NULL DEFAULT 0,
            log_offset bigint NOT NULL DEFAULT 0,
            followed text COLLATE "C" NOT NULL DEFAULT 'queued',
            launched_at timestamptz NOT NULL DEFAULT station_now(),
            ended_at timestamptz,
            archived_at timestamptz,
            removed_at timestamptz,
            CONSTRAINT uq_instance_run_id UNIQUE (run_id)
        )
    """)
    op.execute("""
        CREATE TABLE callback (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            instance_id text COLLATE "C" NOT NULL REFERENCES instance (id),
            url text NOT NULL,
            body json NOT NULL,
            due_at timestamptz NOT NULL DEFAULT station_now(),
            failures smallint NOT NULL DEFAULT 0,
            holder text COLLATE "C",
            fence bigint,
            lease_expires timestamptz,
            dead_at timestamptz,
            error text
        )
    """)
    op.execute("CREATE INDEX ix_callback_due ON callback (due_at) WHERE dead_at IS NULL")
    op.execute("CREATE INDEX ix_callback_instance ON callback (instance_id, id) WHERE dead_at IS NULL")
    op.execute("CREATE INDEX ix_callback_dead ON callback (dead_at) WHERE dead_at IS NOT NULL")
    op.execute("CREATE UNIQUE INDEX uq_instance_token_hash ON instance (token_hash) WHERE token_hash IS NOT NULL")
    op.execute("CREATE INDEX ix_instance_project ON instance (project, id) WHERE removed_at IS NULL")
    op.execute("CREATE INDEX ix_instance_open ON instance (id) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX ix_instance_old ON instance (ended_at) WHERE removed_at IS NULL AND archived_at IS NULL")
