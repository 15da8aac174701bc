"""Files of projects that the station manages: copies of files of versions."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE project_file (
            id text COLLATE "C" PRIMARY KEY,
            project text COLLATE "C" NOT NULL REFERENCES project (id),
            path text COLLATE "C" NOT NULL,
            dataset_id text COLLATE "C" NOT NULL,
            number integer NOT NULL,
            version_id text COLLATE "C" NOT NULL,
            source_path text COLLATE "C" NOT NULL,
            user_id text COLLATE "C" NOT NULL REFERENCES station_user (id),
            media_type text,
            immutable boolean NOT NULL,
            compressed boolean NOT NULL,
            stage text COLLATE "C" NOT NULL,
            placed boolean NOT NULL DEFAULT false,
            created_at timestamptz NOT NULL DEFAULT station_now(),
            CONSTRAINT ck_project_file_stage CHECK (stage IN ('copying', 'done', 'failed'))
        )
    """)
    op.execute("CREATE UNIQUE INDEX uq_project_file_path ON project_file (project, path) WHERE stage <> 'failed'")
    op.execute("CREATE INDEX ix_project_file_dataset_id ON project_file (dataset_id, number)")
