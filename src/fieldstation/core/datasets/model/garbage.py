"""What can be freed, and who keeps the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Share:
    """A number of things and their bytes together; `name` says whose or of which kind."""

    name: str
    count: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Trashed:
    """A data set in the trash and when its files may be removed for good."""

    id: str
    name: str
    owner: str
    size: int
    purge_after: datetime


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the next collection would free (`free`, and `due` once the trash whose time is over is emptied).

    `waiting` blobs are named by nothing but were touched in the last day. `trash` lists the largest that keeps its
    time, `holders` what keeps blobs beside versions, by kind, and `owners` who keeps most, all by size.
    """

    free: Share
    due: Share
    waiting: Share
    trash: Sequence[Trashed]
    holders: Sequence[Share]
    owners: Sequence[Share]
