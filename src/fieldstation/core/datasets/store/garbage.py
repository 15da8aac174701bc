"""What nothing names any more: found in windows along primary keys, removed under locks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from fieldstation.core.datasets.model import Plan, Share, Trashed
from fieldstation.db import Tx

_UNNAMED = """b.touched {age} station_now() - interval '24 hours'
       AND NOT EXISTS (SELECT 1 FROM version_file f WHERE f.sha256 = b.sha256)
       AND NOT EXISTS (SELECT 1 FROM blob_hold h WHERE h.sha256 = b.sha256)"""
_FREE = _UNNAMED.format(age="<")
_WAITING = _UNNAMED.format(age=">=")

_WINDOW = text(f"""
    SELECT w.sha256, w.free FROM (
        SELECT b.sha256, {_FREE} AS free FROM blob b WHERE b.sha256 > :after ORDER BY b.sha256 LIMIT :limit
    ) w ORDER BY w.sha256
""")
_LOCK = text("""
    SELECT b.sha256 FROM blob b WHERE b.sha256 = ANY(:digests) ORDER BY b.sha256 FOR UPDATE SKIP LOCKED
""")
_DELETE = text(f"DELETE FROM blob b WHERE b.sha256 = ANY(:digests) AND {_FREE} RETURNING b.sha256")
_ADOPT = text("""
    INSERT INTO blob (sha256, size, touched)
    SELECT sha256, size, station_now()
      FROM unnest(cast(:digests AS bytea[]), cast(:sizes AS bigint[])) AS row (sha256, size)
     ORDER BY sha256
    ON CONFLICT (sha256) DO NOTHING
""")
_KNOWN = text("SELECT b.sha256 FROM blob b WHERE b.sha256 = ANY(:digests)")
_DUE = text("""
    SELECT d.id, d.name, d.owner, d.size FROM dataset d
     WHERE d.purge_after <= station_now() ORDER BY d.purge_after LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_PURGING = text("UPDATE dataset d SET purged = coalesce(d.purged, station_now()) WHERE d.id = :id")
_PURGED = text("UPDATE dataset d SET purge_after = NULL, size = 0 WHERE d.id = :id")
_FORGET_FILES = text("""
    DELETE FROM version_file WHERE ctid = ANY(ARRAY(
        SELECT f.ctid FROM version_file f JOIN version v ON v.key = f.version_key
         WHERE v.dataset_id = :id LIMIT :limit))
""")
_FORGET_SOURCES = text("""
    DELETE FROM version_source s USING version v WHERE v.key = s.version_key AND v.dataset_id = :id
""")
_VERSIONS = text("SELECT v.id FROM version v WHERE v.dataset_id = ANY(:ids) ORDER BY v.dataset_id, v.number")

_SUM = text(f"SELECT count(*) AS count, coalesce(sum(b.size), 0) AS size FROM blob b WHERE {_FREE}")
_SUM_WAITING = text(f"SELECT count(*) AS count, coalesce(sum(b.size), 0) AS size FROM blob b WHERE {_WAITING}")
_SUM_DUE = text("""
    SELECT count(*) AS count, coalesce(sum(x.size), 0) AS size FROM (
        SELECT DISTINCT f.sha256, f.size FROM dataset d
          JOIN version v ON v.dataset_id = d.id JOIN version_file f ON f.version_key = v.key
         WHERE d.purge_after <= station_now()
    ) x
     WHERE NOT EXISTS (SELECT 1 FROM blob_hold h WHERE h.sha256 = x.sha256)
       AND NOT EXISTS (
        SELECT 1 FROM version_file f JOIN version v ON v.key = f.version_key JOIN dataset d ON d.id = v.dataset_id
         WHERE f.sha256 = x.sha256 AND (d.purge_after IS NULL OR d.purge_after > station_now()))
""")
_TRASH = text("""
    SELECT d.id, d.name, d.owner, d.size, d.purge_after FROM dataset d
     WHERE d.purge_after > station_now() ORDER BY d.size DESC, d.id LIMIT :limit
""")
_HOLDERS = text("""
    SELECT split_part(h.holder, '-', 1) AS name, count(*) AS count, coalesce(sum(b.size), 0) AS size
      FROM blob_hold h JOIN blob b ON b.sha256 = h.sha256 GROUP BY 1 ORDER BY 3 DESC
""")
_OWNERS = text("""
    SELECT a.owner AS name, (SELECT count(*) FROM dataset d WHERE d.owner = a.owner AND d.purged IS NULL) AS count,
           a.used AS size
      FROM storage_account a ORDER BY a.used DESC LIMIT :limit
""")


_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtext('fieldstation.garbage'))")


@dataclass(frozen=True, kw_only=True)
class Due:
    """A data set whose time in the trash is over."""

    id: str
    name: str
    owner: str
    size: int


def take_turn(tx: Tx) -> None:
    """Let nobody else remove garbage until this transaction ends."""
    tx.execute(_TAKE_TURN)


def free_after(tx: Tx, after: bytes, limit: int) -> tuple[Sequence[bytes], bytes | None]:
    """Look at the next `limit` blobs behind `after`; return those that nothing names, and the last seen (None: end)."""
    rows = tx.all(_WINDOW, {"after": after, "limit": limit})
    return [row.sha256 for row in rows if row.free], rows[-1].sha256 if len(rows) == limit else None


def remove_free(tx: Tx, digests: Sequence[bytes]) -> Sequence[str]:
    """Delete the rows of those blobs that nobody is about to name, and that, once locked, nothing names.

    The second look is a statement of its own: what committed before the locks were ours is seen by it, and who comes
    later waits for this transaction to end.
    """
    locked = [row.sha256 for row in tx.all(_LOCK, {"digests": list(digests)})]
    return [row.sha256.hex() for row in tx.all(_DELETE, {"digests": locked})]


def unknown(tx: Tx, digests: Sequence[str]) -> set[str]:
    """Return those blobs that have no row."""
    known = tx.all(_KNOWN, {"digests": [bytes.fromhex(sha256) for sha256 in digests]})
    return set(digests) - {row.sha256.hex() for row in known}


def adopt(tx: Tx, sizes: Mapping[str, int]) -> None:
    """Give rows to blobs that have none, as if touched just now."""
    tx.execute(_ADOPT, {"digests": [bytes.fromhex(sha256) for sha256 in sizes], "sizes": list(sizes.values())})


def due(tx: Tx) -> Due | None:
    """Lock the data set whose time in the trash ended first."""
    row = tx.one_or_none(_DUE)
    return None if row is None else Due(id=row.id, name=row.name, owner=row.owner, size=row.size)


def forget_files(tx: Tx, dataset_id: str, limit: int) -> bool:
    """Delete up to `limit` rows of files; nobody can restore the data set any more. Tell whether there may be more."""
    tx.execute(_PURGING, {"id": dataset_id})
    return tx.execute(_FORGET_FILES, {"id": dataset_id, "limit": limit}).rowcount == limit


def finish_purge(tx: Tx, dataset_id: str) -> None:
    """Take note that all files of a data set are gone; its versions stay as names."""
    tx.execute(_FORGET_SOURCES, {"id": dataset_id})
    tx.execute(_PURGED, {"id": dataset_id})


def versions_of(tx: Tx, dataset_ids: Sequence[str]) -> Sequence[str]:
    """Return the ids of all versions of these data sets."""
    return [row.id for row in tx.all(_VERSIONS, {"ids": list(dataset_ids)})]


def plan(tx: Tx, limit: int) -> Plan:
    """Reckon what can be freed and who keeps the rest; reads all blobs."""
    trash = tx.all(_TRASH, {"limit": limit})
    return Plan(
        free=_share("free", tx.one(_SUM)),
        due=_share("due", tx.one(_SUM_DUE)),
        waiting=_share("waiting", tx.one(_SUM_WAITING)),
        trash=[
            Trashed(id=row.id, name=row.name, owner=row.owner, size=row.size, purge_after=row.purge_after)
            for row in trash
        ],
        holders=[_share(row.name, row) for row in tx.all(_HOLDERS)],
        owners=[_share(row.name, row) for row in tx.all(_OWNERS, {"limit": limit})],
    )


def _share(name: str, row: object) -> Share:
    return Share(name=name, count=int(row.count), size=int(row.size))  # type: ignore[attr-defined]
