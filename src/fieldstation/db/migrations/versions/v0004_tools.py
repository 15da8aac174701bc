"""Tools, their versions, and the revisions that versions point to."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE tool (
            id text COLLATE "C" NOT NULL,
            namespace text COLLATE "C" NOT NULL,
            name text COLLATE "C" NOT NULL,
            newest text COLLATE "C" NOT NULL,
            title text NOT NULL,
            description text NOT NULL,
            takes text[] COLLATE "C" NOT NULL DEFAULT '{}',
            words tsvector NOT NULL,
            created_at timestamptz NOT NULL DEFAULT station_now(),
            CONSTRAINT pk_tool PRIMARY KEY (id),
            CONSTRAINT uq_tool_namespace_name UNIQUE (namespace, name)
        )
    """)
    op.execute("CREATE INDEX ix_tool_name ON tool (name)")
    op.execute("CREATE INDEX ix_tool_takes ON tool USING gin (takes)")
    op.execute("CREATE INDEX ix_tool_words ON tool USING gin (words)")
    op.execute("""
        CREATE TABLE tool_revision (
            revision text COLLATE "C" NOT NULL,
            definition json NOT NULL,
            CONSTRAINT pk_tool_revision PRIMARY KEY (revision)
        )
    """)
    op.execute("""
        CREATE TABLE tool_version (
            tool_id text COLLATE "C" NOT NULL,
            version text COLLATE "C" NOT NULL,
            sort_key text COLLATE "C" NOT NULL,
            revision text COLLATE "C" NOT NULL,
            text text NOT NULL,
            published_at timestamptz NOT NULL DEFAULT station_now(),
            published_by text COLLATE "C",
            CONSTRAINT pk_tool_version PRIMARY KEY (tool_id, version),
            CONSTRAINT uq_tool_version_tool_id_sort_key UNIQUE (tool_id, sort_key),
            CONSTRAINT fk_tool_version_tool_id FOREIGN KEY (tool_id) REFERENCES tool (id),
            CONSTRAINT fk_tool_version_revision FOREIGN KEY (revision) REFERENCES tool_revision (revision),
            CONSTRAINT fk_tool_version_published_by FOREIGN KEY (published_by) REFERENCES station_user (id)
        )
    """)
    op.execute("CREATE INDEX ix_tool_version_revision ON tool_version (revision)")
