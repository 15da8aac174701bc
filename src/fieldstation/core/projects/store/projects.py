"""Rows of projects."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_INSERT = text("""
    INSERT INTO project (id, name, owner, personal, unit, product)
    VALUES (:id, :name, :owner, :personal, :unit, :product)
    ON CONFLICT DO NOTHING
    RETURNING id
""")
_COLUMNS = "id, name, owner, personal, unit, product, number, size_bytes, created_at"
_BY_ID = text(f"SELECT {_COLUMNS} FROM project p WHERE id = :id AND removed_at IS NULL")
_LOCK = text(f"SELECT {_COLUMNS} FROM project p WHERE id = :id AND removed_at IS NULL FOR UPDATE")
_ID_BY_NAME = text("""
    SELECT id FROM project WHERE owner = :owner AND name = :name AND removed_at IS NULL
     ORDER BY unit NULLS FIRST LIMIT 1
""")
_PAGE = f"""
    SELECT {_COLUMNS} FROM project p WHERE id < :before AND removed_at IS NULL AND {{visible}} {{named}}
     ORDER BY id DESC LIMIT :limit
"""
_RENAME = text("""
    UPDATE project SET name = :name WHERE id = :id
       AND NOT EXISTS (SELECT 1 FROM project other WHERE other.removed_at IS NULL AND other.name = :name
                          AND other.id <> project.id AND other.unit IS NOT DISTINCT FROM project.unit
                          AND (project.unit IS NOT NULL OR other.owner = project.owner))
    RETURNING id
""")
_REMOVE = text("""
    UPDATE project SET removed_at = station_now() WHERE id = :id AND removed_at IS NULL RETURNING size_bytes
""")
_GROW = text("""
    UPDATE project SET size_bytes = greatest(0, size_bytes + :bytes) WHERE id = :id AND removed_at IS NULL
    RETURNING id
""")
_DUE = text("""
    SELECT id, size_bytes, xmin::text AS mark FROM project WHERE removed_at IS NULL
       AND (measured_at IS NULL OR measured_at < station_now() - :seconds * interval '1 second')
     ORDER BY measured_at NULLS FIRST LIMIT 1
""")
_MADE_BY = text("SELECT name FROM project WHERE owner = :id AND NOT personal AND removed_at IS NULL LIMIT 1")
_LIVING = text("SELECT id FROM project WHERE removed_at IS NULL ORDER BY id")
_CHANGED = text("UPDATE project SET measured_at = NULL WHERE id = ANY(:ids) AND measured_at IS NOT NULL")
_MEASURED = text("""
    UPDATE project SET size_bytes = :bytes, measured_at = station_now()
     WHERE id = :id AND removed_at IS NULL AND xmin::text = :mark
    RETURNING owner, product
""")
_SIZES = text("""
    SELECT product, sum(size_bytes)::bigint AS size FROM project WHERE product = ANY(:products) AND removed_at IS NULL
     GROUP BY product
""")

LAST = "~"  # compares greater than every id


def insert(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Insert a project; False when its owner, or its unit, has one of this name."""
    return tx.scalar(_INSERT, {"unit": None, "product": None, **values}) is not None


def by_id(tx: Tx, project_id: str) -> Any:
    """Read one project that was not removed."""
    return tx.one_or_none(_BY_ID, {"id": project_id})


def lock(tx: Tx, project_id: str) -> Any:
    """Read one project that was not removed, and keep others from changing it."""
    return tx.one_or_none(_LOCK, {"id": project_id})


def id_by_name(tx: Tx, owner: str, name: str) -> str | None:
    """Read the id of the project that `owner` calls `name`, one of no unit first."""
    found: str | None = tx.scalar(_ID_BY_NAME, {"owner": owner, "name": name})
    return found


def page(tx: Tx, name: str | None, before: str, limit: int, visible: tuple[str, Mapping[str, Any]]) -> Sequence[Any]:
    """Read up to `limit` projects that hold the condition `visible`, newest first, behind the id `before`."""
    condition, values = visible
    named = "" if name is None else "AND p.name = :name"
    statement = text(_PAGE.format(visible=condition, named=named))
    return tx.all(statement, {"before": before, "limit": limit, **({} if name is None else {"name": name}), **values})


def made_by(tx: Tx, user_id: str) -> str | None:
    """Read the name of a project that a user made beside their own one; None when there is none."""
    found: str | None = tx.scalar(_MADE_BY, {"id": user_id})
    return found


def in_units(tx: Tx, units: Sequence[str], visible: tuple[str, Mapping[str, Any]]) -> Sequence[Any]:
    """Read the projects of these units that hold the condition `visible`; index (unit, name)."""
    statement = f"""SELECT id, name, unit FROM project p
                     WHERE unit = ANY(:units) AND removed_at IS NULL AND {visible[0]} ORDER BY id"""
    return tx.listed(text(statement), {"units": list(units), **visible[1]})


def paid_by(
    tx: Tx, unit: str | None, organisation: str | None, visible: tuple[str, Mapping[str, Any]]
) -> Sequence[str]:
    """Read the ids of projects that this unit pays for, and units of this organisation, as far as each is given."""
    statement = f"""SELECT id FROM project p WHERE removed_at IS NULL AND {visible[0]}
                       AND {"true" if unit is None else "unit = :unit"}
                       AND {
        "true" if organisation is None else "unit IN (SELECT n.id FROM unit n WHERE n.organisation = :organisation)"
    }"""
    values = {name: value for name, value in (("unit", unit), ("organisation", organisation)) if value is not None}
    return [row.id for row in tx.listed(text(statement), {**values, **visible[1]})]


def rename(tx: Tx, project_id: str, name: str) -> bool:
    """Give a project, locked before, another name; False when it is taken."""
    return tx.scalar(_RENAME, {"id": project_id, "name": name}) is not None


def remove(tx: Tx, project_id: str) -> int | None:
    """Mark a project as removed; return the bytes it had, None when it was removed before."""
    found: int | None = tx.scalar(_REMOVE, {"id": project_id})
    return found


def grow(tx: Tx, project_id: str, size: int) -> bool:
    """Add bytes to what a project holds (negative: take them off); False when it was removed."""
    return tx.scalar(_GROW, {"id": project_id, "bytes": size}) is not None


def due(tx: Tx, seconds: float) -> Any:
    """Return id, size and mark of a project not measured for so long, the one of longest ago; None for none."""
    return tx.one_or_none(_DUE, {"seconds": seconds})


def measured(tx: Tx, project_id: str, mark: str, size: int) -> Any:
    """Note what a project holds whose row has this mark; return its owner and product, None when it changed."""
    return tx.one_or_none(_MEASURED, {"id": project_id, "mark": mark, "bytes": size})


def sizes(tx: Tx, products: Sequence[str]) -> Mapping[str, int]:
    """Read how many bytes lie in the projects that these products pay for; index (product)."""
    return {row.product: row.size for row in tx.all(_SIZES, {"products": list(products)})}


def changed(tx: Tx, project_ids: Sequence[str]) -> None:
    """Have projects be the first to be measured."""
    tx.execute(_CHANGED, {"ids": list(project_ids)})


def living(tx: Tx) -> Sequence[str]:
    """Read the ids of all projects that were not removed."""
    return [row.id for row in tx.all(_LIVING)]
