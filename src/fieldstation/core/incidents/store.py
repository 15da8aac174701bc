"""Incidents: one row for each different error, so that one that repeats costs no room."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from fieldstation.core.incidents.model import KEPT, REQUESTS_KEPT, Incident, Noted
from fieldstation.db import Tx
from fieldstation.kernel.ids import new_id

_COLUMNS = """i.id, i.place, i.kind, i.message, i.trace, i.release, i.count, i.requests, i.first_at, i.last_at,
       i.acknowledged_at,
       (SELECT u.username FROM station_user u WHERE u.id = i.acknowledged_by) AS acknowledged_by"""
_KEEP = text(f"""
    INSERT INTO incident AS i
           (id, fingerprint, place, kind, message, trace, release, count, requests, first_at, last_at)
    VALUES (:id, :fingerprint, :place, :kind, :message, :trace, :release, :count, cast(:requests AS text[]),
            station_now(), station_now())
    ON CONFLICT (fingerprint) DO UPDATE
       SET count = i.count + excluded.count, message = excluded.message, trace = excluded.trace,
           release = excluded.release, last_at = excluded.last_at, acknowledged_at = NULL, acknowledged_by = NULL,
           requests = (excluded.requests || i.requests)[1:{REQUESTS_KEPT}]
""")
_LATEST = text(f"""
    SELECT {_COLUMNS} FROM incident i
     WHERE :acknowledged_too OR i.acknowledged_at IS NULL
     ORDER BY i.last_at DESC, i.id DESC LIMIT :limit
""")
_FIND = text(f"""
    SELECT {_COLUMNS} FROM incident i WHERE i.id = :reference OR :reference = ANY(i.requests)
     ORDER BY i.last_at DESC LIMIT 1
""")
_ACKNOWLEDGE = text("""
    UPDATE incident
       SET acknowledged_at = coalesce(acknowledged_at, station_now()),
           acknowledged_by = coalesce(acknowledged_by, :user)
     WHERE id = :id
""")
_REMOVE = text("DELETE FROM incident WHERE id = :id")
_FORGET = text(f"""
    DELETE FROM incident WHERE id = ANY(ARRAY(
        SELECT i.id FROM incident i ORDER BY i.last_at DESC, i.id DESC OFFSET {KEPT}))
""")


def keep(tx: Tx, noted: Noted, release: str) -> None:
    """Keep an error, or count it to what is kept of it."""
    values = {name: getattr(noted, name) for name in ("fingerprint", "place", "kind", "message", "trace", "count")}
    tx.execute(_KEEP, {**values, "id": new_id("error"), "release": release, "requests": list(noted.requests)})


def latest(tx: Tx, limit: int, *, acknowledged_too: bool) -> Sequence[Incident]:
    """Return the incidents that were met last, latest first."""
    values = {"limit": limit, "acknowledged_too": acknowledged_too}
    return [_incident(row) for row in tx.all(_LATEST, values)]


def acknowledge(tx: Tx, incident_id: str, user_id: str) -> bool:
    """Write who knows of an incident, until it is met again; False when it is not kept."""
    return tx.execute(_ACKNOWLEDGE, {"id": incident_id, "user": user_id}).rowcount == 1


def remove(tx: Tx, incident_id: str) -> bool:
    """Remove an incident; False when it is not kept."""
    return tx.execute(_REMOVE, {"id": incident_id}).rowcount == 1


def find(tx: Tx, reference: str) -> Incident | None:
    """Return the incident of this id, or that the request of this id met; looks at all of the few there are."""
    row = tx.one_or_none(_FIND, {"reference": reference})
    return None if row is None else _incident(row)


def forget(tx: Tx) -> None:
    """Remove the least recent beyond KEPT."""
    tx.execute(_FORGET)


def _incident(row: Any) -> Incident:
    return Incident(**row._asdict())
