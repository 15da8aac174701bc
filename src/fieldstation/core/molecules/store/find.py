"""Molecules found: the sources that a caller may read, their slices, and the rows of what was found in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from fieldstation.core.molecules.model.prints import BLOCK
from fieldstation.core.molecules.model.values import Molecule, Place
from fieldstation.core.molecules.store.reading import MORGAN, PATTERN
from fieldstation.db import Tx

_COLUMNS = "m.source, m.index, m.line, m.name, m.smiles, m.inchikey, m.properties, m.fault"
_EXACT = text(f"""
    SELECT {_COLUMNS} FROM molecule m
     WHERE m.source = ANY(:sources) AND (m.source, m.index) > (:source, :index)
       AND (m.inchikey = :inchikey OR m.inchikey IS NULL AND m.smiles = :smiles)
     ORDER BY m.source, m.index LIMIT :limit
""")
_OF_VERSION = text(f"""
    SELECT v.path, {_COLUMNS} FROM molecule_version v JOIN molecule m ON m.source = v.source
     WHERE v.version_id = :version_id AND (v.path, m.index) > (:path, :index)
       AND (NOT :faulty OR m.fault IS NOT NULL)
     ORDER BY v.path, m.index LIMIT :limit
""")
_AT = text(f"""
    SELECT {_COLUMNS} FROM molecule m
      JOIN unnest(cast(:sources AS bigint[]), cast(:indexes AS bigint[])) AS w (source, index)
        ON m.source = w.source AND m.index = w.index
     WHERE m.fault IS NULL
""")
_SLICES = """
    SELECT s.source, s.block, string_agg(s.molecules, ''::bytea ORDER BY s.bit) AS slices, count(*) AS bits
      FROM molecule_slice s
     WHERE s.source = ANY(:sources) AND s.kind = {kind} AND s.bit = ANY(:bits)
       AND s.block >= :block AND s.block < :block_end
     GROUP BY s.source, s.block
"""
_SHARED = text(f"""
    WITH found AS MATERIALIZED ({_SLICES.format(kind=MORGAN)})
    SELECT f.source, f.block, f.slices, f.bits, b.counts
      FROM found f JOIN molecule_block b ON b.source = f.source AND b.block = f.block
""")
_SCREENED = text(_SLICES.format(kind=PATTERN) + " HAVING count(*) = :wanted ORDER BY 1, 2")
_RAREST = text(f"""
    SELECT s.bit FROM molecule_slice s
     WHERE s.source = ANY(:sources) AND s.kind = {PATTERN} AND s.bit = ANY(:bits)
       AND s.block >= :block AND s.block < :block_end
     GROUP BY s.bit ORDER BY sum(s.ones), s.bit LIMIT :limit
""")


@dataclass(frozen=True, kw_only=True)
class Window:
    """Blocks that are looked at together: those from `block` to before `block_end` of each of these sources."""

    sources: Sequence[int]
    block: int
    block_end: int

    @property
    def end(self) -> tuple[int, int]:
        """The position (source, index) behind which nothing of it lies."""
        return self.sources[-1], self.block_end * BLOCK - 1

    def values(self) -> dict[str, Any]:
        """Return what its queries are bound to."""
        return {"sources": list(self.sources), "block": self.block, "block_end": self.block_end}


def places(tx: Tx, condition: str, values: Mapping[str, Any]) -> Mapping[int, Place]:
    """Read every source that a caller sees, with the newest version of it that they may read, in one statement."""
    query = text(f"""
        SELECT DISTINCT ON (m.source) m.source, s.records, m.path, v.id AS version_id, v.number, d.id AS dataset_id,
               d.name AS dataset_name
          FROM molecule_version m
          JOIN molecule_source s ON s.key = m.source AND NOT s.doomed
          JOIN version v ON v.id = m.version_id AND v.removed IS NULL
          JOIN dataset d ON d.id = v.dataset_id AND d.trashed IS NULL AND d.purged IS NULL
         WHERE {condition}
         ORDER BY m.source, v.key DESC, m.path
    """)
    return {row.source: Place(**row._asdict()) for row in tx.listed(query, values)}


def exact(tx: Tx, values: Mapping[str, Any]) -> Sequence[Molecule]:
    """Read molecules of an InChIKey, or of a canonical SMILES where they have none; indexes of both."""
    return [_molecule(row) for row in tx.listed(_EXACT, values)]


def of_version(tx: Tx, values: Mapping[str, Any]) -> Sequence[tuple[str, Molecule]]:
    """Read molecules of a version by path and place; index (source, index) of each of its files."""
    return [(row.path, _molecule(row)) for row in tx.listed(_OF_VERSION, values)]


def at(tx: Tx, wanted: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], Molecule]:
    """Read molecules by source and place."""
    values = {"sources": [source for source, _ in wanted], "indexes": [index for _, index in wanted]}
    return {(row.source, row.index): _molecule(row) for row in tx.listed(_AT, values)}


def sharing(tx: Tx, window: Window, bits: Sequence[int]) -> Iterator[tuple[int, int, bytes, int, bytes]]:
    """Read (source, block, joined slices, how many, counts) of blocks that have any of these Morgan bits."""
    for row in tx.listed(_SHARED, {**window.values(), "bits": list(bits)}):
        yield row.source, row.block, row.slices, row.bits, row.counts


def screened(tx: Tx, window: Window, bits: Sequence[int]) -> Iterator[tuple[int, int, bytes, int]]:
    """Read (source, block, joined slices, how many) of blocks that have each of these pattern bits, in order."""
    for row in tx.listed(_SCREENED, {**window.values(), "bits": list(bits), "wanted": len(bits)}):
        yield row.source, row.block, row.slices, row.bits


def rarest(tx: Tx, window: Window, bits: Sequence[int], limit: int) -> Sequence[int]:
    """Return those of these pattern bits that the fewest molecules have."""
    values = {**window.values(), "bits": list(bits), "limit": limit}
    return [row.bit for row in tx.listed(_RAREST, values)]


def _molecule(row: Any) -> Molecule:
    return Molecule(
        source=row.source,
        index=row.index,
        line=row.line,
        name=row.name,
        smiles=row.smiles,
        inchikey=row.inchikey,
        properties=row.properties,
        fault=row.fault,
    )
