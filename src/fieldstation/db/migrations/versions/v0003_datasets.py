"""Data sets, their versions and files, blobs, uploads, and what each person keeps."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of the feature `datasets`."""
    _datasets()
    _files()
    _bytes_kept()


def _datasets() -> None:
    op.execute("""
        CREATE TABLE dataset (
            id text COLLATE "C" NOT NULL,
            name text COLLATE "C" NOT NULL,
            space text COLLATE "C" NOT NULL,
            owner text COLLATE "C" NOT NULL,
            title text NOT NULL,
            description text NOT NULL,
            labels jsonb NOT NULL,
            metadata_schema json,
            created timestamptz NOT NULL,
            changed timestamptz NOT NULL,
            latest integer NOT NULL,
            awaits boolean NOT NULL,
            size bigint NOT NULL,
            trashed timestamptz,
            purge_after timestamptz,
            purged timestamptz,
            origin text COLLATE "C",
            words text NOT NULL DEFAULT '',
            CONSTRAINT pk_dataset PRIMARY KEY (id)
        )
    """)
    op.execute("CREATE UNIQUE INDEX uq_dataset_space_name ON dataset (space, name) WHERE trashed IS NULL")
    op.execute("CREATE INDEX ix_dataset_name ON dataset (name) WHERE trashed IS NULL")
    op.execute("CREATE INDEX ix_dataset_owner_id ON dataset (owner, id)")
    op.execute("CREATE INDEX ix_dataset_trash ON dataset (id) WHERE trashed IS NOT NULL AND purged IS NULL")
    op.execute("CREATE INDEX ix_dataset_labels ON dataset USING gin (labels jsonb_path_ops)")
    op.execute("CREATE INDEX ix_dataset_origin_id ON dataset (origin, id)")
    op.execute("CREATE INDEX ix_dataset_words ON dataset USING gin (words gin_trgm_ops)")
    op.execute("CREATE INDEX ix_dataset_purge_after ON dataset (purge_after) WHERE purge_after IS NOT NULL")
    op.execute("""
        CREATE TABLE version (
            key bigint GENERATED ALWAYS AS IDENTITY,
            id text COLLATE "C" NOT NULL,
            dataset_id text COLLATE "C" NOT NULL,
            number integer NOT NULL,
            manifest_digest bytea NOT NULL,
            file_count bigint NOT NULL,
            size bigint NOT NULL,
            metadata jsonb NOT NULL,
            author text COLLATE "C" NOT NULL,
            run_id text COLLATE "C",
            in_place boolean NOT NULL,
            created timestamptz NOT NULL,
            CONSTRAINT pk_version PRIMARY KEY (key),
            CONSTRAINT uq_version_id UNIQUE (id),
            CONSTRAINT uq_version_dataset_id_number UNIQUE (dataset_id, number),
            CONSTRAINT fk_version_dataset_id FOREIGN KEY (dataset_id) REFERENCES dataset (id)
        )
    """)
    op.execute("CREATE INDEX ix_version_run_id ON version (run_id) WHERE run_id IS NOT NULL")


def _files() -> None:
    op.execute("""
        CREATE TABLE version_file (
            version_key bigint NOT NULL,
            size bigint NOT NULL,
            sha256 bytea NOT NULL,
            path text COLLATE "C" NOT NULL,
            media_type text COLLATE "C",
            CONSTRAINT pk_version_file PRIMARY KEY (version_key, path)
        )
    """)
    op.execute("CREATE INDEX ix_version_file_sha256 ON version_file (sha256)")
    op.execute("""
        CREATE TABLE version_source (
            version_key bigint NOT NULL,
            path text COLLATE "C" NOT NULL,
            location text COLLATE "C" NOT NULL,
            mtime_ns bigint NOT NULL,
            inode bigint NOT NULL,
            CONSTRAINT pk_version_source PRIMARY KEY (version_key, path)
        )
    """)


def _bytes_kept() -> None:
    op.execute("""
        CREATE TABLE blob (
            sha256 bytea NOT NULL,
            size bigint NOT NULL,
            touched timestamptz NOT NULL,
            CONSTRAINT pk_blob PRIMARY KEY (sha256)
        )
    """)
    op.execute("""
        CREATE TABLE blob_hold (
            sha256 bytea NOT NULL,
            holder text COLLATE "C" NOT NULL,
            CONSTRAINT pk_blob_hold PRIMARY KEY (sha256, holder)
        )
    """)
    op.execute("CREATE INDEX ix_blob_hold_holder ON blob_hold (holder)")
    op.execute("""
        CREATE TABLE storage_account (
            owner text COLLATE "C" NOT NULL,
            used bigint NOT NULL,
            CONSTRAINT pk_storage_account PRIMARY KEY (owner)
        )
    """)
    op.execute("""
        CREATE TABLE upload (
            id text COLLATE "C" NOT NULL,
            owner text COLLATE "C" NOT NULL,
            author text COLLATE "C" NOT NULL,
            size bigint NOT NULL,
            resumable boolean NOT NULL,
            metadata jsonb NOT NULL,
            sha256 bytea,
            created timestamptz NOT NULL,
            expires timestamptz NOT NULL,
            CONSTRAINT pk_upload PRIMARY KEY (id)
        )
    """)
    op.execute("CREATE INDEX ix_upload_owner ON upload (owner)")
    op.execute("CREATE INDEX ix_upload_expires ON upload (expires)")
