"""Billing periods: from the billing day of one month to that of the next, in days of UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fieldstation.kernel.errors import Invalid

_MONTHS = 12
MOST_PRIOR = 23  # periods before the present one that can be asked for
MOST_DAYS = 800


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days from `begin` on and before `end`."""

    begin: date
    end: date

    @property
    def days(self) -> Sequence[date]:
        """Every day, the first one first."""
        return [self.begin + timedelta(days=number) for number in range((self.end - self.begin).days)]

    def remaining_days(self, today: date) -> int:
        """Return how many days are left, today among them."""
        return (self.end - today).days


def period_of(today: date, billing_day: int, prior: int = 0) -> Period:
    """Return the period that `today` lies in, or the one `prior` periods before it; `billing_day` is 1 to 28."""
    months = today.year * _MONTHS + today.month - 1 - (today.day < billing_day) - prior
    return Period(begin=_day(months, billing_day), end=_day(months + 1, billing_day))


@dataclass(frozen=True, kw_only=True)
class Span:
    """Which days are meant: a billing period, so many before the present one, or from `begin` on and before `end`."""

    prior: int = 0
    begin: date | None = None
    end: date | None = None

    def period(self, today: date, billing_day: int) -> Period:
        """Return the days for a unit with this billing day; what is left out of `begin` and `end` is its period's."""
        if not 0 <= self.prior <= MOST_PRIOR:
            raise Invalid(f"there is no period {self.prior} before this one", next_step=f"give 0 to {MOST_PRIOR}")
        found = period_of(today, billing_day, self.prior)
        if self.begin is None and self.end is None:
            return found
        begin = found.begin if self.begin is None else self.begin
        end = max(found.end, begin + timedelta(days=1)) if self.end is None else self.end
        if not 0 < (end - begin).days <= MOST_DAYS:
            raise Invalid(
                f"from {begin} until {end} are no days, or more than {MOST_DAYS}",
                next_step="give a first day, and a later one that is left out",
            )
        return Period(begin=begin, end=end)


def _day(months: int, day: int) -> date:
    return date(months // _MONTHS, months % _MONTHS + 1, day)
