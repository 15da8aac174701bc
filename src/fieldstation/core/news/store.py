"""Events of all things, in an order that never changes: by transaction, then by id, once no older one is open."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.db import Tx

_HERE = """
    SELECT cast(pg_snapshot_xmin(pg_current_snapshot())::text AS bigint) AS xid, 0 AS id
"""
_COLUMNS = "cast(e.xid::text AS bigint) AS xid, e.id, e.at, e.kind, e.thing, e.audience, e.body"
_SETTLED = "e.xid < pg_snapshot_xmin(pg_current_snapshot())"


def here(tx: Tx) -> Any:
    """Return the position (xid, id) before which nothing will be added any more."""
    return tx.one(text(_HERE))


def behind(tx: Tx, position: tuple[int, int], visible: str, values: Mapping[str, Any], limit: int) -> Sequence[Any]:
    """Return up to `limit` events behind a position, each with `seen`: whether the condition `visible` holds."""
    statement = text(f"""
        SELECT {_COLUMNS}, ({visible}) AS seen
          FROM (SELECT * FROM event e
                 WHERE (e.xid, e.id) > (cast(cast(:xid AS text) AS xid8), :id) AND {_SETTLED}
                 ORDER BY e.xid, e.id LIMIT :limit) e
         ORDER BY e.xid, e.id
    """)
    return tx.listed(statement, {"xid": str(position[0]), "id": position[1], "limit": limit, **values})


def newest(tx: Tx, visible: str, values: Mapping[str, Any], window: int, limit: int) -> Sequence[Any]:
    """Return the newest events that satisfy `visible`, of the last `window`, newest first."""
    statement = text(f"""
        SELECT {_COLUMNS}
          FROM (SELECT * FROM event e WHERE {_SETTLED} ORDER BY e.xid DESC, e.id DESC LIMIT :window) e
         WHERE {visible} ORDER BY e.xid DESC, e.id DESC LIMIT :limit
    """)
    return tx.listed(statement, {"window": window, "limit": limit, **values})
