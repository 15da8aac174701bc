"""What a search of the catalogue asks for, and what it finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from fieldstation.core.catalogue.model.cql2 import Node


@dataclass(frozen=True, kw_only=True)
class Order:
    """One key of a sort: a queryable, and whether its greatest values come first."""

    name: str
    falling: bool = False


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is searched for; all that is given must hold. Without `versions` only the newest of each data set."""

    filter: Node | None = None
    words: str | None = None
    versions: bool = False
    order: Sequence[Order] = ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A version as the catalogue knows it; `order` is its place in the list it was found in."""

    version_id: str
    dataset_id: str
    name: str
    title: str
    number: int
    latest: bool
    type: str | None
    level: str | None
    release: str | None
    footprint: Mapping[str, Any] | None
    start: datetime | None
    end: datetime | None
    labels: Mapping[str, str]
    metadata: Mapping[str, Any]
    size: int
    file_count: int
    origin: str
    run_id: str | None
    published: datetime
    remarks: Sequence[str]
    order: tuple[str, ...] = ()


class Way(StrEnum):
    """How a facet counts."""

    TERMS = "terms"  # so many of each value
    RANGES = "ranges"  # so many between each two bounds
    HISTOGRAM = "histogram"  # so many in each of equal stretches of time
    GRID = "grid"  # so many in each cell of latitude and longitude


@dataclass(frozen=True, kw_only=True)
class FacetWanted:
    """A facet: of which queryable, counted how.

    `most` bounds the values of terms and the bars of a histogram; `bounds` are those of ranges; `cell` is the side of
    a cell in degrees. What is `chosen` among its terms narrows everything but the facet itself.
    """

    name: str
    way: Way
    most: int = 20
    bounds: Sequence[float] = ()
    cell: float = 10.0
    chosen: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """One value of a facet with how many there are; `start` and `end` for ranges and histograms, `box` for cells."""

    value: str
    count: int
    start: str | None = None
    end: str | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many entries a search finds, and how they fall into facets, in the order these were asked for."""

    total: int
    facets: Sequence[Sequence[Bucket]] = field(default=())
