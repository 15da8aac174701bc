"""Ids of our own making: `<kind>-<uuid7>`, so that ids sort by the time they were made."""

import re

import uuid_utils

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ID = re.compile(f"[a-z]+-{_UUID}")


def new_id(kind: str) -> str:
    """Return a fresh id of `kind`; later ids of one process compare greater (RFC 9562, version 7)."""
    return f"{kind}-{uuid_utils.uuid7()}"


def id_pattern(kind: str) -> str:
    """Return the regular expression (ECMA-262) of ids of `kind`."""
    return f"^{kind}-{_UUID}$"


def is_id(text: str, kind: str) -> bool:
    """Tell whether `text` has the form of an id of `kind`; says nothing about whether the thing exists."""
    return text.startswith(f"{kind}-") and _ID.fullmatch(text) is not None
