"""Tasks: what takes its time, as people follow it."""

from alembic import op

revision = "0009"
down_revision = "0008"

_TASK = """
    CREATE TABLE task (
        id text COLLATE "C" PRIMARY KEY,
        user_id text COLLATE "C" NOT NULL REFERENCES station_user (id),
        purpose text COLLATE "C" NOT NULL,
        purpose_id text COLLATE "C" NOT NULL,
        purpose_version integer,
        project_id text COLLATE "C",
        removal boolean NOT NULL,
        context text COLLATE "C",
        state text COLLATE "C" NOT NULL,
        done boolean NOT NULL,
        exit_code integer,
        moves smallint NOT NULL,
        events integer NOT NULL,
        created_at timestamptz NOT NULL,
        done_at timestamptz,
        CONSTRAINT ck_task_done CHECK (done = (state IN ('success', 'failure'))),
        CONSTRAINT ck_task_end CHECK (done = (exit_code IS NOT NULL) AND done = (done_at IS NOT NULL))
    )
"""
_STATE = """
    CREATE TABLE task_state (
        task_id text COLLATE "C" NOT NULL REFERENCES task (id) ON DELETE CASCADE,
        place smallint NOT NULL,
        state text COLLATE "C" NOT NULL,
        at timestamptz NOT NULL,
        message text,
        PRIMARY KEY (task_id, place)
    )
"""
_EVENT = """
    CREATE TABLE task_event (
        task_id text COLLATE "C" NOT NULL REFERENCES task (id) ON DELETE CASCADE,
        ordinal integer NOT NULL,
        level text COLLATE "C" NOT NULL,
        text text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (task_id, ordinal)
    )
"""
_OPERATION = """
    CREATE TABLE operation (
        task_id text COLLATE "C" PRIMARY KEY REFERENCES task (id) ON DELETE CASCADE,
        user_id text COLLATE "C" NOT NULL,
        work text COLLATE "C" NOT NULL,
        payload jsonb NOT NULL,
        request_id text COLLATE "C" NOT NULL,
        due_at timestamptz NOT NULL,
        holder text COLLATE "C",
        fence bigint NOT NULL,
        lease_expires timestamptz,
        failures smallint NOT NULL,
        deaths smallint NOT NULL
    )
"""
_TURN = """
    CREATE TABLE operation_turn (
        user_id text COLLATE "C" PRIMARY KEY REFERENCES station_user (id),
        served_at timestamptz NOT NULL
    )
"""


def upgrade() -> None:
    for statement in (_TASK, _STATE, _EVENT, _OPERATION, _TURN):
        op.execute(statement)
    op.execute("CREATE INDEX ix_task_user ON task (user_id, done, purpose, id)")
    op.execute("CREATE INDEX ix_task_project ON task (project_id, done, purpose, id) WHERE project_id IS NOT NULL")
    op.execute("CREATE INDEX ix_task_purpose ON task (done, purpose, id)")
    op.execute("CREATE INDEX ix_task_about ON task (purpose_id, id)")
    op.execute("CREATE INDEX ix_task_context ON task (context, id) WHERE context IS NOT NULL")
    op.execute("CREATE INDEX ix_task_done_at ON task (done_at) WHERE done")
    op.execute("CREATE INDEX ix_operation_user ON operation (user_id, due_at)")
