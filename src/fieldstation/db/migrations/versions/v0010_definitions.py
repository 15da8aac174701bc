"""Manifests of tools defined elsewhere, which jobs came from them, and what a job's work costs.

A job is a row of `tool_version`, as every version of a tool; when its label moves to another revision, the one before
goes to `tool_version_past`. Rates are kept by the job's own name, so that they outlive its definition.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

_NUMBER = """
    CREATE TABLE door_number (
        kind text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL,
        number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        PRIMARY KEY (kind, key)
    )
"""
_PAST = """
    CREATE TABLE tool_version_past (
        id text COLLATE "C" NOT NULL,
        tool_id text COLLATE "C" NOT NULL,
        version text COLLATE "C" NOT NULL,
        revision text COLLATE "C" NOT NULL,
        text text NOT NULL,
        published_at timestamptz NOT NULL,
        published_by text COLLATE "C",
        ended_at timestamptz NOT NULL DEFAULT station_now(),
        CONSTRAINT pk_tool_version_past PRIMARY KEY (id),
        CONSTRAINT fk_tool_version_past_tool_id FOREIGN KEY (tool_id) REFERENCES tool (id),
        CONSTRAINT fk_tool_version_past_revision FOREIGN KEY (revision) REFERENCES tool_revision (revision),
        CONSTRAINT fk_tool_version_past_published_by FOREIGN KEY (published_by) REFERENCES station_user (id)
    )
"""
_MANIFEST = """
    CREATE TABLE tool_manifest (
        id text COLLATE "C" NOT NULL,
        url text COLLATE "C" NOT NULL,
        headers bytea,
        query bytea,
        created_at timestamptz NOT NULL DEFAULT station_now(),
        created_by text COLLATE "C" NOT NULL,
        loaded_at timestamptz,
        loaded_well_at timestamptz,
        ok boolean,
        report jsonb,
        CONSTRAINT pk_tool_manifest PRIMARY KEY (id),
        CONSTRAINT uq_tool_manifest_url UNIQUE (url),
        CONSTRAINT fk_tool_manifest_created_by FOREIGN KEY (created_by) REFERENCES station_user (id)
    )
"""
_MANIFEST_JOB = """
    CREATE TABLE tool_manifest_job (
        manifest_id text COLLATE "C" NOT NULL,
        tool_id text COLLATE "C" NOT NULL,
        version text COLLATE "C" NOT NULL,
        doc_url text NOT NULL,
        CONSTRAINT pk_tool_manifest_job PRIMARY KEY (manifest_id, tool_id, version),
        CONSTRAINT fk_tool_manifest_job_manifest_id
            FOREIGN KEY (manifest_id) REFERENCES tool_manifest (id) ON DELETE CASCADE,
        CONSTRAINT fk_tool_manifest_job_tool_id_version
            FOREIGN KEY (tool_id, version) REFERENCES tool_version (tool_id, version) ON DELETE CASCADE
    )
"""
_RATE = """
    CREATE TABLE tool_rate (
        id text COLLATE "C" NOT NULL,
        job text COLLATE "C" NOT NULL,
        rate numeric(24, 6) NOT NULL,
        comment text,
        created_at timestamptz NOT NULL DEFAULT station_now(),
        created_by text COLLATE "C" NOT NULL,
        CONSTRAINT pk_tool_rate PRIMARY KEY (id),
        CONSTRAINT ck_tool_rate_rate CHECK (rate >= 0),
        CONSTRAINT fk_tool_rate_created_by FOREIGN KEY (created_by) REFERENCES station_user (id)
    )
"""


def upgrade() -> None:
    for statement in (_NUMBER, _PAST, _MANIFEST, _MANIFEST_JOB, _RATE):
        op.execute(statement)
    op.execute("CREATE INDEX ix_tool_version_past_tool_id_version_id ON tool_version_past (tool_id, version, id)")
    op.execute("CREATE INDEX ix_tool_manifest_job_tool_id_version ON tool_manifest_job (tool_id, version)")
    op.execute("CREATE INDEX ix_tool_rate_job_id ON tool_rate (job, id)")
