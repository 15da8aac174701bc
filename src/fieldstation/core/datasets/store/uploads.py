"""Rows of uploads under way; each reserves its size on its owner's quota."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.datasets.model import Upload
from fieldstation.db import Tx

_COLUMNS = "u.id, u.owner, u.author, u.size, u.resumable, u.metadata, u.sha256, u.created, u.expires"

_INSERT = text(f"""
    INSERT INTO upload AS u (id, owner, author, size, resumable, metadata, created, expires)
    VALUES (:id, :owner, :author, :size, :resumable, cast(:metadata AS jsonb), station_now(),
            station_now() + :seconds * interval '1 second')
    RETURNING {_COLUMNS}
""")
_DELETE = text("DELETE FROM upload WHERE id = ANY(:ids) RETURNING id")


def insert(tx: Tx, wanted: Mapping[str, Any]) -> Upload:
    """Make an upload that lives `seconds`."""
    return _upload(tx.execute(_INSERT, {**wanted, "metadata": json.dumps(wanted["metadata"])}).one())


def delete(tx: Tx, ids: Sequence[str]) -> Sequence[str]:
    """Forget uploads; return those that were there."""
    return [row.id for row in tx.all(_DELETE, {"ids": list(ids)})]


def _upload(row: Any) -> Upload:
    return Upload(
        id=row.id,
        owner=row.owner,
        author=row.author,
        size=row.size,
        resumable=row.resumable,
        metadata=row.metadata,
        sha256=None if row.sha256 is None else bytes(row.sha256).hex(),
        created=row.created,
        expires=row.expires,
    )
