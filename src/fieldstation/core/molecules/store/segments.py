"""Segments as they are merged and swept away."""

from collections.abc import Sequence

from sqlalchemy import text

from fieldstation.core.molecules.model.prints import ones_of
from fieldstation.core.molecules.model.segments import Merger, Run, Segment
from fieldstation.core.molecules.store.reading import PATTERN
from fieldstation.db import Tx

_KEPT = "10 minutes"  # so long slices are kept that are merged: a search that knows of them may still come for them
_SWEPT = 16  # segments removed at once

# Readers do not mind it; whoever adds or removes runs waits for a merger, which then sees all of them or none.
_LOCK = text("LOCK TABLE molecule_run IN SHARE ROW EXCLUSIVE MODE")
_LISTED = text("""
    SELECT s.key, s.slots, coalesce(r.taken, 0) AS taken
      FROM molecule_segment s
      LEFT JOIN (SELECT segment, sum((count + 7) / 8 * 8) AS taken FROM molecule_run GROUP BY segment) r
        ON r.segment = s.key
     WHERE s.retired IS NULL
""")
_RUNS = text("SELECT source, first, segment, slot, count FROM molecule_run WHERE segment = ANY(:segments)")
_MAKE = text("INSERT INTO molecule_segment (slots, ones) VALUES (:slots, :ones) RETURNING key")
_SLICES = text("SELECT segment, kind, bit, molecules FROM molecule_slice WHERE segment = ANY(:segments)")
_MOVE = text("DELETE FROM molecule_run WHERE segment = ANY(:segments)")
_RETIRE = text("UPDATE molecule_segment SET retired = station_now() WHERE key = ANY(:segments)")
_RETIRE_EMPTY = text("""
    UPDATE molecule_segment s SET retired = station_now()
     WHERE s.retired IS NULL AND NOT EXISTS (SELECT 1 FROM molecule_run r WHERE r.segment = s.key)
""")
_SWEEP = text(f"""
    WITH old AS (SELECT key FROM molecule_segment WHERE retired < station_now() - interval '{_KEPT}' LIMIT {_SWEPT}),
         gone AS (DELETE FROM molecule_slice s USING old WHERE s.segment = old.key)
    DELETE FROM molecule_segment s USING old WHERE s.key = old.key
""")


def lock(tx: Tx) -> None:
    """Have nobody add or remove runs until the transaction ends."""
    tx.execute(_LOCK)


def listed(tx: Tx) -> Sequence[Segment]:
    """Read all segments with how many of their slots are taken."""
    return [Segment(key=row.key, slots=row.slots, taken=row.taken) for row in tx.all(_LISTED)]


def runs(tx: Tx, segments: Sequence[int]) -> Sequence[Run]:
    """Read the runs of segments."""
    return [Run(**row._asdict()) for row in tx.all(_RUNS, {"segments": list(segments)})]


def merge(tx: Tx, segments: Sequence[int], plan: Merger) -> None:
    """Make one segment of these, in a fixed number of statements; they are kept for a while, and found no more."""
    merged = plan.apply(
        (row.segment, (row.kind, row.bit), row.molecules)
        for row in tx.execute(_SLICES, {"segments": list(segments)}, binary=True)
    )
    ones = ones_of({bit: molecules for (kind, bit), molecules in merged.items() if kind == PATTERN})
    key = tx.scalar(_MAKE, {"slots": plan.slots, "ones": ones})
    slices = ((key, kind, bit, molecules) for (kind, bit), molecules in merged.items())
    tx.copy("molecule_slice (segment, kind, bit, molecules)", slices)
    tx.execute(_MOVE, {"segments": list(segments)})
    moved = ((one.source, one.first, key, one.slot, one.count) for one in plan.runs)
    tx.copy("molecule_run (source, first, segment, slot, count)", moved)
    tx.execute(_RETIRE, {"segments": list(segments)})


def sweep(tx: Tx) -> bool:
    """Retire segments that no file has any more, and remove some that were retired a while ago; tells whether any."""
    tx.execute(_RETIRE_EMPTY)
    return tx.execute(_SWEEP).rowcount > 0
