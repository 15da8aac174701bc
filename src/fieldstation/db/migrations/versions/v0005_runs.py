"""Runs, attempts, what they read and made, submits already answered, and the use of slots per project."""

from alembic import op

revision = "0005"
down_revision = "0004"

_RUN = """
    CREATE TABLE run (
        id text COLLATE "C" PRIMARY KEY,
        project_id text COLLATE "C" NOT NULL REFERENCES project (id),
        user_id text COLLATE "C" NOT NULL REFERENCES station_user (id),
        username text NOT NULL,
        name text,
        tool_id text COLLATE "C" NOT NULL REFERENCES tool (id),
        tool_name text COLLATE "C" NOT NULL,
        tool_version text COLLATE "C" NOT NULL,
        revision text COLLATE "C" NOT NULL,
        parameters jsonb NOT NULL,
        resources jsonb NOT NULL,
        output_dataset_id text COLLATE "C" REFERENCES dataset (id),
        priority smallint NOT NULL CHECK (priority BETWEEN 0 AND 9),
        state text COLLATE "C" NOT NULL,
        reason text COLLATE "C",
        message text,
        exit_code integer,
        attempts smallint NOT NULL DEFAULT 0,
        max_attempts smallint NOT NULL,
        retry_on text[] COLLATE "C" NOT NULL,
        soft_seconds double precision NOT NULL,
        hard_seconds double precision NOT NULL,
        grace_seconds double precision NOT NULL,
        tag text,
        reuse boolean NOT NULL,
        reuse_key text COLLATE "C",
        reuse_parts jsonb NOT NULL,
        reused_from text COLLATE "C" REFERENCES run (id),
        rerun_of text COLLATE "C" REFERENCES run (id),
        cancel_requested_at timestamptz,
        cancel_requested_by text COLLATE "C" REFERENCES station_user (id),
        request_id text COLLATE "C" NOT NULL,
        created_at timestamptz NOT NULL,
        queued_at timestamptz NOT NULL,
        started_at timestamptz,
        ended_at timestamptz
    )
"""
_RUN_INPUT = """
    CREATE TABLE run_input (
        run_id text COLLATE "C" NOT NULL REFERENCES run (id),
        place smallint NOT NULL,
        slot text COLLATE "C" NOT NULL,
        version_id text COLLATE "C" NOT NULL REFERENCES version (id),
        dataset_id text COLLATE "C" NOT NULL,
        number integer NOT NULL,
        manifest_digest text COLLATE "C" NOT NULL,
        path text COLLATE "C",
        target text COLLATE "C" NOT NULL,
        PRIMARY KEY (run_id, place)
    )
"""
_RUN_OUTPUT = """
    CREATE TABLE run_output (
        run_id text COLLATE "C" NOT NULL REFERENCES run (id),
        version_id text COLLATE "C" NOT NULL REFERENCES version (id),
        dataset_id text COLLATE "C" NOT NULL,
        number integer NOT NULL,
        PRIMARY KEY (run_id, version_id)
    )
"""
_ATTEMPT = """
    CREATE TABLE attempt (
        id text COLLATE "C" PRIMARY KEY,
        run_id text COLLATE "C" NOT NULL REFERENCES run (id),
        number smallint NOT NULL,
        engine text COLLATE "C" NOT NULL,
        uid integer,
        state text COLLATE "C" NOT NULL,
        holder text COLLATE "C",
        fence bigint NOT NULL,
        lease_expires timestamptz NOT NULL,
        handle text,
        soft_deadline timestamptz NOT NULL,
        hard_deadline timestamptz NOT NULL,
        stop_reason text COLLATE "C",
        stop_asked_at timestamptz,
        kill_asked_at timestamptz,
        claimed_at timestamptz NOT NULL,
        running_at timestamptz,
        exited_at timestamptz,
        ended_at timestamptz,
        released_at timestamptz,
        lost boolean NOT NULL DEFAULT false,
        exit_code integer,
        breaches text[] COLLATE "C" NOT NULL DEFAULT '{}',
        outcome text COLLATE "C",
        reason text COLLATE "C",
        usage jsonb NOT NULL DEFAULT '{}',
        logs jsonb NOT NULL DEFAULT '{}',
        UNIQUE (run_id, number)
    )
"""


def upgrade() -> None:
    for statement in (_RUN, _RUN_INPUT, _RUN_OUTPUT, _ATTEMPT):
        op.execute(statement)
    op.execute("CREATE INDEX ix_run_project ON run (project_id, id)")
    op.execute("CREATE INDEX ix_run_user ON run (username, id)")
    op.execute("CREATE INDEX ix_run_ended_at ON run (ended_at) WHERE ended_at IS NOT NULL")
    op.execute("CREATE INDEX ix_run_tool ON run (tool_name, id)")
    op.execute("CREATE INDEX ix_run_state ON run (state, id)")
    op.execute("CREATE INDEX ix_run_reason ON run (reason, id) WHERE reason IS NOT NULL")
    op.execute("CREATE INDEX ix_run_name ON run USING gin (name gin_trgm_ops) WHERE name IS NOT NULL")
    op.execute("CREATE INDEX ix_run_queue ON run (project_id, priority, queued_at, id) WHERE state = 'queued'")
    op.execute("CREATE INDEX ix_run_reuse ON run (reuse_key) WHERE state = 'succeeded' AND reused_from IS NULL")
    op.execute("CREATE INDEX ix_run_input_version ON run_input (version_id, run_id)")
    op.execute("CREATE INDEX ix_run_output_version ON run_output (version_id)")
    op.execute("CREATE INDEX ix_attempt_live ON attempt (engine, state) WHERE released_at IS NULL")
    op.execute("""
        CREATE UNIQUE INDEX uq_attempt_uid ON attempt (engine, uid) WHERE released_at IS NULL AND uid IS NOT NULL
    """)
    op.execute("""
        CREATE TABLE submitted (
            user_id text COLLATE "C" NOT NULL,
            route text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            body_digest text COLLATE "C" NOT NULL,
            run_id text COLLATE "C" NOT NULL REFERENCES run (id),
            created_at timestamptz NOT NULL,
            PRIMARY KEY (user_id, route, key)
        )
    """)
    op.execute("CREATE INDEX ix_submitted_created_at ON submitted (created_at)")
    op.execute("""
        CREATE TABLE project_use (
            project_id text COLLATE "C" PRIMARY KEY REFERENCES project (id),
            used_seconds double precision NOT NULL,
            counted_at timestamptz NOT NULL
        )
    """)
