"""What each person keeps and has reserved."""

from collections.abc import Iterable, Mapping

from sqlalchemy import text

from fieldstation.core.datasets.model import Account
from fieldstation.core.people.service.users import own_quota
from fieldstation.db import Tx

_CHARGE = text("""
    INSERT INTO storage_account AS a (owner, used)
    SELECT owner, bytes FROM unnest(cast(:owners AS text[]), cast(:bytes AS bigint[])) AS row (owner, bytes)
     ORDER BY owner
    ON CONFLICT (owner) DO UPDATE SET used = a.used + excluded.used
""")
_READ = text("""
    SELECT coalesce((SELECT a.used FROM storage_account a WHERE a.owner = :owner), 0) AS used,
           (SELECT coalesce(sum(u.size), 0) FROM upload u
             WHERE u.owner = :owner AND u.expires > station_now()) AS reserved
""")
_OVER = text(f"""
    SELECT o.owner, o.quota, a.used, coalesce(u.size, 0) AS reserved
      FROM (SELECT DISTINCT d.owner, coalesce({own_quota("d.owner")}, :quota) AS quota
              FROM dataset d WHERE d.id = ANY(:ids)) o
      JOIN storage_account a ON a.owner = o.owner
      LEFT JOIN LATERAL (SELECT sum(size) AS size FROM upload
                          WHERE owner = o.owner AND expires > station_now()) u ON true
     WHERE a.used + coalesce(u.size, 0) > o.quota ORDER BY o.owner LIMIT 1
""")
_LOCK = text(
    "INSERT INTO storage_account AS a (owner, used) VALUES (:owner, 0) ON CONFLICT (owner) DO UPDATE SET used = a.used"
)


def charge(tx: Tx, added: Mapping[str, int]) -> None:
    """Add bytes to what each owner keeps (negative: give back), rows in one order for all."""
    tx.execute(_CHARGE, {"owners": list(added), "bytes": list(added.values())})


def read(tx: Tx, owner: str, quota: int) -> Account:
    """Read what an owner keeps and has reserved."""
    row = tx.one(_READ, {"owner": owner})
    return Account(used=int(row.used), reserved=int(row.reserved), quota=quota)


def over(tx: Tx, dataset_ids: Iterable[str], quota: int) -> Account | None:
    """Return the account of an owner of these data sets who keeps more than they may; `quota` where none is set."""
    row = tx.one_or_none(_OVER, {"ids": list(dataset_ids), "quota": quota})
    return None if row is None else Account(used=int(row.used), reserved=int(row.reserved), quota=int(row.quota))


def lock(tx: Tx, owner: str) -> None:
    """Make this transaction the only one that reserves for `owner`."""
    tx.execute(_LOCK, {"owner": owner})
