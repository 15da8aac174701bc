"""Workflows, runs of them and their steps; instances that were launched for a step."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute('ALTER TABLE instance ADD COLUMN step text COLLATE "C"')
    op.execute("""
        CREATE TABLE workflow (
            id text COLLATE "C" PRIMARY KEY,
            user_id text COLLATE "C" NOT NULL REFERENCES station_user (id),
            name text NOT NULL,
            scope text COLLATE "C" NOT NULL,
            scope_id text COLLATE "C" NOT NULL,
            word text COLLATE "C",
            version text COLLATE "C",
            source text COLLATE "C" REFERENCES workflow (id),
            definition text NOT NULL,
            document json,
            faults json NOT NULL,
            created_at timestamptz NOT NULL DEFAULT station_now(),
            changed_at timestamptz NOT NULL DEFAULT station_now(),
            removed_at timestamptz
        )
    """)
    op.execute("""
        CREATE TABLE running_workflow (
            id text COLLATE "C" PRIMARY KEY,
            workflow_id text COLLATE "C" NOT NULL REFERENCES workflow (id),
            project text COLLATE "C" NOT NULL REFERENCES project (id),
            user_id text COLLATE "C" NOT NULL REFERENCES station_user (id),
            name text NOT NULL,
            document json NOT NULL,
            variables json NOT NULL,
            debug text,
            state text COLLATE "C" NOT NULL DEFAULT 'running',
            error_number integer NOT NULL DEFAULT 0,
            error text,
            stopped_by text COLLATE "C" REFERENCES station_user (id),
            request_key text COLLATE "C",
            request_digest text COLLATE "C",
            due_at timestamptz DEFAULT station_now(),
            started_at timestamptz NOT NULL DEFAULT station_now(),
            ended_at timestamptz,
            removed_at timestamptz
        )
    """)
    op.execute("""
        CREATE TABLE running_step (
            id text COLLATE "C" PRIMARY KEY,
            running_id text COLLATE "C" NOT NULL REFERENCES running_workflow (id),
            name text COLLATE "C" NOT NULL,
            replica integer NOT NULL,
            replicas integer NOT NULL,
            state text COLLATE "C" NOT NULL,
            variables json NOT NULL,
            links json NOT NULL,
            lands json NOT NULL,
            made json,
            instance_id text COLLATE "C" REFERENCES instance (id),
            error_number integer NOT NULL DEFAULT 0,
            error text,
            started_at timestamptz NOT NULL DEFAULT station_now(),
            ended_at timestamptz,
            CONSTRAINT uq_running_step_running_id_name_replica UNIQUE (running_id, name, replica)
        )
    """)
    live = "WHERE removed_at IS NULL"
    op.execute(f"CREATE INDEX ix_workflow_scope ON workflow (scope, scope_id, id) {live}")
    op.execute(f"CREATE UNIQUE INDEX uq_workflow_version ON workflow (source, version) {live}")
    op.execute(f"CREATE INDEX ix_running_workflow_project ON running_workflow (project, id) {live}")
    op.execute("CREATE INDEX ix_running_workflow_open ON running_workflow (id) WHERE ended_at IS NULL")
    op.execute("""
        CREATE UNIQUE INDEX uq_running_workflow_request ON running_workflow (user_id, request_key)
         WHERE request_key IS NOT NULL
    """)
    op.execute("CREATE INDEX ix_running_step_open ON running_step (running_id) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX ix_running_step_instance_id ON running_step (instance_id)")
