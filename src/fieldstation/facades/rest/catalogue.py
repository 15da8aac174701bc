"""Routes of the catalogue: versions found by place, time, facet and words, counted, and described."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from fieldstation.core.catalogue.model.cql2 import Call, Geometry, Property, both, filter_of, interval_of
from fieldstation.core.catalogue.model.fields import ALIASES, OPEN, QUERYABLES
from fieldstation.core.catalogue.model.product import Given
from fieldstation.core.catalogue.model.values import Bucket, Counts, Entry, FacetWanted, Order, Search, Way
from fieldstation.core.catalogue.service import Catalogue
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import Cursor, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.names import Text
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.paging import DEFAULT_LIMIT, MAX_LIMIT, PageRequest, read_cursor

_LONGEST = 500_000
Numbers = Annotated[list[float], Field(min_length=4, max_length=6)]
Name = Annotated[Text, Field(min_length=1, max_length=200)]


class CatalogueEntryOut(BaseModel):
    """A version as the catalogue knows it."""

    id: str = Field(description="id of the version")
    dataset: str = Field(description="id of its data set")
    name: str = Field(description="name of the data set", examples=["rainfall"])
    title: str
    version: int
    latest: bool = Field(description="whether it is the newest of its data set")
    type: str | None = Field(default=None, description="kind of product", examples=["S1-SLC"])
    level: str | None = Field(default=None, examples=["L1"])
    release: str | None = Field(default=None, description="version of the product as its maker counts it")
    footprint: dict[str, Any] | None = Field(default=None, description="GeoJSON geometry (RFC 7946)")
    start: str | None = Field(default=None, description="when observing began; absent: open, or not known")
    end: str | None = None
    labels: dict[str, str]
    metadata: dict[str, Any]
    size: int
    files: int
    origin: str = Field(description="`run`, `upload` or `place`")
    run: str | None = Field(default=None, description="id of the run that made it")
    published: str
    remarks: list[str] = Field(description="what of place and time could not be read, or was mended in reading")


class Sought(BaseModel):
    """What is searched for; all that is given must hold."""

    model_config = ConfigDict(extra="forbid", strict=True)

    filter: Annotated[str, Field(max_length=_LONGEST)] | dict[str, JsonValue] | None = Field(
        default=None, description="CQL2, as text or as JSON", examples=["type = 'S1-SLC' AND metadata.cloud < 20"]
    )
    q: Annotated[Text, Field(max_length=200)] | None = Field(
        default=None, description="words, each of which may go on: of names, texts, labels and metadata"
    )
    bbox: Numbers | None = Field(default=None, description="west, south, east, north; west > east crosses 180 degrees")
    intersects: dict[str, JsonValue] | None = Field(default=None, description="a GeoJSON geometry")
    time: Annotated[Text, Field(max_length=200)] | None = Field(
        default=None, description="a moment, or `start/end` with `..` for an open end", examples=["2026-01-01/.."]
    )
    versions: bool = Field(default=False, description="also versions that are not the newest of their data set")

    def search(self, order: Sequence[Order] = ()) -> Search:
        """Return it as the core reads it; Invalid where it has no meaning."""
        found = filter_of(self.filter)
        for shape in (None if self.bbox is None else {"bbox": self.bbox}, self.intersects):
            if shape is not None:
                found = both(found, Call("s_intersects", (Property("footprint"), Geometry(shape))))
        if self.time is not None:
            found = both(found, Call("t_intersects", (Property("time"), interval_of(self.time))))
        return Search(filter=found, words=self.q, versions=self.versions, order=order)


class SearchBody(Sought):
    """A search, and which page of what it finds."""

    sort: list[Annotated[Name, Field(examples=["-start"])]] = Field(
        default=[], max_length=4, description="queryables to order by, each with `-` for the greatest first"
    )
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    after: Cursor | None = Field(default=None, description="`next` of the page before")

    def order(self) -> Sequence[Order]:
        """Return the order as the core reads it."""
        return [Order(name=one.lstrip("+-"), falling=one.startswith("-")) for one in self.sort]


class FacetBody(BaseModel):
    """A facet: how many there are of each value of a queryable."""

    model_config = ConfigDict(extra="forbid", strict=True)

    of: Name = Field(description="a queryable", examples=["type", "metadata.platform", "start"])
    way: Literal["terms", "ranges", "histogram", "grid"] = "terms"
    most: int = Field(default=20, ge=1, le=1000, description="most values of terms; bars of a histogram")
    bounds: list[float] = Field(default=[], max_length=50, description="of ranges, rising")
    cell: float = Field(default=10.0, ge=0.1, le=180, description="side of a cell of a grid, in degrees")
    chosen: list[Annotated[Text, Field(max_length=1000)]] = Field(
        default=[], max_length=100, description="chosen values of terms: they narrow everything but the facet itself"
    )


class CountBody(Sought):
    """A search that is counted, and its facets."""

    facets: dict[Name, FacetBody] = Field(default={}, max_length=20)


class BucketOut(BaseModel):
    """A value of a facet."""

    value: str
    count: int
    start: str | None = None
    end: str | None = None
    box: list[float] | None = Field(default=None, description="of a cell: west, south, east, north")


class CatalogueCountsOut(BaseModel):
    """How many there are."""

    total: int
    facets: dict[str, list[BucketOut]]


class QueryableOut(BaseModel):
    """A name that a filter may use."""

    name: str
    kind: str = Field(description="text, number, instant, span, place; `any`: told by each value")
    title: str
    aliases: list[str]


class QueryablesOut(BaseModel):
    """All of them; what stands behind `metadata.` and `labels.` is told by the versions themselves."""

    items: list[QueryableOut]


class DescribeBody(BaseModel):
    """What a version is; what is absent stays, an empty value takes away what there is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Annotated[Text, Field(max_length=200)] | None = None
    level: Annotated[Text, Field(max_length=200)] | None = None
    release: Annotated[Text, Field(max_length=200)] | None = None
    footprint: dict[str, JsonValue] | Numbers | None = Field(default=None, description="GeoJSON geometry, or a box")
    start: Annotated[Text, Field(max_length=64)] | None = None
    end: Annotated[Text, Field(max_length=64)] | None = None


def router(catalogue: Catalogue) -> APIRouter:
    """Return the routes of the catalogue."""
    routes = APIRouter(tags=["catalogue"])
    _add_search(routes, catalogue)
    _add_entries(routes, catalogue)
    return routes


def _add_search(routes: APIRouter, catalogue: Catalogue) -> None:
    @routes.post(
        "/catalogue/search",
        operation_id="search_catalogue",
        summary="Find versions by place, time, properties and words, among those that you may read",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def search(call: CallerCall, wanted: SearchBody) -> PageOut[CatalogueEntryOut]:
        def work(tx: Tx, caller: Caller) -> PageOut[CatalogueEntryOut]:
            order = wanted.order()
            after = None if wanted.after is None else read_cursor(wanted.after, len(order) + 1)
            page = PageRequest(limit=wanted.limit, after=after)
            return page_out(catalogue.search(tx, caller, wanted.search(order), page), _entry)

        return await call(work)

    @routes.post(
        "/catalogue/count",
        operation_id="count_catalogue",
        summary="Count what a search finds, and how it falls into facets",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def count(call: CallerCall, wanted: CountBody) -> CatalogueCountsOut:
        def work(tx: Tx, caller: Caller) -> CatalogueCountsOut:
            facets = [_facet(one) for one in wanted.facets.values()]
            return _counts(list(wanted.facets), catalogue.count(tx, caller, wanted.search(), facets))

        return await call(work)

    @routes.get(
        "/catalogue/queryables",
        operation_id="list_queryables",
        summary="List the names that a filter may use",
        responses=responses(),
    )
    async def queryables(call: CallerCall) -> QueryablesOut:
        return await call(lambda _tx, _caller: _queryables())


def _add_entries(routes: APIRouter, catalogue: Catalogue) -> None:
    @routes.get(
        "/catalogue/{version}",
        operation_id="show_entry",
        summary="Show what the catalogue knows of a version",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def show(version: str, call: CallerCall) -> CatalogueEntryOut:
        return await call(lambda tx, caller: _entry(catalogue.show(tx, caller, version)))

    @routes.patch(
        "/catalogue/{version}",
        operation_id="describe_version",
        summary="Say what a version is: its kind, and where and when it was observed",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def describe(version: str, call: CallerCall, given: DescribeBody) -> CatalogueEntryOut:
        return await call(lambda tx, caller: _entry(catalogue.describe(tx, caller, version, _given(given))))


def _given(given: DescribeBody) -> Given:
    return Given(**given.model_dump())


def _facet(wanted: FacetBody) -> FacetWanted:
    return FacetWanted(
        name=wanted.of,
        way=Way(wanted.way),
        most=wanted.most,
        bounds=wanted.bounds,
        cell=wanted.cell,
        chosen=wanted.chosen,
    )


def _entry(found: Entry) -> CatalogueEntryOut:
    return CatalogueEntryOut(
        id=found.version_id,
        dataset=found.dataset_id,
        name=found.name,
        title=found.title,
        version=found.number,
        latest=found.latest,
        type=found.type,
        level=found.level,
        release=found.release,
        footprint=None if found.footprint is None else dict(found.footprint),
        start=None if found.start is None else wire_time(found.start),
        end=None if found.end is None else wire_time(found.end),
        labels=dict(found.labels),
        metadata=dict(found.metadata),
        size=found.size,
        files=found.file_count,
        origin=found.origin,
        run=found.run_id,
        published=wire_time(found.published),
        remarks=list(found.remarks),
    )


def _counts(names: Sequence[str], found: Counts) -> CatalogueCountsOut:
    facets = {name: [_bucket(one) for one in buckets] for name, buckets in zip(names, found.facets, strict=True)}
    return CatalogueCountsOut(total=found.total, facets=facets)


def _bucket(one: Bucket) -> BucketOut:
    box = None if one.box is None else list(one.box)
    return BucketOut(value=one.value, count=one.count, start=one.start, end=one.end, box=box)


def _queryables() -> QueryablesOut:
    aliases: Mapping[str, list[str]] = {
        name: [alias for alias, meant in ALIASES.items() if meant == name] for name in QUERYABLES
    }
    items = [
        QueryableOut(name=one.name, kind=one.kind, title=one.title, aliases=aliases[one.name])
        for one in QUERYABLES.values()
    ]
    items += [QueryableOut(name=f"{name}.*", kind="any", title=f"any of the {name}", aliases=[]) for name in OPEN]
    return QueryablesOut(items=items)
