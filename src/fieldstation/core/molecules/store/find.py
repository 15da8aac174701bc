"""Molecules found: what of segments a caller may read, their slices, and the rows of what was found in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import TextClause, text

from fieldstation.core.molecules.model.segments import Held
from fieldstation.core.molecules.model.values import DIGITS, Hit, Molecule, Place
from fieldstation.core.molecules.store.reading import COUNT, MORGAN, PATTERN
from fieldstation.db import Tx

_COLUMNS = "m.source, m.index, m.line, m.name, m.smiles, m.inchikey, m.properties, m.fault"
_READABLE = """
      FROM molecule_version m
      JOIN version v ON v.id = m.version_id AND v.removed IS NULL
      JOIN dataset d ON d.id = v.dataset_id AND d.trashed IS NULL AND d.purged IS NULL
     WHERE {condition}
"""
_OF_VERSION = text(f"""
    SELECT v.path, {_COLUMNS} FROM molecule_version v JOIN molecule m ON m.source = v.source
     WHERE v.version_id = :version_id AND (v.path, m.index) > (:path, :index)
       AND (NOT :faulty OR m.fault IS NOT NULL)
     ORDER BY v.path, m.index LIMIT :limit
""")
_PLACES = f"""
    SELECT DISTINCT ON (m.source) m.source AS place_of, m.path, v.id AS version_id, v.number, d.id AS dataset_id,
           d.name AS dataset_name
      {_READABLE} AND m.source = ANY(:sources)
     ORDER BY m.source, v.key DESC, m.path
"""
_SHARED = text(f"""
    SELECT s.segment, s.kind, s.bit, s.molecules FROM molecule_slice s
     WHERE s.segment = ANY(:segments) AND s.kind = {MORGAN} AND s.bit = ANY(:bits)
    UNION ALL
    SELECT s.segment, s.kind, s.bit, s.molecules FROM molecule_slice s
     WHERE s.segment = ANY(:segments) AND s.kind = {COUNT}
     ORDER BY 1
""")
_SCREENED = text(f"""
    SELECT s.segment, s.molecules FROM molecule_slice s
     WHERE s.segment = ANY(:segments) AND s.kind = {PATTERN} AND s.bit = ANY(:bits) ORDER BY 1
""")
_ONES = text("SELECT s.ones FROM molecule_segment s WHERE s.key = ANY(:segments)")


@dataclass(frozen=True, kw_only=True)
class Shared:
    """The slices of a segment for the bits of a query, and those of the digits of how many bits its molecules have."""

    held: Held
    slices: Sequence[int]
    digits: Sequence[int]


def held(tx: Tx, condition: str, values: Mapping[str, Any]) -> Sequence[Held]:
    """Read what of every segment a caller may see, in one statement."""
    query = text(f"""
        SELECT r.segment, array_agg(r.slot) AS slots, array_agg(r.count) AS counts, array_agg(r.source) AS sources,
               array_agg(r.first) AS firsts
          FROM (SELECT r.* FROM molecule_run r
                 WHERE r.source IN (SELECT m.source {_READABLE.format(condition=condition)})
                 ORDER BY r.segment, r.slot) r
         GROUP BY r.segment
    """)
    return [Held(**row._asdict()) for row in tx.listed(query, values, binary=True)]


def exact(tx: Tx, condition: str, values: Mapping[str, Any]) -> Sequence[tuple[int, int]]:
    """Read where molecules of an InChIKey are, or of a canonical SMILES where they have none; indexes of both."""
    query = text(f"""
        SELECT m.source, m.index FROM molecule m
         WHERE m.source IN (SELECT m.source {_READABLE.format(condition=condition)})
           AND (m.source, m.index) > (:source, :index)
           AND (m.inchikey = :inchikey OR m.inchikey IS NULL AND m.smiles = :smiles)
         ORDER BY m.source, m.index LIMIT :limit
    """)
    return [(row.source, row.index) for row in tx.listed(query, values)]


def at(
    tx: Tx, condition: str, values: Mapping[str, Any], wanted: Sequence[tuple[int, int]]
) -> Mapping[tuple[int, int], Hit]:
    """Read molecules by source and place, each in the newest version with it that a caller may read."""
    query = text(f"""
        SELECT {_COLUMNS}, p.* FROM unnest(cast(:of AS bigint[]), cast(:indexes AS bigint[])) AS w (source, index)
          JOIN molecule m ON m.source = w.source AND m.index = w.index AND m.fault IS NULL
          JOIN ({_PLACES.format(condition=condition)}) p ON p.place_of = m.source
    """)
    of = [source for source, _ in wanted]
    found = tx.listed(query, {**values, "of": of, "sources": list(set(of)), "indexes": [index for _, index in wanted]})
    return {(row.source, row.index): Hit(molecule=_molecule(row), place=_place(row)) for row in found}


def of_version(tx: Tx, values: Mapping[str, Any]) -> Sequence[tuple[str, Molecule]]:
    """Read molecules of a version by path and place; index (source, index) of each of its files."""
    return [(row.path, _molecule(row)) for row in tx.listed(_OF_VERSION, values)]


def sharing(tx: Tx, window: Sequence[Held], bits: Sequence[int]) -> Iterator[Shared]:
    """Read the slices of segments that have any of these Morgan bits, as far as a caller may see them."""
    for held, members in _by_segment(tx, _SHARED, window, bits):
        slices, digits = [], [0] * DIGITS
        for row in members:
            if row.kind == COUNT:
                digits[row.bit] = held.cut(row.molecules)
            else:
                slices.append(held.cut(row.molecules))
        yield Shared(held=held, slices=slices, digits=digits)


def screened(tx: Tx, window: Sequence[Held], bits: Sequence[int]) -> Iterator[tuple[Held, Sequence[int]]]:
    """Read the slices of segments that have each of these pattern bits, as far as a caller may see them."""
    for held, members in _by_segment(tx, _SCREENED, window, bits):
        if len(members) == len(bits):
            yield held, [held.cut(row.molecules) for row in members]


def ones(tx: Tx, window: Sequence[Held]) -> Sequence[bytes]:
    """Read how many molecules of each segment have each pattern bit."""
    return [row.ones for row in tx.all(_ONES, {"segments": [held.segment for held in window]})]


def _by_segment(
    tx: Tx, query: TextClause, window: Sequence[Held], bits: Sequence[int]
) -> Iterator[tuple[Held, Sequence[Any]]]:
    by_key = {held.segment: held for held in window}
    rows = tx.execute(query, {"segments": list(by_key), "bits": list(bits)}, binary=True).fetchall()
    for segment, members in groupby(rows, lambda row: row.segment):
        yield by_key[segment], list(members)


def _place(row: Any) -> Place:
    return Place(
        source=row.source,
        version_id=row.version_id,
        dataset_id=row.dataset_id,
        dataset_name=row.dataset_name,
        number=row.number,
        path=row.path,
    )


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
