"""Signing in with a browser: authorization codes, devices that wait for a person, sessions that a cookie names."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("ALTER TABLE session ADD COLUMN browser bytea")
    op.execute("CREATE UNIQUE INDEX uq_session_browser ON session (browser) WHERE browser IS NOT NULL")
    op.execute("""
        CREATE TABLE authorization_code (
            hash bytea NOT NULL,
            client text COLLATE "C" NOT NULL,
            redirect_uri text COLLATE "C" NOT NULL,
            challenge text COLLATE "C" NOT NULL,
            scope text NOT NULL,
            nonce text,
            user_id text COLLATE "C" NOT NULL,
            session_id text COLLATE "C",
            expires_at timestamptz NOT NULL,
            used_at timestamptz,
            CONSTRAINT pk_authorization_code PRIMARY KEY (hash),
            CONSTRAINT fk_authorization_code_user_id FOREIGN KEY (user_id) REFERENCES station_user (id),
            CONSTRAINT fk_authorization_code_session_id FOREIGN KEY (session_id)
                REFERENCES session (id) ON DELETE CASCADE
        )
    """)
    op.execute("CREATE INDEX ix_authorization_code_expires_at ON authorization_code (expires_at)")
    op.execute("CREATE INDEX ix_authorization_code_session_id ON authorization_code (session_id)")
    op.execute("""
        CREATE TABLE device_grant (
            hash bytea NOT NULL,
            user_code text COLLATE "C" NOT NULL,
            client text COLLATE "C" NOT NULL,
            scope text NOT NULL,
            state text COLLATE "C" NOT NULL,
            user_id text COLLATE "C",
            interval_seconds integer NOT NULL,
            polled_at timestamptz,
            expires_at timestamptz NOT NULL,
            CONSTRAINT pk_device_grant PRIMARY KEY (hash),
            CONSTRAINT uq_device_grant_user_code UNIQUE (user_code),
            CONSTRAINT fk_device_grant_user_id FOREIGN KEY (user_id) REFERENCES station_user (id),
            CONSTRAINT ck_device_grant_state CHECK (state IN ('asked', 'allowed', 'denied', 'used'))
        )
    """)
    op.execute("CREATE INDEX ix_device_grant_expires_at ON device_grant (expires_at)")
