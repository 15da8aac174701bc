"""Ids of our own making: `<kind>-<uuid7>`, so that ids sort by the time they were made."""

import re
from datetime import datetime, timedelta

import uuid_utils

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ID = re.compile(f"[a-z]+-{_UUID}")
_LATEST = (1 << 48) - 1  # milliseconds


def new_id(kind: str) -> str:
    """Return a fresh id of `kind`; later ids of one process compare greater (RFC 9562, version 7)."""
    return f"{kind}-{uuid_utils.uuid7()}"


def first_id(kind: str, moment: datetime, later: timedelta = timedelta()) -> str:
    """Return a text that is not above any id of `kind` made at `moment` or `later`, and above all made before it.

    As exact as the clock of who makes ids is right. A moment beyond what an id can tell is taken for the nearest.
    """
    milliseconds = round((moment.timestamp() + later.total_seconds()) * 1000)
    digits = f"{min(max(milliseconds, 0), _LATEST):012x}"
    return f"{kind}-{digits[:8]}-{digits[8:]}"


def id_pattern(kind: str) -> str:
    """Return the regular expression (ECMA-262) of ids of `kind`."""
    return f"^{kind}-{_UUID}$"


def is_id(text: str, kind: str) -> bool:
    """Tell whether `text` has the form of an id of `kind`; says nothing about whether the thing exists."""
    return text.startswith(f"{kind}-") and _ID.fullmatch(text) is not None
