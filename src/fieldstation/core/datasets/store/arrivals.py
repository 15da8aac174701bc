"""Rows of versions of one file: found, and moved through their stages."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.datasets.model import Arrival, Due, SingleFile, Stage, Wanted, guessed
from fieldstation.core.datasets.store.datasets import Seen
from fieldstation.db import Tx

_COLUMNS = """d.id AS dataset_id, d.name, d.labels, u.username AS owner, v.id AS version_id, v.number, v.created,
       v.size, coalesce(a.file_name, f.path) AS file_name, a.media_type AS given_type, f.media_type AS file_type,
       CASE WHEN a.stage IN ('formatting', 'loading') AND coalesce(t.done, true) THEN 'failed' ELSE a.stage END
         AS stage, a.unit, a.source, a.extra_variables, coalesce(v.removed, d.trashed) AS removed, a.removed_by,
       (SELECT p.code FROM authority p WHERE p.thing = v.id) AS authorisation"""
_FROM = """dataset d JOIN version v ON v.dataset_id = d.id AND v.file_count = 1
      JOIN station_user u ON u.id = d.owner
      LEFT JOIN version_file f ON f.version_key = v.key
      LEFT JOIN arrival a ON a.version_id = v.id
      LEFT JOIN task t ON t.id = a.task_id"""  # whose work was given up has failed, whatever stage it was in

_INSERT = text("""
    INSERT INTO arrival (version_id, unit, file_name, media_type, source, skip_load, extra_variables, stage, task_id)
    VALUES (:version_id, :unit, :file_name, :media_type, :source, :skip_load, :extra_variables, :stage, :task_id)
""")
_DUE = text("""
    SELECT a.version_id, a.stage, a.media_type, a.file_name, a.skip_load, a.extra_variables, f.sha256
      FROM arrival a JOIN version v ON v.id = a.version_id JOIN version_file f ON f.version_key = v.key
     WHERE a.version_id = :version_id AND v.removed IS NULL
""")
_MOVE = text("UPDATE arrival SET stage = :stage WHERE version_id = :version_id AND stage <> 'deleting'")
_TAKEN = text("""
    SELECT d.name FROM dataset d WHERE d.space = :space AND d.trashed IS NULL
       AND (d.name = :base OR d.name >= :prefix AND d.name < :prefix_end)
""")
_SIZES = text("""
    SELECT kept.unit, sum(kept.size)::bigint AS size
      FROM (SELECT a.unit, v.size FROM arrival a JOIN version v ON v.id = a.version_id AND v.removed IS NULL
              JOIN dataset d ON d.id = v.dataset_id AND d.purged IS NULL
             WHERE a.unit = ANY(:units)
            UNION ALL
            SELECT d.unit, v.size FROM dataset d JOIN version v ON v.dataset_id = d.id AND v.removed IS NULL
             WHERE d.unit = ANY(:units) AND d.purged IS NULL
               AND NOT EXISTS (SELECT 1 FROM arrival a WHERE a.version_id = v.id AND a.unit IS NOT NULL)) kept
     GROUP BY kept.unit
""")


def insert(tx: Tx, version_id: str, arrival: Arrival, task_id: str) -> None:
    """Note what came as a version, which is to be made ready from its first stage on."""
    values = {
        "version_id": version_id,
        "unit": arrival.unit,
        "file_name": arrival.file_name,
        "media_type": arrival.media_type,
        "source": arrival.source,
        "skip_load": arrival.skip_load,
        "extra_variables": arrival.extra_variables,
        "stage": Stage.FORMATTING,
        "task_id": task_id,
    }
    tx.execute(_INSERT, values)


def due(tx: Tx, version_id: str) -> Due | None:
    """Return the stage of a version and its file; None when it was removed."""
    row = tx.one_or_none(_DUE, {"version_id": version_id})
    if row is None:
        return None
    return Due(
        version_id=row.version_id,
        stage=Stage(row.stage),
        media_type=row.media_type,
        file_name=row.file_name,
        sha256=bytes(row.sha256).hex(),
        skip_load=row.skip_load,
        extra_variables=row.extra_variables,
    )


def move(tx: Tx, version_id: str, stage: Stage) -> None:
    """Have a version be in this stage, unless it is being removed."""
    tx.execute(_MOVE, {"version_id": version_id, "stage": stage})


def taken(tx: Tx, space: str, base: str) -> set[str]:
    """Return which of `base`, `base-2`, … are names of data sets in a space; index (space, name)."""
    values = {"space": space, "base": base, "prefix": f"{base}-", "prefix_end": f"{base}."}
    return {row.name for row in tx.all(_TAKEN, values)}


def page(tx: Tx, seen: Seen, wanted: Wanted, after: str | None, limit: int) -> tuple[Sequence[SingleFile], str | None]:
    """Read the versions of one file of the next `limit` data sets, newest data set first, versions from the first.

    Returns them with the id to go on after, None at the end. Labels go by what is in them, owners by theirs, all else
    along the key.
    """
    conditions, values = _where(seen, wanted)
    if after is not None:
        conditions.append("d.id < :after")
        values["after"] = after
    chosen = f"SELECT d.id FROM dataset d WHERE {' AND '.join(conditions)} ORDER BY d.id DESC LIMIT :limit"
    living = "" if wanted.removed_too else "AND v.removed IS NULL"
    query = text(f"""
        WITH chosen AS MATERIALIZED ({chosen})
        SELECT {_COLUMNS}, (SELECT count(*) FROM chosen) AS chosen, (SELECT min(id) FROM chosen) AS last
          FROM {_FROM}
         WHERE d.id IN (SELECT id FROM chosen) {living}
           AND (f.path IS NOT NULL OR a.version_id IS NOT NULL)
         ORDER BY d.id DESC, v.number
    """)
    rows = tx.listed(query, {**values, "limit": limit})
    if not rows:
        return [], _last_of_none(tx, chosen, {**values, "limit": limit})
    return [_single(row) for row in rows], rows[0].last if rows[0].chosen == limit else None


def _last_of_none(tx: Tx, chosen: str, values: Mapping[str, Any]) -> str | None:
    """Return what to go on after where none of the chosen data sets has a version of one file."""
    found = tx.listed(text(chosen), values)
    return found[-1].id if len(found) == values["limit"] else None


def by_digest(tx: Tx, seen: Seen, sha256: str) -> tuple[str, int] | None:
    """Return (data set, number) of the newest version of one file with these bytes; index (sha256)."""
    query = text(f"""
        SELECT d.id, v.number FROM version_file f
          JOIN version v ON v.key = f.version_key AND v.file_count = 1 AND v.removed IS NULL
          JOIN dataset d ON d.id = v.dataset_id AND d.trashed IS NULL AND d.purged IS NULL
         WHERE f.sha256 = :sha256 AND {seen.condition}
         ORDER BY v.key DESC LIMIT 1
    """)
    row = tx.one_or_none(query, {"sha256": bytes.fromhex(sha256), **seen.values})
    return None if row is None else (row.id, row.number)


def sizes(tx: Tx, units: Sequence[str]) -> Mapping[str, int]:
    """Read how many bytes the versions have that these units pay for, those in the trash too; indexes (unit).

    A version that came for a unit is paid for by that one, all others by the unit of their data set.
    """
    return {row.unit: row.size for row in tx.all(_SIZES, {"units": list(units)})}


def _where(seen: Seen, wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    conditions, values = [seen.condition, "d.latest > 0"], dict(seen.values)
    if not wanted.removed_too:
        conditions.append("d.trashed IS NULL AND d.purged IS NULL")
    if wanted.dataset_id is not None:
        conditions.append("d.id = :dataset_id")
        values["dataset_id"] = wanted.dataset_id
    if wanted.owners is not None:
        conditions.append("d.owner = ANY(ARRAY(SELECT id FROM station_user WHERE username = ANY(:owners)))")
        values["owners"] = list(wanted.owners)
    labels = wanted.labels or {}
    exact = {label: value for label, value in labels.items() if value is not None}
    if exact:
        conditions.append("d.labels @> cast(:labels AS jsonb)")
        values["labels"] = json.dumps(exact)
    if present := [label for label, value in labels.items() if value is None]:
        conditions.append("jsonb_exists_all(d.labels, cast(:present AS text[]))")
        values["present"] = present
    return conditions, values


def _single(row: Any) -> SingleFile:
    return SingleFile(
        dataset_id=row.dataset_id,
        dataset_name=row.name,
        owner=row.owner,
        labels=row.labels,
        version_id=row.version_id,
        number=row.number,
        published=row.created,
        size=row.size,
        file_name=row.file_name,
        media_type=row.given_type or row.file_type or guessed(row.file_name),
        stage=Stage(row.stage) if row.stage else Stage.DONE,
        unit=row.unit,
        source=row.source or "",
        extra_variables=row.extra_variables,
        removed=row.removed,
        removed_by=row.removed_by,
        authorisation=row.authorisation,
    )
