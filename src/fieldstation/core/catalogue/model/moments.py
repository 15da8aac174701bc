"""Times as people and documents write them, read as closed intervals in UTC.

Sources: RFC 3339 for a moment; OGC API - Features 7.15.4 (the parameter `datetime`) for intervals and their open ends.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fieldstation.kernel.errors import Invalid, Problem

OPEN = frozenset({"", ".."})  # how an end is written that is not known, or has not come
_LONGEST = 64  # characters of one moment
_DATE = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
_STRICT = re.compile(
    rf"{_DATE}(?:[Tt](?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d+))?"
    r"(?P<zone>[Zz]|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
_LENIENT = re.compile(
    rf"{_DATE}(?:[Tt ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r" ?(?P<zone>[Zz]|UTC|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_DAY = timedelta(days=1)
_LAST_INSTANT = timedelta(microseconds=1)
_NEXT = "write it like 2026-01-31T12:00:00Z"


@dataclass(frozen=True, kw_only=True)
class Interval:
    """When something was: both ends belong to it, an end that is None is open; times are aware, in UTC.

    A single moment is an interval whose ends are equal. `warnings` say what was taken for granted in reading it.
    """

    start: datetime | None
    end: datetime | None
    warnings: Sequence[str] = ()

    def meets(self, other: "Interval") -> bool:
        """Return whether there is a moment that belongs to both."""
        return not (_before(self.end, other.start) or _before(other.end, self.start))


@dataclass(frozen=True, kw_only=True)
class _Manner:
    """How one text is read: where it stands, what is let pass, whether a date may stand for its day."""

    where: str
    lenient: bool
    days: bool
    warn: Callable[[str], None]

    def fault(self, text: str, *, next_step: str = _NEXT) -> Invalid:
        return Invalid(text, reason="interval_invalid", next_step=next_step, problems=[_problem(self.where, text)])


def read_interval(start: object, end: object, *, lenient: bool = False) -> Interval:
    """Return the interval between two texts of a document; None, an empty text and `..` leave an end open.

    A date without a time is its whole day in UTC. With `lenient`, a time without a zone is taken for UTC, and a space
    for the `T`, seconds left out and 24:00 are understood, each with a warning. Raises Invalid `interval_invalid`.
    """
    warnings: list[str] = []
    ends = [
        _manner(name, lenient, warnings).fault(f"the {name} is no text")
        for name, value in (("start", start), ("end", end))
        if value is not None and not isinstance(value, str)
    ]
    if ends:
        raise ends[0]
    first = _end(start, _manner("start", lenient, warnings), last=False)
    last = _end(end, _manner("end", lenient, warnings), last=True)
    return _ordered(first, last, warnings)


def read_datetime_parameter(text: str, *, days: bool = False) -> Interval:
    """Return what the parameter `datetime` of a search asks for: a moment, `A/B`, `../B`, `A/..`, `/B` or `A/`.

    Dates without a time are refused, as STAC wants it, but where `days` takes them for whole days. Raises Invalid
    `interval_invalid`.
    """
    warnings: list[str] = []
    manner = _Manner(where="datetime", lenient=False, days=days, warn=warnings.append)
    ends = text.split("/")
    if len(ends) == 1 and text not in OPEN:
        first, last = _moment(text, manner)
        return Interval(start=first, end=last, warnings=tuple(warnings))
    if len(ends) != 2:
        raise manner.fault(f"{_shown(text)} is neither a moment nor an interval", next_step="write START/END")
    if ends[0] in OPEN and ends[1] in OPEN:
        raise manner.fault(f"{_shown(text)} is open at both ends", next_step="leave the parameter out, or name an end")
    return _ordered(_end(ends[0], manner, last=False), _end(ends[1], manner, last=True), warnings)


def _before(end: datetime | None, start: datetime | None) -> bool:
    return end is not None and start is not None and end < start


def _manner(where: str, lenient: bool, warnings: list[str]) -> _Manner:
    return _Manner(where=where, lenient=lenient, days=True, warn=warnings.append)


def _end(value: object, manner: _Manner, *, last: bool) -> datetime | None:
    if not isinstance(value, str) or value in OPEN:
        return None
    return _moment(value, manner)[last]


def _ordered(start: datetime | None, end: datetime | None, warnings: Sequence[str]) -> Interval:
    if start is not None and end is not None and end < start:
        text = f"the interval ends ({end.isoformat()}) before it starts ({start.isoformat()})"
        raise Invalid(text, reason="interval_invalid", next_step="swap the two times", problems=[_problem("end", text)])
    return Interval(start=start, end=end, warnings=tuple(warnings))


def _moment(text: str, manner: _Manner) -> tuple[datetime, datetime]:
    """Return the first and the last instant that a text means; they differ for a date only."""
    found = (_LENIENT if manner.lenient else _STRICT).fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise manner.fault(f"{_shown(text)} is no time of RFC 3339")
    if found["hour"] is None:
        return _day(text, found, manner)
    offset = _offset(text, found["zone"], manner)
    try:
        local = datetime(int(found["year"]), int(found["month"]), int(found["day"]), tzinfo=UTC)
        moment = local + _time_of_day(text, found, offset, manner) - offset
    except ValueError as error:
        raise manner.fault(f"{_shown(text)} is no time: {error}") from error
    except OverflowError as error:
        raise manner.fault(f"{_shown(text)} is before the year 1 or after 9999 in UTC") from error
    return moment, moment


def _day(text: str, found: re.Match[str], manner: _Manner) -> tuple[datetime, datetime]:
    if not manner.days:
        raise manner.fault(
            f"{_shown(text)} is a date without a time", next_step=f"write {text}T00:00:00Z/{text}T23:59:59Z"
        )
    try:
        begin = datetime(int(found["year"]), int(found["month"]), int(found["day"]), tzinfo=UTC)
    except ValueError as error:
        raise manner.fault(f"{_shown(text)} is no date: {error}") from error
    return begin, begin + (_DAY - _LAST_INSTANT)


def _offset(text: str, zone: str | None, manner: _Manner) -> timedelta:
    """Return how far local time is ahead of UTC."""
    if zone is None:
        if not manner.lenient:
            raise manner.fault(f"{_shown(text)} has no zone", next_step=f"add Z if it is in UTC: {text[:_LONGEST]}Z")
        manner.warn(f"{manner.where}: {text} has no zone; it was taken for UTC")
        return timedelta()
    if zone in ("Z", "z", "UTC"):
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:
        raise manner.fault(f"{_shown(text)} has an offset of more than 23:59")
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)


def _time_of_day(text: str, found: re.Match[str], offset: timedelta, manner: _Manner) -> timedelta:
    """Return the time since midnight; a leap second is the first second of the next day, as in PostgreSQL."""
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    fraction = found["fraction"] or ""
    if hour == 24 and not (minute or second or fraction.strip("0")):
        if not manner.lenient:
            raise manner.fault(f"{_shown(text)} has an hour 24", next_step="write 00:00:00 of the day after")
        manner.warn(f"{manner.where}: {text} was read as 00:00 of the day after")
    elif hour > 23 or minute > 59 or second > 60:
        raise manner.fault(f"{_shown(text)} is no time: hours go to 23, minutes and seconds to 59")
    since = timedelta(hours=hour, minutes=minute, seconds=second)
    if second == 60:
        if (since - offset) % _DAY:
            raise manner.fault(f"{_shown(text)} has a second 60, which only the last minute of a day in UTC has")
        manner.warn(f"{manner.where}: the leap second {text} was read as the first second of the day after")
    if len(fraction) > 6 and fraction[6:].strip("0"):
        manner.warn(f"{manner.where}: {text} was cut to microseconds")
    return since + timedelta(microseconds=int(fraction[:6].ljust(6, "0")))


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def _problem(where: str, text: str) -> Problem:
    return Problem(where=where, text=text)
