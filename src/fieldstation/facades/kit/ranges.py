"""Conditions and ranges of HTTP (RFC 9110, sections 13 and 14), for representations that never change."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Whole:
    """All bytes are wanted (200)."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """The bytes from `first` to `last`, both counted, are wanted (206)."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """Number of bytes."""
        return self.last - self.first + 1


@dataclass(frozen=True, kw_only=True)
class NotModified:
    """The client has it already (304)."""


@dataclass(frozen=True, kw_only=True)
class Failed:
    """What the client demands of the representation does not hold (412)."""


@dataclass(frozen=True, kw_only=True)
class Unsatisfiable:
    """No byte of the wanted range exists (416)."""


Wanted = Whole | Part | NotModified | Failed | Unsatisfiable


def wanted(headers: Mapping[str, str], *, etag: str, size: int) -> Wanted:
    """Tell what a GET or HEAD wants of a representation with the strong `etag` (with quotes) and `size` bytes.

    Several ranges in one request, and ranges that are not well formed, mean the whole, as the standard allows.
    """
    if (match := headers.get("if-match")) is not None and not _lists(match, etag, weak=False):
        return Failed()
    if (none := headers.get("if-none-match")) is not None and _lists(none, etag, weak=True):
        return NotModified()
    if (asked := headers.get("range")) is None or headers.get("if-range", etag).strip() != etag:
        return Whole()
    return _range(asked, size)


def _range(asked: str, size: int) -> Wanted:
    found = _RANGE.fullmatch(asked)
    if found is None or (not found[1] and not found[2]):
        return Whole()
    if not found[1]:
        first, last = max(0, size - int(found[2])), size - 1
    else:
        first, last = int(found[1]), min(int(found[2] or size), size - 1)
        if found[2] and int(found[2]) < first:
            return Whole()
    return Part(first=first, last=last) if first < size else Unsatisfiable()


def _lists(header: str, etag: str, *, weak: bool) -> bool:
    tags = [tag.strip() for tag in header.split(",")]
    return "*" in tags or any((tag.removeprefix("W/") if weak else tag) == etag for tag in tags)
