"""Charges: opened, changed and closed for instances and days of storage, and listed."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from fieldstation.core.accounting.model.charges import Charge, ChargeKind, NewProcessing, Processing, Stored
from fieldstation.core.accounting.model.periods import Period
from fieldstation.db import Tx

_COLUMNS = """c.id, c.kind, c.product, c.unit, c.organisation, c.day, c.coins, c.opened_at, c.changed_at, c.closed_at,
       c.instance, c.name, c.username, c.sqn, c.cost, c.rate, c.hold, c.refunded, c.detail, c.current_bytes,
       c.peak_bytes, c.unit_bytes, c.unit_cost"""
_CODE = "(SELECT a.code FROM authority a WHERE a.thing = c.instance AND a.purpose = 'instance') AS code"
_OPEN = text("""
    INSERT INTO charge (kind, product, unit, organisation, instance, name, username, rate, hold, detail)
    SELECT 'processing', p.id, p.unit, p.organisation, :instance, :name, :username, :rate, :hold,
           cast(:detail AS jsonb)
      FROM product p WHERE p.id = :product
    ON CONFLICT (instance) WHERE kind = 'processing' DO NOTHING
    RETURNING id
""")
_ACCRUE = text(f"""
    UPDATE charge AS c SET cost = :cost, coins = :coins, sqn = sqn + 1, changed_at = station_now()
     WHERE kind = 'processing' AND instance = :instance AND closed_at IS NULL AND cost IS DISTINCT FROM :cost
    RETURNING {_COLUMNS}, {_CODE}
""")
_LOCK = text(f"""
    SELECT {_COLUMNS} FROM charge c WHERE kind = 'processing' AND instance = :instance FOR NO KEY UPDATE
""")
_CLOSE = text(f"""
    UPDATE charge AS c SET closed_at = station_now(), changed_at = station_now(), day = :day, coins = :coins,
           sqn = sqn + 1, refunded = :refunded, detail = detail || cast(:detail AS jsonb)
     WHERE id = :id AND closed_at IS NULL
    RETURNING {_COLUMNS}, {_CODE}
""")
_DUE = text(f"""
    SELECT {_COLUMNS} FROM charge c WHERE kind = 'storage' AND closed_at IS NULL AND day < :today
     ORDER BY product, day LIMIT :limit FOR NO KEY UPDATE
""")
_CLOSE_DAYS = text(f"""
    UPDATE charge AS c SET closed_at = station_now(), changed_at = station_now()
     WHERE id = ANY(:ids) AND closed_at IS NULL
    RETURNING {_COLUMNS}
""")
_COIN = "ceil(greatest({peak}) / cast(:unit_bytes AS numeric)) * {cost}"
_COST = "CASE WHEN p.flavour = 'evaluation' THEN 0 ELSE cast(:unit_cost AS numeric) END"
_BEFORE = """LEFT JOIN LATERAL (
          SELECT e.current_bytes AS bytes FROM charge e WHERE e.product = p.id AND e.kind = 'storage' AND e.day < w.day
           ORDER BY e.day DESC LIMIT 1) before ON true"""
_ITEM = "(kind, product, unit, organisation, day, current_bytes, peak_bytes, unit_bytes, unit_cost, coins)"
_GREW = text(f"""
    INSERT INTO charge AS kept {_ITEM}
    SELECT 'storage', p.id, p.unit, p.organisation, w.day, size.bytes, size.bytes, :unit_bytes, price.cost,
           {_COIN.format(peak="size.bytes", cost="price.cost")}
      FROM product p CROSS JOIN (SELECT cast(:today AS date) AS day) w {_BEFORE}
      CROSS JOIN LATERAL (SELECT coalesce(before.bytes, 0) + cast(:bytes AS bigint) AS bytes) size
      CROSS JOIN LATERAL (SELECT {_COST} AS cost) price
     WHERE p.id = :product
    ON CONFLICT (product, day) WHERE kind = 'storage' DO UPDATE
       SET current_bytes = kept.current_bytes + cast(:bytes AS bigint), changed_at = station_now(),
           peak_bytes = greatest(kept.peak_bytes, kept.current_bytes + cast(:bytes AS bigint)),
           coins = ceil(greatest(kept.peak_bytes, kept.current_bytes + cast(:bytes AS bigint))
                        / cast(kept.unit_bytes AS numeric)) * kept.unit_cost
     WHERE kept.closed_at IS NULL
""")
_MEASURED = text(f"""
    INSERT INTO charge AS kept {_ITEM}
    SELECT 'storage', p.id, p.unit, p.organisation, w.day, w.bytes, size.peak, :unit_bytes, price.cost,
           {_COIN.format(peak="size.peak", cost="price.cost")}
      FROM unnest(cast(:products AS text[]), cast(:sizes AS bigint[])) AS given (product, bytes)
      JOIN product p ON p.id = given.product COLLATE "C"
      CROSS JOIN LATERAL (SELECT given.bytes, cast(:today AS date) AS day) w {_BEFORE}
      CROSS JOIN LATERAL (SELECT greatest(w.bytes, coalesce(before.bytes, 0)) AS peak) size
      CROSS JOIN LATERAL (SELECT {_COST} AS cost) price
     WHERE size.peak > 0 OR EXISTS (SELECT 1 FROM charge n WHERE n.product = p.id AND n.kind = 'storage'
                                       AND n.day = w.day)
     ORDER BY p.id
    ON CONFLICT (product, day) WHERE kind = 'storage' DO UPDATE
       SET current_bytes = excluded.current_bytes, changed_at = station_now(),
           peak_bytes = greatest(kept.peak_bytes, excluded.current_bytes),
           coins = ceil(greatest(kept.peak_bytes, excluded.current_bytes) / cast(kept.unit_bytes AS numeric))
                   * kept.unit_cost
     WHERE kept.closed_at IS NULL AND kept.current_bytes <> excluded.current_bytes
""")
_CARRY = text(f"""
    INSERT INTO charge {_ITEM}
    SELECT 'storage', p.id, p.unit, p.organisation, w.day, w.bytes, w.bytes, :unit_bytes, price.cost,
           {_COIN.format(peak="w.bytes", cost="price.cost")}
      FROM unnest(cast(:products AS text[]), cast(:days AS date[]), cast(:sizes AS bigint[])) AS w (product, day, bytes)
      JOIN product p ON p.id = w.product COLLATE "C" AND p.removed_at IS NULL
      CROSS JOIN LATERAL (SELECT {_COST} AS cost) price
     WHERE w.bytes > 0
     ORDER BY p.id, w.day
    ON CONFLICT (product, day) WHERE kind = 'storage' DO NOTHING
""")
_IN_PERIOD = "(c.day >= :begin AND c.day < :until OR c.day = '9999-12-31' AND :now)"
LAST = ("9999-12-31", str((1 << 63) - 1))  # where a list begins, newest first


def open_processing(tx: Tx, new: NewProcessing, hold: Decimal) -> bool:
    """Insert the charge of an instance; False when there is one."""
    values = {
        "product": new.product,
        "instance": new.instance,
        "name": new.name,
        "username": new.username,
        "rate": new.rate,
        "hold": hold,
        "detail": json.dumps(new.detail),
    }
    return tx.scalar(_OPEN, values) is not None


def accrue(tx: Tx, instance: str, cost: Decimal, coins: Decimal) -> tuple[Charge, int] | None:
    """Write what an instance has cost until now, and return its charge with the code of its authority.

    None when that is known, or it is closed, or nobody pays.
    """
    row = tx.one_or_none(_ACCRUE, {"instance": instance, "cost": cost, "coins": coins})
    return None if row is None else (_charge(row), row.code)


def lock_processing(tx: Tx, instance: str) -> Charge | None:
    """Read the charge of an instance, which nobody else changes until this transaction ends."""
    row = tx.one_or_none(_LOCK, {"instance": instance})
    return None if row is None else _charge(row)


def close_processing(
    tx: Tx, charge: Charge, day: date, coins: Decimal, detail: Mapping[str, Any]
) -> tuple[Charge, int]:
    """Close the charge of an instance, locked before, and return it with the code of its authority."""
    refunded = coins < charge.coins
    values = {"id": charge.id, "day": day, "coins": coins, "refunded": refunded, "detail": json.dumps(detail)}
    row = tx.one(_CLOSE, values)
    return _charge(row), row.code


def due_days(tx: Tx, today: date, limit: int) -> Sequence[Charge]:
    """Lock and read days of storage that are over and not closed, oldest first for each product."""
    return [_charge(row) for row in tx.all(_DUE, {"today": today, "limit": limit})]


def close_days(tx: Tx, ids: Sequence[int]) -> Sequence[Charge]:
    """Close days of storage, locked before."""
    return sorted((_charge(row) for row in tx.all(_CLOSE_DAYS, {"ids": list(ids)})), key=lambda charge: charge.id)


def grew(tx: Tx, product: str, size: int, today: date, price: Mapping[str, Any]) -> None:
    """Count bytes that came to what a product pays for."""
    tx.execute(_GREW, {"product": product, "bytes": size, "today": today, **price})


def measured(tx: Tx, sizes: Mapping[str, int], today: date, price: Mapping[str, Any]) -> None:
    """Write what lies now in what products pay for; a day's first entry begins with what lay there before."""
    ordered = sorted(sizes)
    values = {"products": ordered, "sizes": [sizes[product] for product in ordered]}
    tx.execute(_MEASURED, {**values, "today": today, **price})


def carry(tx: Tx, items: Sequence[tuple[str, date, int]], price: Mapping[str, Any]) -> None:
    """Begin days of storage with what lay there before, where they have not begun."""
    values = {
        "products": [product for product, _, _ in items],
        "days": [day for _, day, _ in items],
        "sizes": [size for _, _, size in items],
    }
    tx.execute(_CARRY, {**values, **price})


def of_product(tx: Tx, product: str, period: Period, limit: int, *, now: bool) -> Sequence[Charge]:
    """Read up to `limit` charges of a product in a period, oldest first; `now`: those for instances under way too."""
    query = text(f"""
        SELECT {_COLUMNS} FROM charge c WHERE c.product = :product AND {_IN_PERIOD}
         ORDER BY c.day, c.id LIMIT :limit""")
    values = {"product": product, "begin": period.begin, "until": period.end, "now": now, "limit": limit}
    return [_charge(row) for row in tx.all(query, values)]


def page(
    tx: Tx,
    filters: Mapping[str, str],
    before: tuple[str, str],
    limit: int,
    seen: tuple[str | None, Mapping[str, Any]],
) -> Sequence[Charge]:
    """Read up to `limit` charges, newest day first, behind the position `before`; of units that hold `seen`.

    `seen` stands on `n.id`; None means all units. `filters` may have `product`, `unit` and `organisation` (ids), and
    `kind`. Of each unit no more than `limit` are looked up.
    """
    behind = "(c.day, c.id) < (cast(:day AS date), cast(:id AS bigint))"
    for name in ("product", "kind"):
        behind += f" AND c.{name} = :{name}" if name in filters else ""
    newest = "ORDER BY c.day DESC, c.id DESC LIMIT :limit"
    statement = f"SELECT {_COLUMNS} FROM charge c WHERE {behind} {newest}"
    narrowed = [f"n.{column} = :{name}" for name, column in (("unit", "id"), ("organisation", "organisation"))
                if name in filters]  # fmt: skip
    if seen[0] is not None or narrowed:
        statement = f"""
            WITH seen_unit (id) AS MATERIALIZED (
                SELECT n.id FROM unit n WHERE {" AND ".join([seen[0] or "true", *narrowed])})
            SELECT of_unit.* FROM seen_unit CROSS JOIN LATERAL (
                SELECT {_COLUMNS} FROM charge c WHERE c.unit = seen_unit.id AND {behind} {newest}) of_unit
             ORDER BY of_unit.day DESC, of_unit.id DESC LIMIT :limit"""
    values = {"day": before[0], "id": before[1], "limit": limit, **filters, **seen[1]}
    return [_charge(row) for row in tx.listed(text(statement), values)]


def _charge(row: Any) -> Charge:
    kind = ChargeKind(row.kind)
    return Charge(
        id=row.id,
        product=row.product,
        unit=row.unit,
        organisation=row.organisation,
        kind=kind,
        day=row.day,
        coins=row.coins,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        closed_at=row.closed_at,
        processing=_processing(row) if kind is ChargeKind.PROCESSING else None,
        stored=_stored(row) if kind is ChargeKind.STORAGE else None,
    )


def _processing(row: Any) -> Processing:
    return Processing(
        instance=row.instance,
        name=row.name,
        username=row.username,
        sqn=row.sqn,
        cost=row.cost,
        rate=row.rate,
        hold=row.hold,
        refunded=row.refunded,
        detail=row.detail or {},
    )


def _stored(row: Any) -> Stored:
    return Stored(
        current_bytes=row.current_bytes,
        peak_bytes=row.peak_bytes,
        unit_bytes=row.unit_bytes,
        unit_cost=row.unit_cost,
    )
