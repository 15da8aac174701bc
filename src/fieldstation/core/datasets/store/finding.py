"""Finding data sets: pages of them, and how many there are of each kind."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.datasets.model import Dataset, Facets, Filter
from fieldstation.core.datasets.store.datasets import COLUMNS, Seen, dataset_of
from fieldstation.db import Tx
from fieldstation.kernel.paging import PageRequest

_COUNTED = 10_000  # data sets that facets are counted over; the newest
_SHOWN = 30  # values of one facet

_FACETS = """
    WITH found AS MATERIALIZED (
        SELECT d.owner, d.origin, d.labels, {owner} AS owned, {origin} AS made
          FROM dataset d WHERE {where} ORDER BY d.id DESC LIMIT :counted
    ), chosen AS (SELECT * FROM found WHERE owned AND made)
    SELECT 'total' AS facet, '' AS value, count(*) AS files FROM chosen
    UNION ALL SELECT 'counted', '', count(*) FROM found
    UNION ALL (SELECT 'owner', f.owner, count(*) FROM found f WHERE f.made
                GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT :shown)
    UNION ALL (SELECT 'origin', f.origin, count(*) FROM found f WHERE f.owned AND f.origin IS NOT NULL
                GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT :shown)
    UNION ALL (SELECT 'label', l.key || '=' || l.value, count(*)
                 FROM chosen c CROSS JOIN LATERAL jsonb_each_text(c.labels) l
                GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT :shown)
"""


def page(tx: Tx, seen: Seen, wanted: Filter, request: PageRequest) -> Sequence[Dataset]:
    """Read one page and one row more, newest first.

    Words go by the trigrams in `words`, labels by their index, owners and origins by theirs with the id behind them;
    everything else along the primary key. Those that await their first outputs are left out: a run that fails leaves
    nothing that anybody would look for.
    """
    conditions, values = _where(seen, wanted)
    conditions += [_owner(wanted), _origin(wanted)]
    if request.after:
        conditions.append("d.id < :after")
        values["after"] = request.after[0]
    where = " AND ".join(conditions)
    query = text(f"SELECT {COLUMNS} FROM dataset d WHERE {where} ORDER BY d.id DESC LIMIT :limit")
    return [dataset_of(row) for row in tx.listed(query, {**values, "limit": request.limit + 1})]


def facets(tx: Tx, seen: Seen, wanted: Filter) -> Facets:
    """Count the newest data sets that a filter leaves, in one statement whose cost has a bound."""
    conditions, values = _where(seen, wanted)
    query = _FACETS.format(owner=_owner(wanted), origin=_origin(wanted), where=" AND ".join(conditions))
    counts: dict[str, dict[str, int]] = {"owner": {}, "origin": {}, "label": {}, "total": {}, "counted": {}}
    for row in tx.listed(text(query), {**values, "counted": _COUNTED + 1, "shown": _SHOWN}):
        counts[row.facet][row.value] = row.files
    return Facets(
        total=counts["total"][""],
        more=counts["counted"][""] > _COUNTED,
        owners=counts["owner"],
        origins=counts["origin"],
        labels=counts["label"],
    )


def _where(seen: Seen, wanted: Filter) -> tuple[list[str], dict[str, Any]]:
    """Return all conditions but those of owner and origin, with the values of all of them."""
    conditions = [
        seen.condition,
        "d.purged IS NULL",
        "(d.latest > 0 OR NOT d.awaits)",
        f"d.trashed IS {'NOT NULL' if wanted.trashed else 'NULL'}",
    ]
    values: dict[str, Any] = {**seen.values, "owner": wanted.owner, "origin": wanted.origin}
    for place, word in enumerate(wanted.words):
        conditions.append(f"d.words LIKE :word_{place}")
        values[f"word_{place}"] = _pattern(word)
    if wanted.prefix:
        conditions.append("d.name >= :prefix AND d.name < :prefix_end")
        values |= {"prefix": wanted.prefix, "prefix_end": wanted.prefix + "\U0010ffff"}
    if wanted.labels:
        conditions.append("d.labels @> cast(:labels AS jsonb)")
        values["labels"] = json.dumps(wanted.labels)
    return conditions, values


def _owner(wanted: Filter) -> str:
    return "true" if wanted.owner is None else "d.owner = :owner"


def _origin(wanted: Filter) -> str:
    return "true" if wanted.origin is None else "d.origin = :origin"


def _pattern(word: str) -> str:
    """Write a LIKE pattern for texts with `word` in them."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
