"""Container images that the station keeps, and which of them a run was pinned to."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE image (
            id text COLLATE "C" PRIMARY KEY,
            reference text COLLATE "C" NOT NULL,
            repository text COLLATE "C" NOT NULL,
            content text COLLATE "C" NOT NULL,
            digests text[] COLLATE "C" NOT NULL,
            size bigint NOT NULL,
            about jsonb NOT NULL,
            added_by text COLLATE "C" NOT NULL REFERENCES station_user (id),
            added_at timestamptz NOT NULL DEFAULT station_now(),
            removed_at timestamptz
        )
    """)
    op.execute("CREATE UNIQUE INDEX uq_image_reference ON image (reference) WHERE removed_at IS NULL")
    op.execute("CREATE INDEX ix_image_repository ON image (repository)")
    op.execute("CREATE INDEX ix_image_content ON image (content)")
    op.execute("CREATE INDEX ix_image_removed_at ON image (removed_at) WHERE removed_at IS NOT NULL")
    op.execute('ALTER TABLE run ADD COLUMN image text COLLATE "C"')
    op.execute("CREATE INDEX ix_run_image ON run (image) WHERE image IS NOT NULL AND ended_at IS NULL")
