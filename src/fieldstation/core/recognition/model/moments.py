"""Times as the documents of products write them: mostly without a zone, and then UTC by their convention."""

import re
from datetime import UTC, datetime, timedelta

from fieldstation.core.catalogue.model.moments import read_interval
from fieldstation.core.recognition.model.findings import Fields, kind_of
from fieldstation.kernel.errors import Invalid

_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[Tt](\d\d)(\d\d)(\d\d)(\.\d+)?([Zz]|[+-]\d\d:?\d\d)?)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_MILLISECONDS = 253_402_300_799_999  # the end of the year 9999


def read_moment(fields: Fields, key: str, *, last: bool = False) -> datetime | None:
    """Read a time: ISO 8601 with or without zone (then UTC) and fraction, or milliseconds since 1970; None if absent.

    A day alone is its first instant, or with `last` its last one.
    """
    text = _text(fields, key)
    if text is None:
        return None
    try:
        found = read_interval(None if last else text, text if last else None, lenient=True)
    except Invalid as error:
        fields.fault(key, f"{error.text}; {error.next_step}")
        return None
    for warning in found.warnings:
        fields.warn(key, warning.partition(": ")[2])
    return found.end if last else found.start


def _text(fields: Fields, key: str) -> str | None:
    """Return a time as text in one of the forms that the catalogue reads, None where there is none."""
    value = fields.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_MILLISECONDS:
        fields.warn(key, f"is the number {value}, taken as milliseconds since 1970; write 2026-01-31T12:00:00Z")
        return (_EPOCH + timedelta(milliseconds=value)).isoformat()
    if value is not None and not isinstance(value, str):
        fields.fault(key, f"must be a time such as 2026-01-31T12:00:00Z, not {kind_of(value)}")
        return None
    text = (value or "").strip()
    if value is not None and not text:
        fields.warn(key, "is empty, taken as absent; leave it out")
    if found := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second, fraction, zone = (part or "" for part in found.groups())
        time = f"T{hour}:{minute}:{second}{fraction}{zone or 'Z'}" if hour else ""
        return f"{year}-{month}-{day}{time}"
    return f"{text}Z" if _NO_ZONE.fullmatch(text) else text or None
