"""Patterns of output files: `*` and `?` within a name, `**` across folders, `[abc]`; by RE2, so that none blows up."""

from functools import lru_cache
from typing import Any

import re2


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
    body = re2.escape(inside.removeprefix("!")).replace("\\-", "-")
    return f"[{'^/' if negated else ''}{body}]", end + 1
