"""Where files of projects that are copies of versions lie; index (dataset_id, number)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_OF_DATASETS = """
    SELECT f.version_id, f.path, p.id AS project, p.name FROM project_file f
      JOIN project p ON p.id = f.project AND p.removed_at IS NULL
     WHERE f.dataset_id = ANY(:datasets) AND f.stage <> 'failed' AND {visible}
     ORDER BY p.name, p.id, f.path
"""
_NEXT = text("""
    SELECT f.id, f.project, f.path, f.stage, f.size, f.modified FROM project_file f
     WHERE f.dataset_id = :dataset AND f.number = :number ORDER BY f.id LIMIT 1
""")
_FORGET_PURGED = text("""
    DELETE FROM project_file f WHERE f.dataset_id = ANY(:datasets)
       AND NOT EXISTS (SELECT 1 FROM version v WHERE v.id = f.version_id AND v.removed IS NOT NULL)
""")
_FORGET = text("DELETE FROM project_file WHERE id = :id")


def of_datasets(tx: Tx, datasets: Sequence[str], visible: str, values: Mapping[str, Any]) -> Sequence[Any]:
    """Read the copies of all versions of these data sets in projects `p` that are visible."""
    query = text(_OF_DATASETS.format(visible=visible))
    return tx.all(query, {"datasets": list(datasets), **values}) if datasets else []


def first(tx: Tx, dataset: str, number: int) -> Any:
    """Read one copy of a version, whichever project it lies in."""
    return tx.one_or_none(_NEXT, {"dataset": dataset, "number": number})


def forget_purged(tx: Tx, datasets: Sequence[str]) -> None:
    """Have copies of these data sets be copies of nothing, but those of versions that are removed for themselves."""
    tx.execute(_FORGET_PURGED, {"datasets": list(datasets)})


def forget(tx: Tx, file_id: str) -> None:
    """Have a file be a copy of nothing."""
    tx.execute(_FORGET, {"id": file_id})
