"""What runs ask about data: is it still there, may somebody read it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.datasets.model import DatasetName
from fieldstation.db import Tx

_USABLE = text("""
    SELECT v.id FROM version v JOIN dataset d ON d.id = v.dataset_id
     WHERE v.id = ANY(:ids) AND v.removed IS NULL AND d.trashed IS NULL AND d.purged IS NULL
""")
_IN_PLACE = text("SELECT id FROM version WHERE id = ANY(:ids) AND in_place")
_OWN = text("SELECT id FROM dataset WHERE space = :space AND name = :name AND trashed IS NULL")
_LOCK_NAME = text("SELECT pg_advisory_xact_lock(hashtextextended('dataset ' || :space || ' ' || :name, 0))")


def usable(tx: Tx, version_ids: Sequence[str]) -> set[str]:
    """Return those of these versions whose data set is not in the trash."""
    return {row.id for row in tx.all(_USABLE, {"ids": list(version_ids)})}


def in_place(tx: Tx, version_ids: Sequence[str]) -> set[str]:
    """Return those of these versions whose files lie where they were registered."""
    return {row.id for row in tx.all(_IN_PLACE, {"ids": list(version_ids)})}


def seen(tx: Tx, version_ids: Sequence[str], condition: str, values: Mapping[str, Any]) -> Mapping[str, str]:
    """Return (version: name of its data set) for those whose data set `d` satisfies `condition`."""
    query = text(f"""
        SELECT v.id, d.name FROM version v JOIN dataset d ON d.id = v.dataset_id
         WHERE v.id = ANY(:ids) AND {condition}
    """)
    return {row.id: row.name for row in tx.all(query, {"ids": list(version_ids), **values})}


def names(tx: Tx, dataset_ids: Sequence[str], condition: str, values: Mapping[str, Any]) -> Mapping[str, DatasetName]:
    """Return what those of these data sets `d` are called that satisfy `condition`, by id."""
    query = text(f"SELECT d.id, d.name, d.title FROM dataset d WHERE d.id = ANY(:ids) AND {condition}")
    rows = tx.all(query, {"ids": list(dataset_ids), **values})
    return {row.id: DatasetName(name=row.name, title=row.title) for row in rows}


def lock_name(tx: Tx, space: str, name: str) -> None:
    """Keep others who lock the same name away until this transaction ends."""
    tx.execute(_LOCK_NAME, {"space": space, "name": name})


def own(tx: Tx, space: str, name: str) -> str | None:
    """Return the data set of this name in a space."""
    found: str | None = tx.scalar(_OWN, {"space": space, "name": name})
    return found
