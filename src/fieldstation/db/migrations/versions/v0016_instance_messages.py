"""What is told of instances on its way to who follows them."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("""
        ALTER TABLE instance
            ADD COLUMN told_cost numeric,
            ADD COLUMN told_sequence integer NOT NULL DEFAULT 0
    """)
    op.execute("UPDATE instance SET told_cost = cost, told_sequence = cost_sequence WHERE ended_at IS NULL")
    op.execute("""
        CREATE TABLE instance_message (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            at timestamptz NOT NULL DEFAULT station_now(),
            instance_id text COLLATE "C" NOT NULL,
            task_id text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL,
            body json NOT NULL,
            sent_at timestamptz,
            refused_at timestamptz,
            error text
        )
    """)
    op.execute(
        "CREATE INDEX ix_instance_message_instance ON instance_message (instance_id, id) WHERE refused_at IS NULL"
    )
    op.execute("""
        CREATE INDEX ix_instance_message_unsent ON instance_message (id) WHERE refused_at IS NULL AND sent_at IS NULL
    """)
    op.execute("""
        CREATE TABLE heard_message (
            id text COLLATE "C" PRIMARY KEY,
            at timestamptz NOT NULL DEFAULT station_now()
        )
    """)
    op.execute("CREATE INDEX ix_heard_message_at ON heard_message (at)")
