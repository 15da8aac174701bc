"""Molecules of the files of versions, and their fingerprints by bits."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE molecule_source (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            sha256 bytea NOT NULL,
            form text COLLATE "C" NOT NULL,
            header text COLLATE "C" NOT NULL,
            state text COLLATE "C" NOT NULL,
            fault text,
            blocks integer NOT NULL,
            records bigint NOT NULL,
            faults bigint NOT NULL,
            touched timestamptz NOT NULL,
            doomed boolean NOT NULL
        )
    """)
    op.execute("CREATE UNIQUE INDEX uq_molecule_source ON molecule_source (sha256, form, header) WHERE NOT doomed")
    op.execute("CREATE INDEX ix_molecule_source_doomed ON molecule_source (key) WHERE doomed")
    op.execute("""
        CREATE TABLE molecule_version (
            version_id text COLLATE "C" NOT NULL,
            path text COLLATE "C" NOT NULL,
            source bigint NOT NULL,
            PRIMARY KEY (version_id, path)
        )
    """)
    op.execute("CREATE INDEX ix_molecule_version_source ON molecule_version (source)")
    op.execute("""
        CREATE TABLE molecule (
            source bigint NOT NULL,
            index bigint NOT NULL,
            line bigint NOT NULL,
            name text NOT NULL,
            smiles text COLLATE "C",
            inchikey text COLLATE "C",
            properties jsonb NOT NULL,
            fault text,
            PRIMARY KEY (source, index)
        )
    """)
    op.execute("CREATE INDEX ix_molecule_inchikey ON molecule (inchikey, source, index) WHERE inchikey IS NOT NULL")
    op.execute("CREATE INDEX ix_molecule_smiles ON molecule USING hash (smiles) WHERE inchikey IS NULL")
    op.execute("""
        CREATE TABLE molecule_block (
            source bigint NOT NULL,
            block integer NOT NULL,
            counts bytea NOT NULL,
            PRIMARY KEY (source, block)
        )
    """)
    op.execute("""
        CREATE TABLE molecule_slice (
            source bigint NOT NULL,
            kind smallint NOT NULL,
            bit smallint NOT NULL,
            block integer NOT NULL,
            ones smallint NOT NULL,
            molecules bytea NOT NULL,
            PRIMARY KEY (source, kind, bit, block)
        )
    """)
    op.execute("ALTER TABLE molecule_slice ALTER COLUMN molecules SET STORAGE PLAIN")  # never worth packing
