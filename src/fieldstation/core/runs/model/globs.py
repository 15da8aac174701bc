"""Patterns of output files: `*` and `?` within a name, `**` across folders, `[abc]`; by RE2, so that none blows up."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import re2

_NOTHING = r"[^\x00-\x{10FFFF}]"


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> Any:
    return re2.compile(_pattern(glob))


def matches(glob: str, path: str) -> bool:
    """Tell whether a relative POSIX path matches; names that begin with a dot match like any other.

    Bytes of a name that are not UTF-8 each match as one character.
    """
    return _compiled(glob).fullmatch(path.encode(errors="replace").decode()) is not None


def _pattern(glob: str) -> str:
    parts: list[str] = []
    place = 0
    while place < len(glob):
        part, place = _part(glob, place)
        parts.append(part)
    return "(?s)" + "".join(parts)


def _part(glob: str, place: int) -> tuple[str, int]:
    if glob.startswith("**/", place):
        return "(?:[^/]+/)*", place + 3
    if glob.startswith("**", place):
        return ".*", place + 2
    if glob[place] == "*":
        return "[^/]*", place + 1
    if glob[place] == "?":
        return "[^/]", place + 1
    if glob[place] == "[":
        return _set(glob, place)
    return re2.escape(glob[place]), place + 1


def _set(glob: str, place: int) -> tuple[str, int]:
    end = glob.find("]", place + 2)
    if end < 0:
        return re2.escape("["), place + 1
    inside = glob[place + 1 : end]
    negated = inside.startswith("!")
    members = "".join(_members(inside.removeprefix("!")))
    if negated:
        return f"[^/{members}]", end + 1
    return f"[{members}]" if members else _NOTHING, end + 1


def _members(inside: str) -> Iterator[str]:
    place = 0
    while place < len(inside):
        first, last = inside[place], inside[place + 2 : place + 3]
        is_range = bool(last) and inside[place + 1] == "-"
        if not is_range:
            yield re2.escape(first)
        elif first <= last:  # a range that runs backwards holds nothing, as in fnmatch
            yield f"{re2.escape(first)}-{re2.escape(last)}"
        place += 3 if is_range else 1
