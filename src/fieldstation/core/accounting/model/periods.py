"""Billing periods: from the billing day of one month to that of the next, in days of UTC."""

from dataclasses import dataclass
from datetime import date

_MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days from `begin` on and before `end`."""

    begin: date
    end: date

    def remaining_days(self, today: date) -> int:
        """Return how many days are left, today among them."""
        return (self.end - today).days


def period_of(today: date, billing_day: int, prior: int = 0) -> Period:
    """Return the period that `today` lies in, or the one `prior` periods before it; `billing_day` is 1 to 28."""
    months = today.year * _MONTHS + today.month - 1 - (today.day < billing_day) - prior
    return Period(begin=_day(months, billing_day), end=_day(months + 1, billing_day))


def _day(months: int, day: int) -> date:
    return date(months // _MONTHS, months % _MONTHS + 1, day)
