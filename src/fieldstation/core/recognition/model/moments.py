"""Times as the documents of products write them: often without a zone, and then UTC."""

import re
from datetime import UTC, datetime, timedelta

from fieldstation.core.recognition.model.findings import Fields, kind_of, shown

_TIME = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:[Tt ]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?"
    r"\s*([Zz]|UTC|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_MILLISECONDS = 253_402_300_799_999  # the end of the year 9999


def read_moment(fields: Fields, key: str) -> datetime | None:
    """Read a time: ISO 8601 with or without zone (then UTC) and fraction, or milliseconds since 1970; None if absent.

    What is finer than a microsecond is cut off. A day alone is its beginning.
    """
    value = fields.get(key)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_MILLISECONDS:
        fields.warn(key, f"is the number {value}, taken as milliseconds since 1970; write 2026-01-31T12:00:00Z")
        return _EPOCH + timedelta(milliseconds=value)
    if value == "":
        fields.warn(key, "is empty, taken as absent; leave it out")
        return None
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= 64 else None
    moment = _moment(found) if found else None
    if moment is None:
        given = shown(value) if isinstance(value, str) else kind_of(value)
        fields.fault(key, f"{given} is no time; write it like 2026-01-31T12:00:00Z")
    return moment


def _moment(found: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    micros = int((found[7] or "")[:6].ljust(6, "0"))
    try:
        return datetime(year, month, day, hour, minute, second, micros, UTC) - _offset(found[8])
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone[0] not in "+-":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:]) if len(zone) > 3 else 0
    if hours > 23 or minutes > 59:
        raise ValueError(zone)
    return (-1 if zone[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes)
