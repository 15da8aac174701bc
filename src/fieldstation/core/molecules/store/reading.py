"""Rows of files whose molecules are read, written part by part, and forgotten in batches."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.molecules.model.prints import ones_of
from fieldstation.core.molecules.model.values import BLOCK, Part, Reading, Source
from fieldstation.db import Tx

MORGAN, PATTERN, COUNT = 1, 2, 3  # kinds of slices: two fingerprints, and digits of how many bits the first has
_KEPT = "1 hour"  # so long a source that no version has is kept, as somebody may be about to name it

_MAKE = text("""
    INSERT INTO molecule_source AS s (sha256, form, header, state, blocks, records, faults, touched, doomed)
    VALUES (:sha256, :form, :header, 'reading', 0, 0, 0, station_now(), false)
    ON CONFLICT (sha256, form, header) WHERE NOT doomed DO UPDATE SET touched = station_now(),
           state = CASE WHEN s.state = 'failed' THEN 'reading' ELSE s.state END, fault = NULL
    RETURNING s.key, s.blocks, s.state
""")
_LINK = text("""
    INSERT INTO molecule_version AS m (version_id, path, source) VALUES (:version_id, :path, :source)
    ON CONFLICT (version_id, path) DO UPDATE SET source = excluded.source
""")
_SOURCE = text("SELECT s.key, s.blocks, s.state FROM molecule_source s WHERE s.key = :key AND NOT s.doomed")
_ADVANCE = text("""
    UPDATE molecule_source SET blocks = blocks + 1, records = records + :records, faults = faults + :faults
     WHERE key = :key AND blocks = :block AND state = 'reading' AND NOT doomed RETURNING key
""")
_SEGMENT = text("INSERT INTO molecule_segment (slots, ones) VALUES (:slots, :ones) RETURNING key")
_RUN = text("""
    INSERT INTO molecule_run (source, first, segment, slot, count) VALUES (:source, :first, :segment, 0, :count)
""")
_END = text("""
    UPDATE molecule_source SET state = :state, fault = :fault
     WHERE key = :key AND state = 'reading' AND (:state = 'failed' OR blocks = :blocks)
""")
_READINGS = text("""
    SELECT m.path, s.form, s.state, s.records, s.faults, s.fault
      FROM molecule_version m JOIN molecule_source s ON s.key = m.source
     WHERE m.version_id = :version_id ORDER BY m.path LIMIT :limit
""")
_FORGET = text("DELETE FROM molecule_version WHERE version_id = ANY(:version_ids)")
_FORGET_DATASETS = text("""
    DELETE FROM molecule_version m USING version v WHERE v.id = m.version_id AND v.dataset_id = ANY(:dataset_ids)
""")
_DOOM = text(f"""
    UPDATE molecule_source s SET doomed = true
     WHERE NOT s.doomed AND s.touched < station_now() - interval '{_KEPT}'
       AND NOT EXISTS (SELECT 1 FROM molecule_version m WHERE m.source = s.key)
""")
_DOOMED = text("SELECT min(key) FROM molecule_source WHERE doomed")
_DELETE = tuple(
    text(f"""
        DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} WHERE source = :source LIMIT :limit))
    """)
    for table in ("molecule", "molecule_run")
)
_DELETE_SOURCE = text("DELETE FROM molecule_source WHERE key = :source AND doomed")


def begin(tx: Tx, version_id: str, path: str, values: dict[str, Any]) -> Source:
    """Note that a file of a version has the molecules of these bytes, and return how far they are read."""
    row = tx.one(_MAKE, values)
    tx.execute(_LINK, {"version_id": version_id, "path": path, "source": row.key})
    return Source(key=row.key, blocks=row.blocks, state=row.state)


def source(tx: Tx, key: int) -> Source | None:
    """Read how far a source is read; None when it was given up."""
    row = tx.one_or_none(_SOURCE, {"key": key})
    return None if row is None else Source(key=row.key, blocks=row.blocks, state=row.state)


def add(tx: Tx, key: int, part: Part) -> bool:
    """Write a part, unless it is not the next one of its source; a fixed number of statements."""
    faults = sum(1 for row in part.rows if row.fault is not None)
    values = {"key": key, "block": part.block, "records": len(part.rows), "faults": faults}
    if tx.scalar(_ADVANCE, values) is None:
        return False
    tx.copy("molecule (source, index, line, name, smiles, inchikey, properties, fault)", _rows(key, part))
    count = len(part.rows)
    ones = ones_of({one.bit: one.molecules for one in part.pattern})
    segment = tx.scalar(_SEGMENT, {"slots": (count + 7) // 8 * 8, "ones": ones})
    tx.execute(_RUN, {"source": key, "first": part.block * BLOCK, "segment": segment, "count": count})
    tx.copy("molecule_slice (segment, kind, bit, molecules)", _slices(segment, part))
    return True


def end(tx: Tx, key: int, blocks: int, fault: str | None) -> None:
    """Note that all blocks of a source are read, or why they cannot be."""
    state = "done" if fault is None else "failed"
    tx.execute(_END, {"key": key, "state": state, "blocks": blocks, "fault": fault})


def readings(tx: Tx, version_id: str, limit: int) -> Sequence[Reading]:
    """Return how far the files of a version are read, by path."""
    return [Reading(**row._asdict()) for row in tx.all(_READINGS, {"version_id": version_id, "limit": limit})]


def forget(tx: Tx, version_ids: Sequence[str]) -> None:
    """Have versions have no molecules any more."""
    tx.execute(_FORGET, {"version_ids": list(version_ids)})


def forget_datasets(tx: Tx, dataset_ids: Sequence[str]) -> None:
    """Have no version of these data sets have molecules any more."""
    tx.execute(_FORGET_DATASETS, {"dataset_ids": list(dataset_ids)})


def tidy(tx: Tx, limit: int) -> bool:
    """Remove some of what no version has any more; tells whether there is more."""
    tx.execute(_DOOM)
    found = tx.scalar(_DOOMED)
    if found is None:
        return False
    removed = [tx.execute(statement, {"source": found, "limit": limit}).rowcount for statement in _DELETE]
    if max(removed) < limit:
        tx.execute(_DELETE_SOURCE, {"source": found})
    return True


def _rows(key: int, part: Part) -> Iterator[Sequence[Any]]:
    for row in part.rows:
        properties = json.dumps(dict(row.properties))
        yield (key, row.index, row.line, row.name, row.smiles, row.inchikey, properties, row.fault)


def _slices(segment: int, part: Part) -> Iterator[Sequence[Any]]:
    for kind, slices in ((MORGAN, part.morgan), (PATTERN, part.pattern), (COUNT, part.counts)):
        for one in slices:
            yield (segment, kind, one.bit, one.molecules)
