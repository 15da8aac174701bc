"""All SQL of projects."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_INSERT = text("""
    INSERT INTO project (id, name, owner, personal) VALUES (:id, :name, :owner, :personal)
    ON CONFLICT (owner, name) DO NOTHING
    RETURNING id
""")
_SELECT = "SELECT id, name, owner, personal, created_at FROM project p"
_BY_ID = text(f"{_SELECT} WHERE id = :id")
_ID_BY_NAME = text("SELECT id FROM project WHERE owner = :owner AND name = :name")
_PAGE = f"""
    {_SELECT} WHERE id < :before AND {{visible}}
     ORDER BY id DESC LIMIT :limit
"""

LAST = "~"  # compares greater than every id


def insert(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Insert a project; False when its owner has one of this name."""
    return tx.scalar(_INSERT, values) is not None


def by_id(tx: Tx, project_id: str) -> Any:
    """Read one project."""
    return tx.one_or_none(_BY_ID, {"id": project_id})


def id_by_name(tx: Tx, owner: str, name: str) -> str | None:
    """Read the id of the project that `owner` calls `name`."""
    found: str | None = tx.scalar(_ID_BY_NAME, {"owner": owner, "name": name})
    return found


def page(tx: Tx, before: str, limit: int, visible: str, values: Mapping[str, Any]) -> Sequence[Any]:
    """Read up to `limit` projects that hold the condition `visible`, newest first, behind the id `before`."""
    return tx.all(text(_PAGE.format(visible=visible)), {"before": before, "limit": limit, **values})
