"""What a search of data sets asks for, and how many there are of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """How the newest version of a data set came to be."""

    RUN = "run"  # a run made it
    UPLOAD = "upload"  # somebody sent it
    PLACE = "place"  # its files were registered where they lie


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which data sets a list shows: all that are given must hold.

    `words` are texts that all occur in name, title, description or labels, whatever the case; `owner` is a user's id.
    """

    words: tuple[str, ...] = ()
    owner: str | None = None
    origin: Origin | None = None
    prefix: str | None = None
    labels: Mapping[str, str] | None = None
    trashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Facets:
    """How many of the data sets that a filter leaves have which owner (id), origin and label (`key=value`).

    Owners and origins are counted as if none of their own kind had been chosen yet. With `more` there are more data
    sets than were counted: these are the newest.
    """

    total: int
    more: bool
    owners: Mapping[str, int]
    origins: Mapping[str, int]
    labels: Mapping[str, int]


_MOST_WORDS = 8
_MOST_LETTERS = 200


def words_of(text: str) -> tuple[str, ...]:
    """Return what a search text asks for, one word after the other."""
    return tuple(text[:_MOST_LETTERS].lower().split()[:_MOST_WORDS])
