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
_BY_IDS = text(f"""
    SELECT {_COLUMNS} FROM upload u WHERE u.id = ANY(:ids) AND u.author = :author AND u.expires > station_now()
""")
_PAGE = text(f"""
    SELECT {_COLUMNS} FROM upload u
     WHERE u.author = :author AND u.resumable AND u.expires > station_now() AND u.id < :before
     ORDER BY u.id DESC LIMIT :limit
""")
_PROLONG = text(f"""
    UPDATE upload u SET expires = station_now() + :seconds * interval '1 second', sha256 = coalesce(:sha256, u.sha256)
     WHERE u.id = :id AND u.expires > station_now()
    RETURNING {_COLUMNS}
""")
_DELETE = text("DELETE FROM upload WHERE id = ANY(:ids) RETURNING id")
_EXPIRED = text("SELECT u.id FROM upload u WHERE u.expires <= station_now() ORDER BY u.expires LIMIT :limit")
_KNOWN = text("SELECT u.id FROM upload u WHERE u.id = ANY(:ids)")


def insert(tx: Tx, wanted: Mapping[str, Any]) -> Upload:
    """Make an upload that lives `seconds`."""
    return _upload(tx.one(_INSERT, {**wanted, "metadata": json.dumps(wanted["metadata"])}))


def by_ids(tx: Tx, author: str, upload_ids: Sequence[str]) -> Mapping[str, Upload]:
    """Find those of these uploads that are `author`'s and not expired, by id."""
    return {row.id: _upload(row) for row in tx.all(_BY_IDS, {"ids": list(upload_ids), "author": author})}


def page(tx: Tx, author: str, before: str, limit: int) -> Sequence[Upload]:
    """Read resumable uploads of `author`, newest first."""
    return [_upload(row) for row in tx.all(_PAGE, {"author": author, "before": before, "limit": limit})]


def prolong(tx: Tx, upload_id: str, seconds: int, sha256: str | None = None) -> Upload | None:
    """Have an upload live `seconds` from now, and note the digest of its bytes; None when it is no more."""
    values = {"id": upload_id, "seconds": seconds, "sha256": None if sha256 is None else bytes.fromhex(sha256)}
    row = tx.one_or_none(_PROLONG, values)
    return None if row is None else _upload(row)


def delete(tx: Tx, ids: Sequence[str]) -> set[str]:
    """Forget uploads; return those that were there."""
    return {row.id for row in tx.all(_DELETE, {"ids": list(ids)})}


def expired(tx: Tx, limit: int) -> Sequence[str]:
    """Return uploads whose time is over, oldest first."""
    return [row.id for row in tx.all(_EXPIRED, {"limit": limit})]


def known(tx: Tx, upload_ids: Sequence[str]) -> set[str]:
    """Return those of these ids that are uploads, expired or not."""
    return {row.id for row in tx.all(_KNOWN, {"ids": list(upload_ids)})}


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
