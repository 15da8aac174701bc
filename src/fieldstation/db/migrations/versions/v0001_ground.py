"""Time, fences, leases, events and their deliveries."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")  # finds texts inside texts; whoever owns the database may
    op.execute("""
        CREATE FUNCTION station_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
            SELECT clock_timestamp()
                 + coalesce(nullif(current_setting('fieldstation.time_shift', true), ''), '0')::interval
        $$
    """)
    op.execute("CREATE SEQUENCE fence AS bigint")
    op.execute("""
        CREATE TABLE lease (
            name text COLLATE "C" PRIMARY KEY,
            holder text NOT NULL,
            fence bigint NOT NULL,
            expires timestamptz NOT NULL
        )
    """)
    op.execute("CREATE SEQUENCE event_id AS bigint")
    op.execute("""
        CREATE TABLE event (
            id bigint NOT NULL DEFAULT nextval('event_id'),
            at timestamptz NOT NULL DEFAULT station_now(),
            xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
            kind text COLLATE "C" NOT NULL,
            thing text COLLATE "C" NOT NULL,
            audience text COLLATE "C",
            body jsonb NOT NULL
        ) PARTITION BY RANGE (at)
    """)
    op.execute("CREATE TABLE event_default PARTITION OF event DEFAULT")
    op.execute("CREATE INDEX ix_event_thing ON event (thing, id)")
    op.execute("CREATE INDEX ix_event_stream ON event (xid, id)")
    op.execute("""
        CREATE TABLE delivery (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            consumer text COLLATE "C" NOT NULL,
            event_id bigint NOT NULL,
            event_at timestamptz NOT NULL,
            tries integer NOT NULL DEFAULT 0,
            due timestamptz NOT NULL DEFAULT station_now(),
            dead boolean NOT NULL DEFAULT false,
            error text
        )
    """)
    op.execute("CREATE INDEX ix_delivery_due ON delivery (consumer, id) WHERE NOT dead")
