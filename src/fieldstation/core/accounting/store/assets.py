"""Assets; their contents are kept sealed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

LAST = "~"  # compares greater than every id
_LISTED_BYTES = 16 << 10  # the longest content that lists tell
_COLUMNS = """a.id, a.name, a.scope, a.scope_id, a.creator, a.description, a.secret, a.enabled, a.attached,
           a.created_at, a.content_changed_at"""
_INSERT = text("""
    INSERT INTO asset (id, name, scope, scope_id, creator, description, secret, enabled, attached, sealed)
    VALUES (:id, :name, :scope, :scope_id, :creator, :description, :secret, true, false, :sealed)
    ON CONFLICT (scope, scope_id, name) DO NOTHING
    RETURNING id
""")
_CHANGE = text("""
    UPDATE asset
       SET description = :description, enabled = :enabled, attached = :attached,
           sealed = coalesce(cast(:sealed AS bytea), sealed),
           content_changed_at = CASE WHEN cast(:sealed AS bytea) IS NULL THEN content_changed_at ELSE station_now() END
     WHERE id = :id
""")
_REMOVE = text("DELETE FROM asset WHERE id = :id")
_WITHIN = text("""
    SELECT EXISTS (SELECT 1 FROM asset WHERE scope IN ('product', 'unit', 'organisation') AND scope_id = :thing)
""")
# The narrowest scope first; each half of the condition is one look into the unique index.
_USABLE = text("""
    SELECT DISTINCT ON (name) name, id FROM asset
     WHERE name = ANY(:names) AND enabled AND attached
       AND (scope, scope_id) IN (('user', :user), ('product', :product), ('unit', :unit),
                                 ('organisation', :organisation), ('global', ''))
     ORDER BY name, array_position(ARRAY['user', 'product', 'unit', 'organisation', 'global'], scope)
""")
_SEALED = text("SELECT sealed, secret FROM asset WHERE id = :id AND enabled AND attached")


def insert(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Insert an asset, enabled and not attached; False when its scope has one of this name."""
    return tx.scalar(_INSERT, values) is not None


def one(tx: Tx, asset_id: str, seen: tuple[str | None, Mapping[str, Any]], *, lock: bool = False) -> Any:
    """Read one asset of the scopes that are `seen`; `lock` lets nobody else change it in the meantime."""
    within = "" if seen[0] is None else f" AND (a.scope, a.scope_id) IN ({seen[0]})"
    statement = f"SELECT {_COLUMNS}, a.sealed FROM asset a WHERE a.id = :id{within}"
    return tx.one_or_none(text(statement + " FOR UPDATE OF a" * lock), {"id": asset_id, **seen[1]})


def page(
    tx: Tx, before: str, limit: int, filters: Mapping[str, str], seen: tuple[str | None, Mapping[str, Any]]
) -> Sequence[Any]:
    """Read up to `limit` assets of the scopes that are `seen`, newest first, behind the id `before`.

    `filters` may have `scope` and `scope_id`. Long contents are left out. Of each scope no more than `limit` are looked
    up: who sees little would else wait for the whole table to be read.
    """
    narrowed = "".join(f" AND a.{column} = :{column}" for column in ("scope", "scope_id") if column in filters)
    newest = f"a.id < :before{narrowed} ORDER BY a.id DESC LIMIT :limit"
    columns = f"{_COLUMNS}, CASE WHEN octet_length(a.sealed) <= {_LISTED_BYTES} THEN a.sealed END AS sealed"
    statement = f"SELECT {columns} FROM asset a WHERE {newest}"
    if seen[0] is not None:
        statement = f"""
            WITH seen_scope (scope, scope_id) AS MATERIALIZED ({seen[0]})
            SELECT of_scope.* FROM seen_scope CROSS JOIN LATERAL (
                SELECT {columns} FROM asset a
                 WHERE a.scope = seen_scope.scope AND a.scope_id = seen_scope.scope_id AND {newest}) of_scope
             ORDER BY of_scope.id DESC LIMIT :limit"""
    return tx.listed(text(statement), {"before": before, "limit": limit, **filters, **seen[1]})


def seen_scopes(units: str, organisations: str) -> str:
    """Write the query of the scopes whose assets somebody sees, of conditions on a unit and an organisation.

    Those stand on the column `{thing}`; `:own_name` is who asks.
    """
    return f"""
        SELECT 'global', '' UNION ALL SELECT 'user', cast(:own_name AS text)
         UNION ALL SELECT 'organisation', o.id FROM organisation o WHERE {organisations.replace("{thing}", "o.id")}
         UNION ALL SELECT 'unit', n.id FROM unit n WHERE {units.replace("{thing}", "n.id")}
         UNION ALL SELECT 'product', p.id FROM product p WHERE {units.replace("{thing}", "p.unit")}"""


def change(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write what may change about an asset; `sealed` None leaves its content."""
    tx.execute(_CHANGE, values)


def remove(tx: Tx, asset_id: str) -> None:
    """Remove an asset with its content."""
    tx.execute(_REMOVE, {"id": asset_id})


def within(tx: Tx, thing: str) -> bool:
    """Tell whether the thing of this id has any asset."""
    found: bool = tx.scalar(_WITHIN, {"thing": thing})
    return found


def usable(tx: Tx, values: Mapping[str, Any]) -> Sequence[Any]:
    """Read which asset each of these names means in the narrowest of the scopes."""
    return tx.all(_USABLE, values)


def sealed(tx: Tx, asset_id: str) -> Any:
    """Read the content of an asset that jobs may be given, and whether it is secret; None when they may not."""
    return tx.one_or_none(_SEALED, {"id": asset_id})
