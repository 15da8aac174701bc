"""How people are at the door for programs made for the Data Manager."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE user_account (
            user_id text COLLATE "C" PRIMARY KEY REFERENCES station_user (id),
            private boolean NOT NULL DEFAULT false,
            admin boolean NOT NULL DEFAULT false,
            impersonates text COLLATE "C" REFERENCES station_user (id),
            impersonating boolean NOT NULL DEFAULT true
        )
    """)
