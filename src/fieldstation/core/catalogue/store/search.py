"""Pages of the catalogue, in any order, along their key."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg.errors import DataError
from sqlalchemy import text

from fieldstation.core.catalogue.model.cql2.nodes import fault
from fieldstation.core.catalogue.model.fields import Kind, find
from fieldstation.core.catalogue.model.relations import related
from fieldstation.core.catalogue.model.values import Entry, Order, Search
from fieldstation.core.catalogue.store.columns import COLUMNS
from fieldstation.core.catalogue.store.condition import Condition
from fieldstation.db import Tx
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import PageRequest

_RELATED = 50_000  # entries whose place is compared outside the database
_MOST_KEYS = 4  # of one order
_SHOWN = """c.version_id, c.dataset_id, c.name, c.number, c.latest, c.type, c.level, c.release, c.footprint, c.starts,
       c.ends, c.labels, c.metadata, c.size, c.file_count, c.origin, c.run_id, c.published, c.remarks, d.title"""
_PAGE = """
    WITH found AS MATERIALIZED (
        SELECT c.key, {keys} FROM catalogue c WHERE {where} ORDER BY {order} LIMIT :limit
    )
    SELECT {shown}, {places}
      FROM found f JOIN catalogue c ON c.key = f.key JOIN dataset d ON d.id = c.dataset_id
     ORDER BY {outer}
"""
_ONE = text(f"""
    SELECT {_SHOWN} FROM catalogue c JOIN dataset d ON d.id = c.dataset_id WHERE c.version_id = :version
""")
# What stands for no value, so that it comes last: rising, falling, and its type.
_LAST: Mapping[Kind, tuple[str, str, str]] = {
    Kind.TEXT: ("U&'\\+10FFFF'", "''", "text"),
    Kind.NUMBER: ("'Infinity'::numeric", "'-Infinity'::numeric", "numeric"),
    Kind.INSTANT: ("'infinity'::timestamptz", "'-infinity'::timestamptz", "timestamptz"),
}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The condition that a row is one the caller may see, with its values."""

    condition: str
    values: Mapping[str, Any]


@contextmanager
def computing() -> Iterator[None]:
    """Have a value that no number can hold be the fault of the filter that computes it."""
    try:
        yield
    except DataError as error:
        raise fault(f"the filter computes what cannot be: {error.diag.message_primary}") from None


@dataclass(frozen=True, kw_only=True)
class Where:
    """The conditions of a search."""

    sql: str
    values: Mapping[str, Any]


def where_of(tx: Tx, seen: Seen, wanted: Search) -> Where:
    """Write the conditions of a search; Invalid where its filter has no meaning."""
    parts = [seen.condition, "NOT c.hidden"]
    if not wanted.versions:
        parts.append("c.latest")
    known = " AND ".join(parts)

    def relate(op: str, place: Mapping[str, Any], near: str) -> Sequence[int]:
        return _related(tx, op, place, Where(sql=f"{known} AND {near}", values={**seen.values, **condition.values}))

    condition = Condition(relate)
    if wanted.words:
        parts.append(f"c.words @@ {condition.bind(_prefixes(wanted.words), 'tsquery')}")
    if wanted.filter is not None:
        parts.append(condition.write(wanted.filter))
    return Where(sql=" AND ".join(parts), values={**seen.values, **condition.values})


def _related(tx: Tx, op: str, place: Mapping[str, Any], near: Where) -> Sequence[int]:
    """Return the keys of the rows near a place that stand in a relation to it, looking at a bounded number of them."""
    query = text(f"SELECT c.key, c.footprint::text AS footprint FROM catalogue c WHERE {near.sql} LIMIT {_RELATED + 1}")
    rows = tx.listed(query, near.values)
    if len(rows) > _RELATED:
        raise fault(f"{op} is decided one by one, but more than {_RELATED:,} entries meet the place: narrow it")
    stand = related(op, [row.footprint for row in rows], place)
    return [row.key for row, stands in zip(rows, stand, strict=True) if stands]


def page(tx: Tx, seen: Seen, wanted: Search, request: PageRequest) -> Sequence[Entry]:
    """Read one page and one row more."""
    where = where_of(tx, seen, wanted)
    keys = [_Key.of(place, order) for place, order in enumerate(wanted.order)]
    keys.append(_Key(name="k", sql="c.key", cast="bigint", falling=not keys or keys[-1].falling))
    values = {**where.values, "limit": request.limit + 1}
    sql = where.sql
    if request.after is not None:
        values |= {f"after_{key.name}": one for key, one in zip(keys, request.after, strict=True)}
        sql += f" AND {_behind(keys)}"
    query = _PAGE.format(
        shown=_SHOWN,
        keys=", ".join(f"{key.sql} AS sort_{key.name}" for key in keys),
        places=", ".join(f"f.sort_{key.name}::text AS after_{key.name}" for key in keys),
        where=sql,
        order=", ".join(f"{key.sql} {key.direction}" for key in keys),
        outer=", ".join(f"f.sort_{key.name} {key.direction}" for key in keys),
    )
    with computing():
        return [_entry(row, keys) for row in tx.listed(text(query), values)]


def one(tx: Tx, version_id: str) -> Entry | None:
    """Read the row of a version."""
    row = tx.one_or_none(_ONE, {"version": version_id})
    return None if row is None else _entry(row, ())


@dataclass(frozen=True, kw_only=True)
class _Key:
    """An expression that rows are ordered by, never null; bound as `after_<name>` as a text."""

    name: str
    sql: str
    cast: str
    falling: bool

    @classmethod
    def of(cls, place: int, order: Order) -> "_Key":
        found = find(order.name)
        if place >= _MOST_KEYS:
            raise Invalid(f"an order has at most {_MOST_KEYS} keys", next_step="leave some out", reason="order")
        if found.path or found.kind not in _LAST:
            raise fault(f"nothing can be ordered by {order.name[:60]!r}")
        rising, falling, cast = _LAST[found.kind]
        last = falling if order.falling else rising
        column = COLUMNS[found.name]
        sql = f'coalesce({column}, {last} COLLATE "C")' if cast == "text" else f"coalesce({column}, {last})"
        return cls(name=str(place), sql=sql, cast=cast, falling=order.falling)

    @property
    def direction(self) -> str:
        return "DESC" if self.falling else "ASC"


def _behind(keys: Sequence[_Key]) -> str:
    """Write that a row comes behind the last one seen; a row comparison where all keys go one way, for the index."""
    bound = [f"cast(cast(:after_{key.name} AS text) AS {key.cast})" for key in keys]
    if len({key.falling for key in keys}) == 1:
        sign = "<" if keys[0].falling else ">"
        return f"({', '.join(key.sql for key in keys)}) {sign} ({', '.join(bound)})"
    ways = []
    for place, key in enumerate(keys):
        same = [f"{other.sql} = {value}" for other, value in zip(keys[:place], bound, strict=False)]
        ways.append("(" + " AND ".join([*same, f"{key.sql} {'<' if key.falling else '>'} {bound[place]}"]) + ")")
    return "(" + " OR ".join(ways) + ")"


def _prefixes(words: str) -> str:
    """Write a search of full text in which each word may go on."""
    quoted = ["'" + word.replace("\\", "\\\\").replace("'", "''") + "':*" for word in words.split()]
    return " & ".join(quoted)


def _entry(row: Any, keys: Sequence[_Key]) -> Entry:
    return Entry(
        version_id=row.version_id,
        dataset_id=row.dataset_id,
        name=row.name,
        title=row.title,
        number=row.number,
        latest=row.latest,
        type=row.type,
        level=row.level,
        release=row.release,
        footprint=row.footprint,
        start=row.starts,
        end=row.ends,
        labels=row.labels,
        metadata=row.metadata,
        size=row.size,
        file_count=row.file_count,
        origin=row.origin,
        run_id=row.run_id,
        published=row.published,
        remarks=row.remarks,
        order=tuple(str(getattr(row, f"after_{key.name}")) for key in keys),
    )
