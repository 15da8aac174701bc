"""The peer of searches: each fingerprint a row of a plain table in the same server, all compared by pgvector."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from bench.structures import Prints

_HEAD, _TAIL = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_KEY = [(f"{name}_{part}", form) for name in ("source", "place") for part, form in (("size", ">i4"), ("value", ">i8"))]
_ROW = np.dtype([("fields", ">i2"), *_KEY, ("size", ">i4"), ("bits", ">i4"), ("print", "V256")])
_TABLES = """
    CREATE EXTENSION IF NOT EXISTS vector;
    CREATE TABLE plain_morgan (source bigint NOT NULL, place bigint NOT NULL, print bit(2048) NOT NULL);
    CREATE TABLE plain_pattern (source bigint NOT NULL, place bigint NOT NULL, print bit(2048) NOT NULL);
    GRANT SELECT ON plain_morgan, plain_pattern TO PUBLIC;
"""
_INDEXES = """
    CREATE INDEX ON plain_morgan (source);
    CREATE INDEX ON plain_pattern (source);
    VACUUM ANALYZE plain_morgan;
    VACUUM ANALYZE plain_pattern;
"""
_SIMILAR = """
    SELECT m.source, m.index, m.name, m.smiles, m.properties, 1 - f.distance AS similarity
      FROM (SELECT p.source, p.place, p.print <%%> cast(%(print)s AS bit(2048)) AS distance FROM plain_morgan p
             WHERE p.print <%%> cast(%(print)s AS bit(2048)) <= 1 - cast(%(threshold)s AS float8) {rights}
             ORDER BY 3, 1, 2 LIMIT %(limit)s) f
      JOIN molecule m ON m.source = f.source AND m.index = f.place
     ORDER BY f.distance, 1, 2
"""
_HAVING = """
    SELECT m.source, m.index, m.name, m.smiles, m.properties
      FROM (SELECT p.source, p.place FROM plain_pattern p
             WHERE p.print & cast(%(print)s AS bit(2048)) = cast(%(print)s AS bit(2048)) {rights}
             ORDER BY 1, 2 LIMIT %(limit)s) f
      JOIN molecule m ON m.source = f.source AND m.index = f.place
     ORDER BY 1, 2
"""
_RIGHTS = """
    AND p.source IN (SELECT m.source FROM molecule_version m
                       JOIN version v ON v.id = m.version_id AND v.removed IS NULL
                       JOIN dataset d ON d.id = v.dataset_id AND d.trashed IS NULL AND d.purged IS NULL {reader})
"""
_READER = """
    WHERE EXISTS (SELECT 1 FROM access a
                   WHERE a.kind = 'dataset' AND a.thing = d.id AND a.principal = ANY(%(principals)s))
"""


@dataclass(frozen=True, kw_only=True)
class Plain:
    """The tables, filled; `principals` are those of a reader, none of one who may read whatever is not removed."""

    connection: "psycopg.Connection[Any]"

    def similar(self, fingerprint: bytes, threshold: float, principals: Sequence[int]) -> Sequence[tuple[Any, ...]]:
        """Return the first 20 molecules at least so similar."""
        return self._asked(_SIMILAR, fingerprint, principals, {"threshold": threshold, "limit": 20})

    def having(self, fingerprint: bytes, principals: Sequence[int], limit: int) -> Sequence[tuple[Any, ...]]:
        """Return the first molecules that have each bit."""
        return self._asked(_HAVING, fingerprint, principals, {"limit": limit})

    def disk(self, table: str) -> int:
        """Return what a table with its indexes takes on the disk."""
        row = self.connection.execute("SELECT pg_total_relation_size(%s::regclass)", [table]).fetchone()
        return int(row[0]) if row else 0

    def _asked(
        self, query: str, fingerprint: bytes, principals: Sequence[int], values: dict[str, Any]
    ) -> Sequence[tuple[Any, ...]]:
        bits = "".join(f"{byte:08b}" for byte in fingerprint)
        given = {"print": bits, "principals": list(principals), **values}
        asked = query.format(rights=_RIGHTS.format(reader=_READER if principals else ""))
        with self.connection.transaction():  # as every search of a station has one
            return self.connection.execute(asked, given).fetchall()


def fill(administrator: str, sources: Sequence[tuple[int, Prints]]) -> None:
    """Make the tables of these sources, each with the fingerprints of its molecules."""
    with psycopg.connect(administrator, autocommit=True) as connection:
        for statement in _TABLES.split(";")[:-1]:
            connection.execute(statement)
        for kind, table in enumerate(("plain_morgan", "plain_pattern")):
            with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as stream:
                stream.write(_HEAD)
                for source, prints in sources:
                    stream.write(_rows(source, prints[:, kind]))
                stream.write(_TAIL)
        for statement in _INDEXES.split(";")[:-1]:
            connection.execute(statement)


def _rows(source: int, prints: Prints) -> bytes:
    rows = np.zeros(len(prints), dtype=_ROW)
    rows["fields"], rows["source_size"], rows["place_size"] = 3, 8, 8
    rows["source_value"], rows["place_value"] = source, np.arange(len(prints))
    rows["size"], rows["bits"] = 4 + 256, 2048
    rows["print"] = np.ascontiguousarray(prints).view("V256").reshape(-1)
    return rows.tobytes()
