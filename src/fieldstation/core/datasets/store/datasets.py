"""Rows of data sets: made, found, listed, changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import Row, text

from fieldstation.core.datasets.model import Change, Dataset, NewDataset
from fieldstation.db import Tx

COLUMNS = """d.id, d.name, d.space, d.owner, d.title, d.description, d.labels, d.metadata_schema, d.created, d.changed,
       d.latest, d.size, d.trashed, d.purge_after, d.purged"""

_NEW_TEXTS = ("coalesce(:name, d.name)", "coalesce(:title, d.title)", "coalesce(:description, d.description)")
_LABELS = "coalesce(cast(:labels AS jsonb), d.labels)"
_UNIT_OF = text("SELECT unit FROM dataset WHERE id = :id")


def _words(name: str, title: str, description: str, labels: str) -> str:
    """Write the SQL of the text that a search looks into."""
    texts = ", ".join(f"cast({one} AS text)" for one in (name, title, description))
    whole = f"concat_ws(' ', {texts}, cast(cast({labels} AS jsonb) AS text))"
    return f'lower({whole} COLLATE "default")'  # in the collation of names only ASCII has small letters


_INSERT = text(f"""
    INSERT INTO dataset AS d
           (id, name, space, owner, title, description, labels, metadata_schema, created, changed, latest, awaits,
            unit, size, words)
    VALUES (:id, :name, :space, :owner, :title, :description, cast(:labels AS jsonb), cast(:schema AS json),
            station_now(), station_now(), 0, :awaits, :unit, 0, {_words(":name", ":title", ":description", ":labels")})
    RETURNING {COLUMNS}
""")
_BY_ID = text(f"SELECT {COLUMNS} FROM dataset d WHERE d.id = :id")
_LOCKED = text("""
    SELECT d.id, d.name, d.owner, d.latest, d.metadata_schema, d.trashed FROM dataset d
     WHERE d.id = ANY(:ids) ORDER BY d.id FOR NO KEY UPDATE
""")
_ADVANCE = text("""
    UPDATE dataset d
       SET latest = d.latest + row.versions, size = d.size + row.bytes, changed = station_now(),
           origin = (SELECT CASE WHEN v.run_id IS NOT NULL THEN 'run' WHEN v.in_place THEN 'place' ELSE 'upload' END
                       FROM version v WHERE v.dataset_id = d.id AND v.number = d.latest + row.versions)
      FROM unnest(cast(:ids AS text[]), cast(:versions AS integer[]), cast(:bytes AS bigint[]))
        AS row (id, versions, bytes)
     WHERE d.id = row.id
""")
_CHANGE = text(f"""
    UPDATE dataset d
       SET name = coalesce(:name, d.name), title = coalesce(:title, d.title),
           description = coalesce(:description, d.description), labels = {_LABELS},
           words = {_words(*_NEW_TEXTS, labels=_LABELS)},
           metadata_schema = CASE WHEN :keeps_schema THEN d.metadata_schema ELSE cast(:schema AS json) END,
           changed = station_now()
     WHERE d.id = :id AND d.trashed IS NULL
    RETURNING {COLUMNS}
""")
_TRASH = text(f"""
    UPDATE dataset d
       SET trashed = coalesce(d.trashed, station_now()), purge_after = station_now() + :days * interval '1 day',
           changed = station_now()
     WHERE d.id = :id AND d.purged IS NULL
    RETURNING {COLUMNS}
""")
_RESTORE = text(f"""
    UPDATE dataset d SET trashed = NULL, purge_after = NULL, changed = station_now()
     WHERE d.id = :id AND d.trashed IS NOT NULL AND d.purged IS NULL
    RETURNING {COLUMNS}
""")


class NameTaken(Exception):
    """Another data set of the same space has this name."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The condition that a data set `d` is one the caller may see, with its values."""

    condition: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Locked:
    """What `publish` reads of a data set while it holds its row."""

    id: str
    name: str
    owner: str
    latest: int
    schema: Mapping[str, Any] | None
    trashed: datetime | None


def insert(tx: Tx, dataset_id: str, owner: str, space: str, new: NewDataset) -> Dataset:
    """Make a data set; raises NameTaken."""
    values = {
        "id": dataset_id,
        "name": new.name,
        "space": space,
        "owner": owner,
        "title": new.title,
        "description": new.description,
        "labels": json.dumps(new.labels),
        "schema": None if new.schema is None else json.dumps(new.schema),
        "awaits": new.awaits,
        "unit": new.unit,
    }
    return dataset_of(_naming(tx, _INSERT, values)[0])


def by_id(tx: Tx, dataset_id: str) -> Dataset | None:
    """Find a data set by id, also in the trash."""
    row = tx.one_or_none(_BY_ID, {"id": dataset_id})
    return None if row is None else dataset_of(row)


def by_name(tx: Tx, name: str, space: str, seen: Seen, *, trashed: bool = False) -> Sequence[Dataset]:
    """Find up to three data sets of this name that the caller may see, first that of `space`; index (name)."""
    state = "NOT NULL" if trashed else "NULL"
    query = text(f"""
        SELECT {COLUMNS} FROM dataset d
         WHERE d.name = :name AND d.trashed IS {state} AND d.purged IS NULL AND (d.space = :space OR {seen.condition})
         ORDER BY (d.space = :space) DESC, d.id LIMIT 3
    """)
    return [dataset_of(row) for row in tx.listed(query, {"name": name, "space": space, **seen.values})]


def change(tx: Tx, dataset_id: str, wanted: Change) -> Dataset | None:
    """Change what is given; None when the data set is in the trash. Raises NameTaken."""
    values = {
        "id": dataset_id,
        "name": wanted.name,
        "title": wanted.title,
        "description": wanted.description,
        "labels": None if wanted.labels is None else json.dumps(wanted.labels),
        "keeps_schema": wanted.schema is None,
        "schema": json.dumps(wanted.schema) if wanted.schema else None,
    }
    return _first(_naming(tx, _CHANGE, values))


def trash(tx: Tx, dataset_id: str, days: int) -> Dataset | None:
    """Put a data set into the trash for `days` from now; None when it was purged."""
    return _first(tx.all(_TRASH, {"id": dataset_id, "days": days}))


def restore(tx: Tx, dataset_id: str) -> Dataset | None:
    """Take a data set out of the trash; None when it is not there or was purged. Raises NameTaken."""
    return _first(_naming(tx, _RESTORE, {"id": dataset_id}))


def lock(tx: Tx, ids: Sequence[str]) -> Mapping[str, Locked]:
    """Lock data sets in the order of their ids, so that their next numbers are this transaction's."""
    return {
        row.id: Locked(
            id=row.id,
            name=row.name,
            owner=row.owner,
            latest=row.latest,
            schema=row.metadata_schema,
            trashed=row.trashed,
        )
        for row in tx.all(_LOCKED, {"ids": sorted(ids)})
    }


def advance(tx: Tx, added: Mapping[str, tuple[int, int]]) -> None:
    """Count versions and bytes that were added to each data set; the versions are there already."""
    values = {
        "ids": list(added),
        "versions": [versions for versions, _ in added.values()],
        "bytes": [size for _, size in added.values()],
    }
    tx.execute(_ADVANCE, values)


def _naming(tx: Tx, statement: Any, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
    try:
        return tx.all(statement, values)
    except UniqueViolation as error:
        if error.diag.constraint_name == "uq_dataset_space_name":
            raise NameTaken from None
        raise


def _first(rows: Sequence[Row[Any]]) -> Dataset | None:
    return dataset_of(rows[0]) if rows else None


def dataset_of(row: Any) -> Dataset:
    """Build a data set from its row, which has COLUMNS."""
    return Dataset(
        id=row.id,
        name=row.name,
        space=row.space,
        owner=row.owner,
        title=row.title,
        description=row.description,
        labels=row.labels,
        schema=row.metadata_schema,
        created=row.created,
        changed=row.changed,
        latest=row.latest,
        size=row.size,
        trashed=row.trashed,
        purge_after=row.purge_after,
        purged=row.purged,
    )


def unit_of(tx: Tx, dataset_id: str) -> str | None:
    """Read which unit pays for a data set."""
    found: str | None = tx.scalar(_UNIT_OF, {"id": dataset_id})
    return found
