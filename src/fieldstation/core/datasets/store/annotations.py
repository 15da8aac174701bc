"""Rows of what is noted about data sets (number 0) and their versions; nothing is ever changed or taken out."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from fieldstation.core.datasets.model.annotations import Note
from fieldstation.db import Tx

_ADD = text("""
    INSERT INTO annotation (dataset_id, number, author, created, body, value)
    SELECT :dataset_id, :number, :author, station_now(), cast(row.body AS json), row.value
      FROM unnest(cast(:bodies AS text[]), cast(:values AS text[])) WITH ORDINALITY AS row (body, value, place)
     ORDER BY row.place
""")
_ALL = text("""
    SELECT a.body, a.value FROM annotation a WHERE a.dataset_id = :dataset_id AND a.number = :number ORDER BY a.id
""")
_COUNT = text("SELECT count(*) FROM annotation a WHERE a.dataset_id = :dataset_id AND a.number = :number")
_LATEST = text("SELECT max(a.created) FROM annotation a WHERE a.dataset_id = :dataset_id AND a.number = :number")


def add(tx: Tx, dataset_id: str, number: int, author: str, notes: Sequence[Note]) -> None:
    """Note these, in their order."""
    values = {
        "dataset_id": dataset_id,
        "number": number,
        "author": author,
        "bodies": [json.dumps(note.body) for note in notes],
        "values": [note.value for note in notes],
    }
    tx.execute(_ADD, values)


def all_of(tx: Tx, dataset_id: str, number: int) -> Sequence[Note]:
    """Read everything that was noted, first to last; index (dataset, number)."""
    rows = tx.all(_ALL, {"dataset_id": dataset_id, "number": number})
    return [Note(body=row.body, value=row.value) for row in rows]


def count(tx: Tx, dataset_id: str, number: int) -> int:
    """Count what was noted."""
    return int(tx.scalar(_COUNT, {"dataset_id": dataset_id, "number": number}))


def latest(tx: Tx, dataset_id: str, number: int) -> datetime | None:
    """Return when something was noted last."""
    found: datetime | None = tx.scalar(_LATEST, {"dataset_id": dataset_id, "number": number})
    return found
