"""Fingerprints by bits lie in segments, which many files may share; each block of before becomes one."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE molecule_segment (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            slots integer NOT NULL,
            ones bytea NOT NULL,
            retired timestamptz
        )
    """)
    op.execute("""
        CREATE TABLE molecule_run (
            source bigint NOT NULL,
            first bigint NOT NULL,
            segment bigint NOT NULL,
            slot integer NOT NULL,
            count integer NOT NULL,
            PRIMARY KEY (source, first)
        )
    """)
    op.execute("CREATE INDEX ix_molecule_run_segment ON molecule_run (segment)")
    op.execute("ALTER TABLE molecule_slice RENAME TO molecule_slice_of_block")
    op.execute("ALTER INDEX molecule_slice_pkey RENAME TO molecule_slice_of_block_pkey")
    op.execute("""
        CREATE TABLE molecule_slice (
            segment bigint NOT NULL,
            kind smallint NOT NULL,
            bit smallint NOT NULL,
            molecules bytea NOT NULL,
            PRIMARY KEY (segment, kind, bit)
        )
    """)
    op.execute("ALTER TABLE molecule_slice ALTER COLUMN molecules SET STORAGE MAIN")  # in its row, packed if it helps
    _convert()
    op.execute("DROP TABLE molecule_slice_of_block")
    op.execute("DROP TABLE molecule_block")


def _convert() -> None:
    op.execute("""
        WITH made AS (SELECT nextval(pg_get_serial_sequence('molecule_segment', 'key')) AS key, source, block,
                             length(counts) / 2 AS count FROM molecule_block),
             runs AS (INSERT INTO molecule_run (source, first, segment, slot, count)
                      SELECT source, 4096 * block::bigint, key, 0, count FROM made)
        INSERT INTO molecule_segment (key, slots, ones) OVERRIDING SYSTEM VALUE
        SELECT m.key, (m.count + 7) / 8 * 8, (
               SELECT string_agg(substr(int4send(coalesce(s.ones, 0)::integer), 3), ''::bytea ORDER BY b.bit)
                 FROM generate_series(0, 2047) AS b (bit)
                 LEFT JOIN molecule_slice_of_block s
                   ON s.source = m.source AND s.kind = 2 AND s.bit = b.bit AND s.block = m.block)
          FROM made m
    """)
    op.execute("""
        INSERT INTO molecule_slice (segment, kind, bit, molecules)
        SELECT r.segment, s.kind, s.bit, s.molecules
          FROM molecule_slice_of_block s JOIN molecule_run r ON r.source = s.source AND r.first = 4096 * s.block::bigint
    """)
    op.execute("""
        INSERT INTO molecule_slice (segment, kind, bit, molecules)
        SELECT r.segment, 3, d.digit, (
               SELECT string_agg(set_byte('\\x00'::bytea, 0, byte.value), ''::bytea ORDER BY byte.place)
                 FROM (SELECT m.molecule / 8 AS place, sum(
                              ((get_byte(b.counts, 2 * m.molecule) + 256 * get_byte(b.counts, 2 * m.molecule + 1))
                               >> d.digit & 1) << m.molecule % 8)::integer AS value
                         FROM generate_series(0, length(b.counts) / 2 - 1) AS m (molecule)
                        GROUP BY m.molecule / 8) byte)
          FROM molecule_block b JOIN molecule_run r ON r.source = b.source AND r.first = 4096 * b.block::bigint
         CROSS JOIN generate_series(0, 11) AS d (digit)
    """)
