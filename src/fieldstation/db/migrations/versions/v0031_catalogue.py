"""The catalogue: a row for each version that can be found by place, time, facet and words.

`extent` is the box of the footprint, laid out without a break where it crosses the antimeridian (longitudes up to 540);
`edges` are those of the footprint in that layout, four numbers each; `boxed`: it is its box.
"""

from alembic import op

revision = "0031"
down_revision = "0030"

_INSTANT = r"""
    CREATE FUNCTION catalogue_instant(text) RETURNS timestamptz
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    BEGIN
        IF $1 !~ '^\d{4}-\d\d-\d\d([Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d))?$' THEN
            RETURN NULL;
        END IF;
        RETURN CASE WHEN length($1) = 10 THEN $1 || 'T00:00:00Z' ELSE $1 END::timestamptz;
    EXCEPTION WHEN data_exception THEN
        RETURN NULL;
    END $$
"""
_FILL = """
    INSERT INTO catalogue (key, version_id, dataset_id, number, name, latest, hidden, readers, origin, run_id, size,
                           file_count, published, labels, metadata, words, remarks)
    SELECT v.key, v.id, d.id, v.number, d.name,
           v.number = max(v.number) OVER (PARTITION BY v.dataset_id),
           d.trashed IS NOT NULL,
           ARRAY(SELECT DISTINCT a.principal FROM access a WHERE a.kind = 'dataset' AND a.thing = d.id ORDER BY 1),
           CASE WHEN v.run_id IS NOT NULL THEN 'run' WHEN v.in_place THEN 'place' ELSE 'upload' END,
           v.run_id, v.size, v.file_count, v.created, d.labels, v.metadata,
           to_tsvector('simple', concat_ws(' ', d.name, d.title, d.description, d.labels::text))
               || jsonb_to_tsvector('simple', v.metadata, '["string", "numeric"]'),
           ARRAY[]::text[]
      FROM version v JOIN dataset d ON d.id = v.dataset_id
     WHERE v.removed IS NULL AND d.purged IS NULL
"""


def upgrade() -> None:
    op.execute(_INSTANT)
    op.execute("""
        CREATE TABLE catalogue (
            key bigint PRIMARY KEY,
            number integer NOT NULL,
            latest boolean NOT NULL,
            hidden boolean NOT NULL,
            boxed boolean NOT NULL DEFAULT false,
            published timestamptz NOT NULL,
            starts timestamptz,
            ends timestamptz,
            span tstzrange,
            extent box,
            size bigint NOT NULL,
            file_count bigint NOT NULL,
            version_id text COLLATE "C" NOT NULL,
            dataset_id text COLLATE "C" NOT NULL,
            name text COLLATE "C" NOT NULL,
            type text COLLATE "C",
            level text COLLATE "C",
            release text COLLATE "C",
            origin text COLLATE "C" NOT NULL,
            run_id text COLLATE "C",
            readers integer[] NOT NULL,
            edges double precision[],
            footprint jsonb,
            labels jsonb NOT NULL,
            metadata jsonb NOT NULL,
            words tsvector NOT NULL,
            remarks text[] NOT NULL
        )
    """)
    op.execute(_FILL)
    op.execute("CREATE UNIQUE INDEX uq_catalogue_version_id ON catalogue (version_id)")
    op.execute("CREATE INDEX ix_catalogue_dataset_id ON catalogue (dataset_id, number)")
    op.execute("CREATE INDEX ix_catalogue_place_time ON catalogue USING gist (extent, span)")
    op.execute("CREATE INDEX ix_catalogue_span ON catalogue USING gist (span)")
    op.execute("CREATE INDEX ix_catalogue_type ON catalogue (type, key) WHERE type IS NOT NULL")
    op.execute("CREATE INDEX ix_catalogue_starts ON catalogue (coalesce(starts, '-infinity'::timestamptz), key)")
    op.execute("CREATE INDEX ix_catalogue_metadata ON catalogue USING gin (metadata jsonb_path_ops)")
    op.execute("CREATE INDEX ix_catalogue_labels ON catalogue USING gin (labels jsonb_path_ops)")
    op.execute("CREATE INDEX ix_catalogue_words ON catalogue USING gin (words)")
    op.execute("CREATE INDEX ix_catalogue_readers ON catalogue USING gin (readers)")
