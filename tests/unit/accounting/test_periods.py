"""Billing periods: every day lies in exactly one, whatever the billing day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.accounting.model.periods import period_of

days = st.dates(min_value=date(2020, 1, 1), max_value=date(2060, 1, 1))
billing_days = st.integers(1, 28)


@given(days, billing_days)
def test_a_day_lies_in_its_period_and_ends_in_the_next(today: date, billing_day: int) -> None:
    period = period_of(today, billing_day)
    assert period.begin <= today < period.end
    assert period.begin.day == period.end.day == billing_day
    assert 28 <= (period.end - period.begin).days <= 31
    assert period_of(period.end, billing_day).begin == period.end
    assert period_of(period.end - timedelta(days=1), billing_day) == period


@given(days, billing_days, st.integers(0, 23))
def test_prior_periods_follow_each_other_without_a_gap(today: date, billing_day: int, prior: int) -> None:
    assert period_of(today, billing_day, prior + 1).end == period_of(today, billing_day, prior).begin


@pytest.mark.parametrize(
    ("today", "billing_day", "remaining"),
    [
        (date(2026, 11, 22), 22, 30),
        (date(2026, 11, 22), 23, 1),
        (date(2026, 2, 28), 28, 28),
        (date(2026, 12, 31), 1, 1),
        (date(2026, 1, 1), 2, 1),
    ],
)
def test_remaining_days_count_today(today: date, billing_day: int, remaining: int) -> None:
    assert period_of(today, billing_day).remaining_days(today) == remaining
