"""How the entries that a search finds fall into facets: counted in one statement."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.catalogue.model.cql2.nodes import fault
from fieldstation.core.catalogue.model.fields import Kind, find
from fieldstation.core.catalogue.model.values import Bucket, Counts, FacetWanted, Search, Way
from fieldstation.core.catalogue.store.columns import COLUMNS, within
from fieldstation.core.catalogue.store.condition import Bound
from fieldstation.core.catalogue.store.search import Seen, computing, where_of
from fieldstation.db import Tx

_LEAST_CELL = 0.1  # degrees
_MOST_BOUNDS = 50
_MOST_CELLS = 2_000


def count(tx: Tx, seen: Seen, wanted: Search, facets: Sequence[FacetWanted]) -> Counts:
    """Count them; each facet as if none of its own values had been chosen."""
    where = where_of(tx, seen, wanted)
    binding = _Binding(where.values)
    columns = [binding.value(facet) for facet in facets]
    chosen = [binding.chosen(facet, column) for facet, column in zip(facets, columns, strict=True)]
    listed = [f"{column} AS v_{place}" for place, column in enumerate(columns)]
    listed += [f"{one} AS m_{place}" for place, one in enumerate(chosen)]
    parts = [_total(len(facets)), *(_facet(place, facet, len(facets)) for place, facet in enumerate(facets))]
    query = f"""
        WITH found AS MATERIALIZED (SELECT {", ".join(listed) or "1 AS one"} FROM catalogue c WHERE {where.sql})
        {" UNION ALL ".join(parts)}
    """
    with computing():
        rows = tx.listed(text(query), binding.values)
    total = next(row.n for row in rows if row.facet == -1)
    return Counts(total=total, facets=[_buckets(facet, place, rows) for place, facet in enumerate(facets)])


class _Binding(Bound):
    """Binds what facets need beside the values of the search itself."""

    def __init__(self, values: Any) -> None:
        super().__init__()
        self.values |= values

    def value(self, facet: FacetWanted) -> str:
        """Write what of a row the facet counts by, as a text or, for times and numbers, as what it is."""
        found = find(facet.name)
        kinds = {
            Way.TERMS: (Kind.TEXT, Kind.NUMBER),
            Way.RANGES: (Kind.NUMBER,),
            Way.HISTOGRAM: (Kind.INSTANT,),
            Way.GRID: (Kind.PLACE,),
        }[facet.way]
        if not found.path and found.kind not in kinds:
            raise fault(f"{facet.name!r} is a {found.kind}: it cannot be counted in {facet.way}")
        if found.path and facet.way is Way.GRID:
            raise fault("a grid counts footprints, which metadata do not hold")
        if facet.way is Way.GRID:
            return self._cell(facet)
        if not found.path:
            return COLUMNS[found.name] + ("::text" if facet.way is Way.TERMS and found.kind is Kind.NUMBER else "")
        document = self.document(found)
        if facet.way is Way.TERMS:
            scalar = f"jsonb_typeof({document}) IN ('string', 'number', 'boolean')"
            return f"(CASE WHEN {scalar} THEN {document} #>> '{{}}' END)"
        return within(document, kinds[0])

    def _cell(self, facet: FacetWanted) -> str:
        side = self.bind(max(facet.cell, _LEAST_CELL), "float8")
        x, y = "(center(c.extent))[0]", "(center(c.extent))[1]"
        turned = f"({x} - 360 * floor(({x} + 180) / 360))"
        return f"(floor({turned} / {side}) || ' ' || floor(least({y}, 89.999999) / {side}))"

    def chosen(self, facet: FacetWanted, column: str) -> str:
        """Write whether a row is among what is chosen of the facet."""
        if not facet.chosen:
            return "true"
        if facet.way is not Way.TERMS:
            raise fault("only the values of terms can be chosen; narrow the search by its filter")
        return f"coalesce({column} = ANY({self.bind(list(facet.chosen), 'text[]')}), false)"


def _total(facets: int) -> str:
    return f"SELECT -1 AS facet, NULL AS value, count(*) AS n FROM found WHERE {_others(-1, facets)}"


def _others(place: int, facets: int) -> str:
    return " AND ".join([f"m_{other}" for other in range(facets) if other != place] or ["true"])


def _facet(place: int, facet: FacetWanted, facets: int) -> str:
    where = f"v_{place} IS NOT NULL AND {_others(place, facets)}"
    value, most = f"v_{place}", facet.most
    if facet.way is Way.RANGES:
        bounds = ", ".join(repr(float(bound)) for bound in facet.bounds)
        value, most = f"width_bucket({value}::float8, ARRAY[{bounds}]::float8[])::text", len(facet.bounds) + 1
        if not 1 <= len(facet.bounds) <= _MOST_BOUNDS or list(facet.bounds) != sorted(set(facet.bounds)):
            raise fault(f"ranges want 1 to {_MOST_BOUNDS} bounds, each above the one before")
    elif facet.way is Way.HISTOGRAM:
        return _histogram(place, where, most)
    elif facet.way is Way.GRID:
        most = _MOST_CELLS
    return (
        f"(SELECT {place}, {value}, count(*) FROM found WHERE {where} "
        f'GROUP BY 2 ORDER BY 3 DESC, {value} COLLATE "C" LIMIT {most})'
    )


def _histogram(place: int, where: str, most: int) -> str:
    """Count by equal stretches between the first and the last; infinite ends are left out."""
    finite = f"{where} AND isfinite(v_{place})"
    return f"""(
        SELECT {place}, to_char((a + (b - a) * (w - 1) / {most}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                        || '/' ||
                        to_char((a + (b - a) * w / {most}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), n
          FROM (SELECT e.a, e.b, CASE WHEN e.a = e.b THEN 1 ELSE least({most}, 1 + floor({most} *
                       extract(epoch FROM v_{place} - e.a) / extract(epoch FROM e.b - e.a)))::int END AS w,
                       count(*) AS n
                  FROM found, (SELECT min(v_{place}) AS a, max(v_{place}) AS b FROM found WHERE {finite}) e
                 WHERE {finite} GROUP BY 1, 2, 3 ORDER BY 3) bars)"""


def _buckets(facet: FacetWanted, place: int, rows: Sequence[Any]) -> Sequence[Bucket]:
    mine = [row for row in rows if row.facet == place]
    if facet.way is Way.RANGES:
        return [_range(facet, int(row.value), row.n) for row in sorted(mine, key=lambda row: int(row.value))]
    if facet.way is Way.HISTOGRAM:
        return [_bar(row.value, row.n) for row in mine]
    if facet.way is Way.GRID:
        return [_cell(facet, row.value, row.n) for row in mine]
    return [Bucket(value=row.value, count=row.n) for row in mine]


def _range(facet: FacetWanted, place: int, number: int) -> Bucket:
    edges = [None, *(format(bound, "g") for bound in facet.bounds), None]
    start, end = edges[place], edges[place + 1]
    return Bucket(value=f"{start or ''}..{end or ''}", count=number, start=start, end=end)


def _bar(value: str, number: int) -> Bucket:
    start, _, end = value.partition("/")
    return Bucket(value=start, count=number, start=start, end=end)


def _cell(facet: FacetWanted, value: str, number: int) -> Bucket:
    side = max(facet.cell, _LEAST_CELL)
    column, row = (float(part) for part in value.split())
    west, south = column * side, row * side
    box = (round(west, 6), round(south, 6), round(min(west + side, 180.0), 6), round(min(south + side, 90.0), 6))
    return Bucket(value=value, count=number, box=box)
