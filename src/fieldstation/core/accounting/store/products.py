"""Products, and which project claimed which."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

LAST = "~"  # compares greater than every id
_COLUMNS = """p.id, p.unit, p.organisation, p.type, p.flavour, p.name, p.allowance, p.coin_limit, p.project,
           p.project_name, p.created_at"""
_SELECT = f"SELECT {_COLUMNS} FROM product p WHERE p.removed_at IS NULL"
_LISTED = "p.removed_at IS NULL AND p.creator IS NOT NULL AND p.id < :before"
_BY_ID = text(f"{_SELECT} AND p.id = :id")
_BY_IDS = text("SELECT id, unit, organisation, flavour FROM product WHERE id = ANY(:ids)")
_LOCK = text(f"{_SELECT} AND p.id = :id FOR UPDATE")
_INSERT = text("""
    INSERT INTO product (id, unit, organisation, type, flavour, name, creator, allowance, coin_limit)
    VALUES (:id, :unit, :organisation, :type, :flavour, :name, :creator, :allowance, :coin_limit)
""")
_CHANGE = text("UPDATE product SET name = :name, allowance = :allowance, coin_limit = :coin_limit WHERE id = :id")
_REMOVE = text("UPDATE product SET removed_at = station_now() WHERE id = :id")
_CLAIM = text("UPDATE product SET project = :project, project_name = :project_name WHERE id = :id")
_RELEASE = text("UPDATE product SET project = NULL, project_name = NULL WHERE project = :project RETURNING id")
_RENAME = text("UPDATE product SET project_name = :project_name WHERE project = :project")
_PAYS_STORAGE = text("""
    SELECT id FROM product WHERE unit = :unit AND type = 'storage' AND removed_at IS NULL ORDER BY id LIMIT 1
""")
_PAYERS = text("""
    SELECT p.id, p.unit, p.type, p.type = 'storage' AND EXISTS (
               SELECT 1 FROM product o WHERE o.unit = p.unit AND o.type = 'storage' AND o.removed_at IS NULL
                  AND o.id < p.id) AS spare
      FROM product p WHERE p.removed_at IS NULL AND p.id > :after ORDER BY p.id LIMIT :limit
""")
_TERMS = text("""
    SELECT p.id, p.name, p.flavour, p.allowance, p.coin_limit, n.billing_day
      FROM product p JOIN unit n ON n.id = p.unit WHERE p.id = :id
""")
_TERMS_ALONE = text("""
    SELECT p.id, p.name, p.flavour, p.allowance, p.coin_limit, n.billing_day
      FROM product p JOIN unit n ON n.id = p.unit WHERE p.id = :id FOR NO KEY UPDATE OF p
""")
_RULE = text("""
    SELECT p.flavour, n.default_product_privacy AS privacy FROM product p JOIN unit n ON n.id = p.unit WHERE p.id = :id
""")
_IN_UNIT = text("SELECT EXISTS (SELECT 1 FROM product WHERE unit = :unit AND removed_at IS NULL)")

_STORES = text("""
    SELECT EXISTS (SELECT 1 FROM product WHERE unit = :unit AND type = 'storage' AND removed_at IS NULL)
""")


def by_id(tx: Tx, product_id: str) -> Any:
    """Read one product."""
    return tx.one_or_none(_BY_ID, {"id": product_id})


def briefs(tx: Tx, ids: Sequence[str]) -> Sequence[Any]:
    """Read where the products of these ids belong and their flavours; removed ones too."""
    return tx.all(_BY_IDS, {"ids": list(ids)})


def rule(tx: Tx, product_id: str) -> Any:
    """Read the flavour of a product and the rule of its unit for who sees projects."""
    return tx.one(_RULE, {"id": product_id})


def lock(tx: Tx, product_id: str) -> Any:
    """Read one product that nobody else changes until this transaction ends."""
    return tx.one_or_none(_LOCK, {"id": product_id})


def page(
    tx: Tx, before: str, limit: int, filters: Mapping[str, str], seen: tuple[str | None, Mapping[str, Any]]
) -> Sequence[Any]:
    """Read up to `limit` products, newest first, behind the id `before`: of the units that hold the condition `seen`.

    It stands on `n.id`; None means all units. `filters` may have `unit` and `organisation`, both ids. Of each unit no
    more than `limit` are looked up: who sees few would else wait for the whole table to be read.
    """
    names = [name for name in ("unit", "organisation") if name in filters]
    newest = "ORDER BY p.id DESC LIMIT :limit"
    statement = f"SELECT {_COLUMNS} FROM product p WHERE {_LISTED}{_narrowed(names, 'p', 'unit')} {newest}"
    if seen[0] is not None:
        statement = f"""
            WITH seen_unit (id) AS MATERIALIZED (
                SELECT n.id FROM unit n WHERE {seen[0]}{_narrowed(names, "n", "id")})
            SELECT of_unit.* FROM seen_unit CROSS JOIN LATERAL (
                SELECT {_COLUMNS} FROM product p WHERE p.unit = seen_unit.id AND {_LISTED} {newest}) of_unit
             ORDER BY of_unit.id DESC LIMIT :limit"""
    return tx.listed(text(statement), {"before": before, "limit": limit, **filters, **seen[1]})


def _narrowed(names: Sequence[str], alias: str, unit: str) -> str:
    return "".join(f" AND {alias}.{unit if name == 'unit' else name} = :{name}" for name in names)


def insert(tx: Tx, values: Mapping[str, Any]) -> None:
    """Insert a product."""
    tx.execute(_INSERT, values)


def change(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write the name and the terms of a product."""
    tx.execute(_CHANGE, values)


def remove(tx: Tx, product_id: str) -> None:
    """Take a product out of sight; its row stays for what was charged."""
    tx.execute(_REMOVE, {"id": product_id})


def claim(tx: Tx, product_id: str, project_id: str, project_name: str) -> None:
    """Write which project a product pays for."""
    tx.execute(_CLAIM, {"id": product_id, "project": project_id, "project_name": project_name})


def release(tx: Tx, project_id: str) -> str | None:
    """Take a project off the product that pays for it; return the product's id."""
    found: str | None = tx.scalar(_RELEASE, {"project": project_id})
    return found


def rename(tx: Tx, project_id: str, project_name: str) -> None:
    """Write what the project of a product is called now."""
    tx.execute(_RENAME, {"project": project_id, "project_name": project_name})


def in_unit(tx: Tx, unit_id: str) -> bool:
    """Tell whether a unit has any product."""
    found: bool = tx.scalar(_IN_UNIT, {"unit": unit_id})
    return found


def stores(tx: Tx, unit: str) -> bool:
    """Tell whether a unit has a storage subscription."""
    found: bool = tx.scalar(_STORES, {"unit": unit})
    return found


def pays_storage(tx: Tx, unit_id: str) -> str | None:
    """Read the product that pays for the data sets of a unit: its oldest one for storage."""
    found: str | None = tx.scalar(_PAYS_STORAGE, {"unit": unit_id})
    return found


def payers(tx: Tx, after: str, limit: int) -> Sequence[Any]:
    """Read up to `limit` products behind the id `after`; `spare`: another one pays for the unit's data sets."""
    return tx.all(_PAYERS, {"after": after, "limit": limit})


def terms(tx: Tx, product_id: str, *, alone: bool) -> Any:
    """Read the terms of a product and its billing day; `alone`: nobody else does so until this transaction ends."""
    return tx.one(_TERMS_ALONE if alone else _TERMS, {"id": product_id})
