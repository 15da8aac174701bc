"""What products have used: a fixed number of indexed reads for each, whatever was posted."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from fieldstation.core.accounting.model.charges import units_of
from fieldstation.core.accounting.model.periods import Period
from fieldstation.core.accounting.model.standing import Use
from fieldstation.db import Tx

_LEDGER = """LEFT JOIN LATERAL (
          SELECT sum(d.amount) FILTER (WHERE a.kind = 'processing') AS processing,
                 sum(d.amount) FILTER (WHERE a.kind = 'storage') AS storage
            FROM ledger_account a JOIN ledger_day d ON d.account = a.id AND d.day >= w.begin AND d.day < w.until
           WHERE a.product = w.product AND a.kind IN ('processing', 'storage')) l ON true"""
_USES = text(f"""
    SELECT w.product, coalesce(l.processing, 0) AS processing, coalesce(l.storage, 0) AS storage,
           coalesce(o.today, 0) AS today, coalesce(o.accrued, 0) AS accrued, coalesce(o.reserved, 0) AS reserved,
           coalesce(o.held, 0) AS held, n.current_bytes, n.peak_bytes, n.unit_bytes, n.unit_cost
      FROM unnest(cast(:products AS text[]), cast(:begins AS date[]), cast(:ends AS date[]))
           AS given (product, begin, until)
      CROSS JOIN LATERAL (SELECT given.product COLLATE "C" AS product, given.begin, given.until) w
      {_LEDGER}
      LEFT JOIN LATERAL (
          SELECT sum(c.coins) FILTER (WHERE c.kind = 'storage' AND c.day >= w.begin AND c.day < w.until) AS today,
                 sum(c.coins) FILTER (WHERE c.kind = 'processing') AS accrued,
                 sum(greatest(c.coins, c.hold)) FILTER (WHERE c.kind = 'processing') AS reserved,
                 sum(c.hold) AS held
            FROM charge c WHERE c.product = w.product AND c.closed_at IS NULL) o ON true
      LEFT JOIN LATERAL (
          SELECT c.current_bytes, c.peak_bytes, c.unit_bytes, c.unit_cost FROM charge c
           WHERE c.product = w.product AND c.kind = 'storage' AND c.day = :today) n ON true
""")
_DAYS = text("""
    SELECT s.day, sum(s.processing) AS processing, sum(s.storage) AS storage
      FROM (SELECT d.day, CASE WHEN a.kind = 'processing' THEN d.amount ELSE 0 END AS processing,
                   CASE WHEN a.kind = 'storage' THEN d.amount ELSE 0 END AS storage
              FROM ledger_account a JOIN ledger_day d ON d.account = a.id AND d.day >= :begin AND d.day < :until
             WHERE a.product = :product AND a.kind IN ('processing', 'storage')
            UNION ALL
            SELECT c.day, 0, c.coins FROM charge c
             WHERE c.product = :product AND c.closed_at IS NULL AND c.kind = 'storage' AND c.day >= :begin
               AND c.day < :until) s
     GROUP BY s.day ORDER BY s.day
""")
_TOTALS = text(f"""
    SELECT p.id, p.unit, p.type, p.name, coalesce(l.processing, 0) AS processing,
           coalesce(l.storage, 0) + coalesce(o.today, 0) AS storage
      FROM unnest(cast(:units AS text[]), cast(:begins AS date[]), cast(:ends AS date[]))
           AS given (unit, begin, until)
      JOIN product p ON p.unit = given.unit COLLATE "C"
      CROSS JOIN LATERAL (SELECT p.id AS product, given.begin, given.until) w
      {_LEDGER}
      LEFT JOIN LATERAL (
          SELECT sum(c.coins) AS today FROM charge c
           WHERE c.product = p.id AND c.closed_at IS NULL AND c.kind = 'storage' AND c.day >= w.begin
             AND c.day < w.until) o ON true
     WHERE p.removed_at IS NULL OR coalesce(l.processing, 0) + coalesce(l.storage, 0) + coalesce(o.today, 0) > 0
     ORDER BY p.id
""")


def uses(tx: Tx, periods: Mapping[str, Period], today: date) -> Mapping[str, Use]:
    """Read what products have used, each in a period of its own, in one statement."""
    values = {
        "products": list(periods),
        "begins": [period.begin for period in periods.values()],
        "ends": [period.end for period in periods.values()],
        "today": today,
    }
    return {row.product: _use(row) for row in tx.all(_USES, values)} if periods else {}


def days(tx: Tx, product: str, period: Period) -> Mapping[date, tuple[Decimal, Decimal]]:
    """Read the coins of each day on which there are any: of instances that ended on it, and of its storage."""
    values = {"product": product, "begin": period.begin, "until": period.end}
    return {row.day: (row.processing, row.storage) for row in tx.all(_DAYS, values)}


def totals(tx: Tx, periods: Mapping[str, Period]) -> Sequence[Any]:
    """Read the coins of every product of these units, each in the period of its unit."""
    values = {
        "units": list(periods),
        "begins": [period.begin for period in periods.values()],
        "ends": [period.end for period in periods.values()],
    }
    return tx.all(_TOTALS, values) if periods else []


def _use(row: Any) -> Use:
    burn = Decimal(0) if row.unit_cost is None else units_of(row.current_bytes, row.unit_bytes) * row.unit_cost
    return Use(
        processing=row.processing,
        storage=row.storage,
        today=row.today,
        accrued=row.accrued,
        reserved=row.reserved,
        held=row.held,
        burn_rate=burn,
        current_bytes=row.current_bytes or 0,
        peak_bytes=row.peak_bytes or 0,
    )
