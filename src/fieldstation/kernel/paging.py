"""Pages by key: a list is `{items, next}`, and `next` is an opaque position, never an offset."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from fieldstation.kernel.errors import Invalid

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000
_MOST_DIGITS = 18  # fewer than a bigint may have

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """Which page is wanted: at most `limit` items behind the position `after` (the key of the last item seen)."""

    limit: int = DEFAULT_LIMIT
    after: tuple[str, ...] | None = None

    def number(self, start: int) -> int:
        """Return the position of a list that is ordered by one whole number, `start` for the first page."""
        if self.after is None:
            return start
        text = self.after[0]
        if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
            raise _not_ours()
        return int(text)


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Item]):
    """One page; `next` is absent on the last one."""

    items: Sequence[Item]
    next: str | None = None


def page_of(rows: Sequence[Item], request: PageRequest, key: Callable[[Item], tuple[str, ...]]) -> Page[Item]:
    """Cut a page from `rows`, which a store fetched with `limit + 1`; the surplus row only proves that more follow."""
    items = rows[: request.limit]
    more = len(rows) > request.limit
    return Page(items=items, next=write_cursor(key(items[-1])) if more else None)


def write_cursor(key: tuple[str, ...]) -> str:
    """Hide a key in an opaque, URL-safe position."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def read_cursor(cursor: str, parts: int = 1) -> tuple[str, ...]:
    """Read a position that `write_cursor` made of `parts` texts; anything else is Invalid."""
    try:
        key = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, list) or len(key) != parts or not all(_keepable(part) for part in key):
        raise _not_ours()
    return tuple(key)


def _keepable(part: object) -> bool:
    """Tell whether PostgreSQL can compare with `part`: a text without U+0000 and half surrogate pairs."""
    return isinstance(part, str) and "\0" not in part and not any("\ud800" <= letter <= "\udfff" for letter in part)


def _not_ours() -> Invalid:
    return Invalid("the page position is not one that this station gave out", next_step="start from the first page")
