"""Organisations and units: what they are, and who belongs to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

LAST = "~"  # compares greater than every id
_RESERVED = "11111111-1111-1111-1111-111111111111"  # what only tests of programs use; no list shows it

_USERS = """ARRAY(SELECT w.username FROM membership m JOIN station_user w ON w.principal = m.member
                   WHERE m.principal = {alias}.principal AND w.id IS DISTINCT FROM {alias}.owner
                   ORDER BY w.username)"""
_ORGANISATION = f"""
           o.id AS o_id, o.principal AS o_principal, o.name AS o_name, o.builtin AS o_builtin,
           o.default_product_privacy AS o_privacy, o.created_at AS o_created_at, ou.username AS o_owner,
           {_USERS.format(alias="o")} AS o_users"""
_UNIT = f"""
           n.id, n.principal, n.name, n.personal, n.billing_day, n.default_product_privacy AS privacy, n.created_at,
           nu.username AS owner, {_USERS.format(alias="n")} AS users"""
_ORGANISATIONS = f"""
    SELECT {_ORGANISATION}
      FROM organisation o LEFT JOIN station_user ou ON ou.id = o.owner
     WHERE o.removed_at IS NULL"""
_UNITS = f"""
    SELECT {_UNIT}, {_ORGANISATION}
      FROM unit n LEFT JOIN station_user nu ON nu.id = n.owner
      JOIN organisation o ON o.id = n.organisation LEFT JOIN station_user ou ON ou.id = o.owner
     WHERE n.removed_at IS NULL"""

_ORGANISATION_BY_ID = text(f"{_ORGANISATIONS} AND o.id = :id")
_BUILTIN = text(f"{_ORGANISATIONS} AND o.builtin")
_UNIT_BY_ID = text(f"{_UNITS} AND n.id = :id")
_UNITS_BY_IDS = text(f"{_UNITS} AND n.id = ANY(:ids)")
_PERSONAL = text(f"{_UNITS} AND n.personal AND n.owner = :owner")
_INSERT_ORGANISATION = text("""
    INSERT INTO organisation (id, principal, name, owner, default_product_privacy)
    VALUES (:id, :principal, :name, :owner, :privacy)
""")
_INSERT_UNIT = text("""
    INSERT INTO unit (id, principal, organisation, name, owner, personal, billing_day, default_product_privacy)
    VALUES (:id, :principal, :organisation, :name, :owner, :personal, :billing_day, :privacy)
    ON CONFLICT DO NOTHING
    RETURNING id
""")
_LOCK_ORGANISATION = text("SELECT id FROM organisation WHERE id = :id AND removed_at IS NULL FOR UPDATE")
_LOCK_UNIT = text("SELECT id FROM unit WHERE id = :id AND removed_at IS NULL FOR UPDATE")
_KEEP_ORGANISATION = text("SELECT id FROM organisation WHERE id = :id AND removed_at IS NULL FOR SHARE")
_KEEP_UNIT = text("SELECT id FROM unit WHERE id = :id AND removed_at IS NULL FOR SHARE")
_CHANGE_ORGANISATION = text("UPDATE organisation SET name = :name, default_product_privacy = :privacy WHERE id = :id")
_CHANGE_UNIT = text("UPDATE unit SET name = :name, default_product_privacy = :privacy WHERE id = :id")
_NAME_TAKEN = text("""
    SELECT EXISTS (SELECT 1 FROM unit
                    WHERE organisation = :organisation AND name = :name AND id <> :id AND removed_at IS NULL)
""")
_REMOVE_ORGANISATION = text("UPDATE organisation SET removed_at = station_now() WHERE id = :id")
_REMOVE_UNIT = text("UPDATE unit SET removed_at = station_now() WHERE id = :id")
_RULES_BELOW = text("""
    SELECT DISTINCT default_product_privacy AS privacy FROM unit WHERE organisation = :id AND removed_at IS NULL
""")
_HAS_UNITS = text("SELECT EXISTS (SELECT 1 FROM unit WHERE organisation = :id AND removed_at IS NULL)")


def organisation(tx: Tx, organisation_id: str) -> Any:
    """Read one organisation."""
    return tx.one_or_none(_ORGANISATION_BY_ID, {"id": organisation_id})


def builtin(tx: Tx) -> Any:
    """Read the organisation of personal units."""
    return tx.one(_BUILTIN)


def unit(tx: Tx, unit_id: str) -> Any:
    """Read one unit with its organisation."""
    return tx.one_or_none(_UNIT_BY_ID, {"id": unit_id})


def units(tx: Tx, ids: Sequence[str]) -> Sequence[Any]:
    """Read the units of these ids with their organisations."""
    return tx.all(_UNITS_BY_IDS, {"ids": list(ids)})


def personal_unit(tx: Tx, user_id: str) -> Any:
    """Read the personal unit of a user."""
    return tx.one_or_none(_PERSONAL, {"owner": user_id})


def organisations_page(
    tx: Tx, before: str, limit: int, name: str | None, visible: tuple[str, Mapping[str, Any]]
) -> Sequence[Any]:
    """Read up to `limit` organisations that hold the condition `visible`, newest first, behind the id `before`."""
    statement = f"""{_ORGANISATIONS} AND o.id < :before AND o.id <> 'org-{_RESERVED}' AND {visible[0]}
                    {"" if name is None else "AND o.name = :name"} ORDER BY o.id DESC LIMIT :limit"""
    return tx.listed(text(statement), {"before": before, "limit": limit, "name": name, **visible[1]})


def units_page(
    tx: Tx, before: str, limit: int, filters: Mapping[str, str], visible: tuple[str, Mapping[str, Any]]
) -> Sequence[Any]:
    """Read up to `limit` units that hold the condition `visible`, newest first, behind the id `before`.

    `filters` may have `organisation` (an id) and `name`.
    """
    narrowed = "".join(f" AND n.{column} = :{column}" for column in ("organisation", "name") if column in filters)
    statement = f"""{_UNITS} AND n.id < :before AND n.id <> 'unit-{_RESERVED}' AND {visible[0]} {narrowed}
                    ORDER BY n.id DESC LIMIT :limit"""
    return tx.listed(text(statement), {"before": before, "limit": limit, **filters, **visible[1]})


def insert_organisation(tx: Tx, values: Mapping[str, Any]) -> None:
    """Insert an organisation."""
    tx.execute(_INSERT_ORGANISATION, values)


def insert_unit(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Insert a unit; False when its organisation has one of this name, or its owner a personal one."""
    return tx.scalar(_INSERT_UNIT, values) is not None


def lock_organisation(tx: Tx, organisation_id: str) -> bool:
    """Let nobody add a unit to an organisation until this transaction ends; False when there is none."""
    return tx.scalar(_LOCK_ORGANISATION, {"id": organisation_id}) is not None


def lock_unit(tx: Tx, unit_id: str) -> bool:
    """Let nobody add anything to a unit until this transaction ends; False when there is none."""
    return tx.scalar(_LOCK_UNIT, {"id": unit_id}) is not None


def keep_organisation(tx: Tx, organisation_id: str) -> bool:
    """Let nobody change or remove an organisation until this transaction ends; False when there is none."""
    return tx.scalar(_KEEP_ORGANISATION, {"id": organisation_id}) is not None


def keep_unit(tx: Tx, unit_id: str) -> bool:
    """Let nobody change or remove a unit until this transaction ends; False when there is none."""
    return tx.scalar(_KEEP_UNIT, {"id": unit_id}) is not None


def change_organisation(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write the name and the rule of privacy of an organisation."""
    tx.execute(_CHANGE_ORGANISATION, values)


def change_unit(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write the name and the rule of privacy of a unit."""
    tx.execute(_CHANGE_UNIT, values)


def unit_name_taken(tx: Tx, organisation_id: str, name: str, unit_id: str) -> bool:
    """Tell whether another unit of the organisation has this name."""
    found: bool = tx.scalar(_NAME_TAKEN, {"organisation": organisation_id, "name": name, "id": unit_id})
    return found


def remove_organisation(tx: Tx, organisation_id: str) -> None:
    """Take an organisation out of sight; its row stays for what was charged."""
    tx.execute(_REMOVE_ORGANISATION, {"id": organisation_id})


def remove_unit(tx: Tx, unit_id: str) -> None:
    """Take a unit out of sight; its row stays for what was charged."""
    tx.execute(_REMOVE_UNIT, {"id": unit_id})


def rules_below(tx: Tx, organisation_id: str) -> Sequence[str]:
    """Read the rules of privacy of an organisation's units."""
    return [row.privacy for row in tx.all(_RULES_BELOW, {"id": organisation_id})]


def has_units(tx: Tx, organisation_id: str) -> bool:
    """Tell whether an organisation has any unit."""
    found: bool = tx.scalar(_HAS_UNITS, {"id": organisation_id})
    return found
