"""Time on the wire: RFC 3339, UTC, six digits, Z."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.kernel.clock import read_time, wire_time

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_FIRST, _LAST = datetime(1900, 1, 1), datetime(2400, 1, 1)  # noqa: DTZ001  (the zone is drawn beside them)
moments = st.datetimes(min_value=_FIRST, max_value=_LAST, timezones=zones)


@given(moments)
def test_what_is_written_is_read_back_as_the_same_moment(moment: datetime) -> None:
    text = wire_time(moment)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text)
    assert read_time(text) == moment


@given(moments, moments)
def test_written_times_sort_as_the_moments_do(one: datetime, other: datetime) -> None:
    assert (wire_time(one) < wire_time(other)) == (one < other)


@given(moments)
def test_other_zones_are_read(moment: datetime) -> None:
    assert read_time(moment.isoformat()) == moment


def test_a_time_without_a_zone_is_refused_both_ways() -> None:
    naive = datetime(2026, 1, 31, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a zone"):
        wire_time(naive)
    with pytest.raises(ValueError, match="no zone"):
        read_time("2026-01-31T12:00:00")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z", "2026-01-31T25:00:00Z"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_time(text)
