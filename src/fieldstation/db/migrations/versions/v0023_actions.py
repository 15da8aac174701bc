"""What is done about organisations, units and products, and the streams that people read of it."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE action (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            at timestamptz NOT NULL DEFAULT station_now(),
            place bigint,
            ordinal bigint,
            message boolean NOT NULL,
            kind text COLLATE "C" NOT NULL,
            actor text COLLATE "C" NOT NULL,
            organisation text COLLATE "C",
            unit text COLLATE "C",
            product text COLLATE "C",
            body json NOT NULL,
            CONSTRAINT uq_action_place UNIQUE (place),
            CONSTRAINT uq_action_ordinal UNIQUE (ordinal)
        )
    """)
    op.execute("CREATE INDEX ix_action_at_id ON action (at, id)")
    op.execute("CREATE INDEX ix_action_organisation_id ON action (organisation, id)")
    op.execute("CREATE INDEX ix_action_unit_id ON action (unit, id)")
    op.execute("CREATE INDEX ix_action_product_id ON action (product, id)")
    op.execute("CREATE INDEX ix_action_unplaced ON action (id) WHERE place IS NULL")
    op.execute("""
        CREATE FUNCTION action_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.place IS NULL AND NEW.place IS NOT NULL
               AND (NEW.id, NEW.at, NEW.message, NEW.kind, NEW.actor, NEW.body::text)
                 = (OLD.id, OLD.at, OLD.message, OLD.kind, OLD.actor, OLD.body::text)
               AND ROW(NEW.organisation, NEW.unit, NEW.product)
                   IS NOT DISTINCT FROM ROW(OLD.organisation, OLD.unit, OLD.product)
            THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'actions are never changed or removed';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON action
            FOR EACH ROW EXECUTE FUNCTION action_stays()
    """)
    op.execute("""
        CREATE TABLE event_stream (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            user_id text COLLATE "C" NOT NULL REFERENCES station_user (id),
            key_hash bytea NOT NULL,
            key_sealed bytea NOT NULL,
            form text COLLATE "C" NOT NULL,
            created_at timestamptz NOT NULL DEFAULT station_now(),
            CONSTRAINT uq_event_stream_user_id UNIQUE (user_id),
            CONSTRAINT uq_event_stream_key_hash UNIQUE (key_hash)
        )
    """)
