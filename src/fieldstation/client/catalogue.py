"""The catalogue: versions found by place, time, properties and words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fieldstation.client.answers import read
from fieldstation.client.things import Json
from fieldstation.client.transport import Transport, at


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A version as the catalogue knows it; `footprint` is a GeoJSON geometry."""

    id: str
    dataset: str
    name: str
    title: str
    version: int
    latest: bool
    size: int
    files: int
    origin: str
    published: datetime
    type: str | None = None
    level: str | None = None
    release: str | None = None
    footprint: Mapping[str, Json] | None = None
    start: datetime | None = None
    end: datetime | None = None
    run: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, Json] = field(default_factory=dict)
    remarks: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """One value of a facet."""

    value: str
    count: int
    start: str | None = None
    end: str | None = None
    box: Sequence[float] | None = None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many there are, all together and in each facet."""

    total: int
    facets: Mapping[str, Sequence[Bucket]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Queryable:
    """A name that a filter may use."""

    name: str
    kind: str
    title: str
    aliases: Sequence[str] = ()


class Catalogue:
    """Everything about finding versions.

    A search takes `filter` (CQL2 as text or JSON), `q` (words), `bbox` (west, south, east, north), `intersects`
    (GeoJSON), `time` (a moment, or `start/end`), `versions` (also those that are not the newest).
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def search(self, *, sort: Sequence[str] = (), **wanted: Json) -> Iterator[Entry]:
        """Yield what a search finds, the newest first or by the queryables in `sort`, each with `-` if falling."""
        after: str | None = None
        while True:
            asked = {**wanted, "sort": list(sort), "limit": 200} | ({} if after is None else {"after": after})
            page = self._transport.send("POST", at("catalogue", "search"), asked)
            yield from (read(Entry, one) for one in page["items"])
            after = page.get("next")
            if after is None:
                return

    def count(self, facets: Mapping[str, Mapping[str, Json]], **wanted: Json) -> Counts:
        """Count what a search finds, and how it falls into facets: `{"kind": {"of": "type"}}`."""
        return read(Counts, self._transport.send("POST", at("catalogue", "count"), {**wanted, "facets": facets}))

    def queryables(self) -> Sequence[Queryable]:
        """Return the names that a filter may use."""
        return [read(Queryable, one) for one in self._transport.get(at("catalogue", "queryables"))["items"]]

    def show(self, version: str) -> Entry:
        """Return what the catalogue knows of a version, by its id or as `name@number`."""
        return read(Entry, self._transport.get(at("catalogue", version)))

    def describe(self, version: str, **said: Json) -> Entry:
        """Say what a version is: `type`, `level`, `release`, `footprint`, `start`, `end`; what is absent stays."""
        return read(Entry, self._transport.send("PATCH", at("catalogue", version), said))
