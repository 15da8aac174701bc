"""Times are read as RFC 3339 and OGC API - Features have them; what is odd is told or refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.catalogue.model.moments import Interval, read_datetime_parameter, read_interval
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ENDS = st.none() | st.datetimes(timezones=st.just(UTC))


def ends(interval: Interval) -> tuple[datetime | None, datetime | None]:
    return interval.start, interval.end


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00Z",
        "2026-01-31t12:00:00z",
        "2026-01-31T12:00:00.000000Z",
        "2026-01-31T12:00:00-00:00",
        "2026-01-31T14:30:00+02:30",
        "2026-01-30T23:00:00-13:00",
    ],
)
def test_one_moment_has_many_spellings(text: str) -> None:
    assert read_datetime_parameter(text) == Interval(start=NOON, end=NOON)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-01-31T12:00:00Z/..", NOON, None),
        ("2026-01-31T12:00:00Z/", NOON, None),
        ("../2026-01-31T12:00:00Z", None, NOON),
        ("/2026-01-31T12:00:00Z", None, NOON),
        ("2026-01-31T12:00:00Z/2026-01-31T12:00:00Z", NOON, NOON),
    ],
)
def test_an_end_may_be_open(text: str, start: datetime | None, end: datetime | None) -> None:
    assert ends(read_datetime_parameter(text)) == (start, end)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "neither a moment nor an interval"),
        ("..", "neither a moment nor an interval"),
        ("/", "open at both ends"),
        ("../..", "open at both ends"),
        ("a/b/c", "neither a moment nor an interval"),
        ("2026-01-31", "without a time"),
        ("2026-01-31T12:00:00", "has no zone"),
        ("2026-01-31T12:00:00+0100", "no time of RFC 3339"),
        ("2026-01-31T12:00Z", "no time of RFC 3339"),
        ("2026-01-31 12:00:00Z", "no time of RFC 3339"),
        ("2026-01-31T12:00:00,5Z", "no time of RFC 3339"),
        ("2026-01-31T12:00:00.Z", "no time of RFC 3339"),
        ("26-01-31T12:00:00Z", "no time of RFC 3339"),
        ("12026-01-31T12:00:00Z", "no time of RFC 3339"),
        ("٢٠٢٦-01-31T12:00:00Z", "no time of RFC 3339"),
        ("2026-13-31T12:00:00Z", "month"),
        ("2026-02-29T12:00:00Z", "day"),
        ("2026-01-31T25:00:00Z", "hours go to 23"),
        ("2026-01-31T24:00:00Z", "hour 24"),
        ("2026-01-31T12:00:61Z", "hours go to 23"),
        ("2026-01-31T12:00:60Z", "second 60"),
        ("2026-01-31T12:00:00+24:00", "offset"),
        ("0000-01-01T00:00:00Z", "year 0"),
        ("0001-01-01T00:00:00+01:00", "before the year 1"),
        ("9999-12-31T23:00:00-01:00", "after 9999"),
        ("2026-01-31T12:00:00Z" * 10_000, "no time of RFC 3339"),
        ("2026-02-01T00:00:00Z/2026-01-31T12:00:00Z", "ends (2026-01-31T12:00:00+00:00) before it starts"),
    ],
)
def test_a_faulty_parameter_is_refused_with_its_fault(text: str, fault: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_datetime_parameter(text)
    assert fault in str(caught.value) and len(str(caught.value)) < 300
    assert caught.value.reason == "interval_invalid" and caught.value.next_step


def test_a_date_is_its_whole_day() -> None:
    day = datetime(2026, 1, 31, tzinfo=UTC)
    whole = (day, day + timedelta(days=1, microseconds=-1))
    assert ends(read_interval("2026-01-31", "2026-01-31")) == whole
    assert ends(read_datetime_parameter("2026-01-31", days=True)) == whole


@pytest.mark.parametrize(
    ("text", "moment", "warning"),
    [
        ("2026-01-31T12:00:00", NOON, "no zone"),
        ("2026-01-31 12:00:00Z", NOON, ""),
        ("2026-01-31T12:00Z", NOON, ""),
        ("2026-01-31T12:00:00 UTC", NOON, ""),
        ("2026-01-31T13:00:00+0100", NOON, ""),
        ("2026-01-31T24:00:00Z", NOON + timedelta(hours=12), "day after"),
        ("2025-12-31T23:59:60Z", datetime(2026, 1, 1, tzinfo=UTC), "leap second"),
        ("2026-01-01T08:59:60.5+09:00", datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC), "leap second"),
        ("2026-01-31T12:00:00.0000009Z", NOON, "microseconds"),
        ("2026-01-31T12:00:00.000000000Z", NOON, ""),
    ],
)
def test_what_documents_write_otherwise_is_read_with_a_warning(text: str, moment: datetime, warning: str) -> None:
    read = read_interval(text, None, lenient=True)
    assert ends(read) == (moment, None)
    assert [warning in one for one in read.warnings] == ([True] if warning else [])


@pytest.mark.parametrize("value", [17, True, ["2026-01-31"], {}])
def test_a_time_that_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(Invalid, match="the end is no text"):
        read_interval(None, value)


@given(ENDS, ENDS)
def test_what_we_write_we_read(start: datetime | None, end: datetime | None) -> None:
    written = ["" if one is None else wire_time(one) for one in (start, end)]
    if start is not None and end is not None and end < start:
        with pytest.raises(Invalid, match="before it starts"):
            read_interval(*written)
    else:
        assert read_interval(*written) == Interval(start=start, end=end)
