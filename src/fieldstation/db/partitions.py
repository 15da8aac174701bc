"""Months of the event table: made ahead of time, dropped whole when they are over and old.

`ensure` runs at every migration and from the sweep, so that the default partition, which takes what finds no month, is
empty as a rule. What fell into it all the same is moved when its month is made.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from fieldstation.db.database import Tx

TABLE = "event"
_LOCK = 0x0F1E1D5A  # any constant that nothing else here uses: one process at a time changes partitions
_NAME = re.compile(rf"{TABLE}_(\d{{4}})_(\d{{2}})")

_TAKE_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_PATIENCE = text("SET LOCAL lock_timeout = '5s'")  # better to try again later than to hold up everybody's events
_PARTITIONS = text("""
    SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = cast(:table AS regclass) ORDER BY child.relname
""")


@dataclass(frozen=True, kw_only=True, order=True)
class Month:
    """One calendar month in UTC, and the partition that holds it."""

    year: int
    month: int

    @property
    def name(self) -> str:
        """The name of its partition."""
        return f"{TABLE}_{self.year:04d}_{self.month:02d}"

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def next(self) -> "Month":
        """The month after it."""
        return month_of(self.begins + timedelta(days=31))


def month_of(moment: datetime) -> Month:
    """Return the month that `moment` lies in."""
    there = moment.astimezone(UTC)
    return Month(year=there.year, month=there.month)


def ensure(tx: Tx) -> Sequence[Month]:
    """Have partitions for this month and the next; returns those that had to be made."""
    this = month_of(tx.now())
    wanted = (this, this.next)
    if not set(wanted) - set(_existing(tx)):
        return []
    _alone(tx)
    missing = sorted(set(wanted) - set(_existing(tx)))
    for month in missing:
        _make(tx, month)
    return missing


def drop_older(tx: Tx, days: int) -> Sequence[Month]:
    """Drop every month whose last moment is more than `days` days ago; returns the months dropped."""
    kept_from = tx.now() - timedelta(days=days)
    old = [month for month in _existing(tx) if month.next.begins <= kept_from]
    if old:
        _alone(tx)
        old = [month for month in _existing(tx) if month.next.begins <= kept_from]
    for month in old:
        tx.execute(text(f"DROP TABLE {month.name}"))
    return old


def _existing(tx: Tx) -> Sequence[Month]:
    names = [_NAME.fullmatch(row.relname) for row in tx.all(_PARTITIONS, {"table": TABLE})]
    return [Month(year=int(name[1]), month=int(name[2])) for name in names if name]


def _alone(tx: Tx) -> None:
    tx.execute(_PATIENCE)
    tx.execute(_TAKE_LOCK, {"key": _LOCK})


def _make(tx: Tx, month: Month) -> None:
    bounds = {"begins": month.begins, "ends": month.next.begins}
    tx.execute(text(f"CREATE TABLE {month.name} (LIKE {TABLE} INCLUDING DEFAULTS)"))
    tx.execute(
        text(f"""
            WITH stray AS (DELETE FROM {TABLE}_default WHERE at >= :begins AND at < :ends RETURNING *)
            INSERT INTO {month.name} SELECT * FROM stray
        """),  # noqa: S608  # the name is made of two numbers
        bounds,
    )
    begins, ends = (f"'{moment.isoformat()}'" for moment in bounds.values())
    tx.execute(text(f"ALTER TABLE {TABLE} ATTACH PARTITION {month.name} FOR VALUES FROM ({begins}) TO ({ends})"))
