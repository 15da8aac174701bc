"""What is done with versions of one file, versions removed for themselves, and what is noted about data sets."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("ALTER TABLE version ADD COLUMN removed timestamptz")
    op.execute("""
        CREATE TABLE arrival (
            version_id text COLLATE "C" NOT NULL,
            unit text COLLATE "C",
            file_name text COLLATE "C" NOT NULL,
            media_type text COLLATE "C" NOT NULL,
            source text NOT NULL,
            skip_load boolean NOT NULL,
            extra_variables text,
            stage text COLLATE "C" NOT NULL,
            task_id text COLLATE "C",
            removed_by text COLLATE "C",
            CONSTRAINT pk_arrival PRIMARY KEY (version_id),
            CONSTRAINT fk_arrival_version_id FOREIGN KEY (version_id) REFERENCES version (id)
        )
    """)
    op.execute("""
        CREATE TABLE annotation (
            id bigint GENERATED ALWAYS AS IDENTITY,
            dataset_id text COLLATE "C" NOT NULL,
            number integer NOT NULL,
            author text COLLATE "C" NOT NULL,
            created timestamptz NOT NULL,
            body json NOT NULL,
            value text,
            CONSTRAINT pk_annotation PRIMARY KEY (id),
            CONSTRAINT fk_annotation_dataset_id FOREIGN KEY (dataset_id) REFERENCES dataset (id)
        )
    """)
    op.execute("CREATE INDEX ix_annotation_dataset ON annotation (dataset_id, number, id)")
