"""Events, and their delivery to consumers inside the station (the outbox).

The writer inserts the event in the transaction of its deed, with one delivery row per consumer that subscribes to
its kind. A consumer claims a batch `FOR UPDATE SKIP LOCKED`, works, and deletes the rows in the same transaction:
exactly once inside. Reading by cursor is not safe here: an id handed out earlier may be committed later.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from fieldstation.db.database import Tx

MAX_TRIES = 8


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a thing.

    `kind` is `<feature>.<what>` (`run.queued`); `audience` is the id of the project, data set, unit or organisation
    whose readers or members may see it, or of the one user who may, absent for operators only; `body` holds plain JSON.
    """

    kind: str
    thing: str
    audience: str | None = None
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class StoredEvent:
    """An event as it was written: `id` orders the events of one thing, `at` is the database's time."""

    id: int
    at: datetime
    kind: str
    thing: str
    audience: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One event on its way to one consumer, claimed in the present transaction."""

    id: int
    tries: int
    event: StoredEvent


_EMIT = text("""
    INSERT INTO event (kind, thing, audience, body)
    SELECT kind, thing, audience, body::jsonb
      FROM unnest(cast(:kinds AS text[]), cast(:things AS text[]), cast(:audiences AS text[]),
                  cast(:bodies AS text[])) WITH ORDINALITY AS row (kind, thing, audience, body, place)
     ORDER BY place
    RETURNING id, at, kind
""")
_DELIVER = text("""
    INSERT INTO delivery (consumer, event_id, event_at)
    SELECT * FROM unnest(cast(:consumers AS text[]), cast(:ids AS bigint[]), cast(:ats AS timestamptz[]))
""")
_CLAIM = text("""
    SELECT d.id AS delivery_id, d.tries, e.id, e.at, e.kind, e.thing, e.audience, e.body
      FROM delivery d JOIN event e ON e.id = d.event_id AND e.at = d.event_at
     WHERE d.consumer = :consumer AND NOT d.dead AND d.due <= station_now()
     ORDER BY d.id LIMIT :limit
       FOR UPDATE OF d SKIP LOCKED
""")
_DONE = text("DELETE FROM delivery WHERE id = ANY(:ids)")
_FAIL = text("""
    UPDATE delivery SET tries = tries + 1, dead = tries + 1 >= :max_tries, error = :error,
           due = station_now() + least(power(2, tries), 300) * interval '1 second'
     WHERE id = ANY(:ids)
""")
_OF_THING = text("""
    SELECT id, at, kind, thing, audience, body FROM event
     WHERE thing = :thing AND id > :after ORDER BY id LIMIT :limit
""")


class Outbox:
    """Writes events; knows which consumers subscribe to which kinds (`run.` stands for all kinds of that feature)."""

    def __init__(self, subscriptions: Mapping[str, Sequence[str]] | None = None) -> None:
        self._subscriptions = dict(subscriptions or {})

    def emit(self, tx: Tx, events: Iterable[Event]) -> None:
        """Write all `events` in one statement, with their deliveries, and wake the listeners once that is durable."""
        batch = list(events)
        if not batch:
            return
        rows = tx.all(
            _EMIT,
            {
                "kinds": [event.kind for event in batch],
                "things": [event.thing for event in batch],
                "audiences": [event.audience for event in batch],
                "bodies": [json.dumps(event.body) for event in batch],
            },
        )
        for event in batch:
            tx.tell(event.kind, [event.thing])
        wanted = [(consumer, row.id, row.at) for row in rows for consumer in self._consumers(row.kind)]
        if wanted:
            consumers, ids, ats = zip(*wanted, strict=True)
            tx.execute(_DELIVER, {"consumers": list(consumers), "ids": list(ids), "ats": list(ats)})

    def _consumers(self, kind: str) -> Iterable[str]:
        feature = kind.partition(".")[0] + "."
        return (*self._subscriptions.get(kind, ()), *self._subscriptions.get(feature, ()))


def note(tx: Tx, kind: str, things: Sequence[str]) -> None:
    """Wake whoever waits for news of these things once this transaction is durable; nothing is kept of it."""
    tx.tell(kind, things)


def claim(tx: Tx, consumer: str, limit: int = 100) -> Sequence[Delivery]:
    """Take up to `limit` deliveries that are due; they stay locked until this transaction ends."""
    return [
        Delivery(id=row.delivery_id, tries=row.tries, event=_stored(row))
        for row in tx.all(_CLAIM, {"consumer": consumer, "limit": limit})
    ]


def done(tx: Tx, deliveries: Iterable[Delivery]) -> None:
    """Strike off what was worked in this same transaction."""
    tx.execute(_DONE, {"ids": [delivery.id for delivery in deliveries]})


def failed(tx: Tx, deliveries: Iterable[Delivery], error: str) -> None:
    """Put back what could not be worked, later each time; after MAX_TRIES it is dead and shows in `doctor`."""
    tx.execute(_FAIL, {"ids": [delivery.id for delivery in deliveries], "error": error, "max_tries": MAX_TRIES})


def events_of(tx: Tx, thing: str, *, after: int = 0, limit: int = 1000) -> Sequence[StoredEvent]:
    """Return the events of one thing in their order, those behind the event `after`."""
    return [_stored(row) for row in tx.all(_OF_THING, {"thing": thing, "after": after, "limit": limit})]


def _stored(row: Any) -> StoredEvent:
    return StoredEvent(id=row.id, at=row.at, kind=row.kind, thing=row.thing, audience=row.audience, body=row.body)
