"""`Actions`: what was done about what a caller may see; `Streams`: the messages among it, as they come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from fieldstation.core.actions.service import TOPIC
from fieldstation.core.people.model import Caller, Kind, Permission
from fieldstation.core.people.service import Access, People
from fieldstation.core.people.service.organisations import operates
from fieldstation.core.people.service.secrets import fresh_secret, hash_of
from fieldstation.core.streams import store
from fieldstation.core.streams.model import FIRST, Done, Form, Stream, Wanted
from fieldstation.db import Tx
from fieldstation.db.outbox import note
from fieldstation.kernel.errors import Conflict, Invalid, NotFound
from fieldstation.kernel.paging import Page, PageRequest, page_of
from fieldstation.kernel.sealing import Sealer

ENDED = "stream.ended"  # the note that wakes the sockets of a stream
_STEP = 500  # actions looked at in one step of a reader


@dataclass(frozen=True, kw_only=True)
class Step:
    """What lay behind a position: `more` when there may be more at once behind `position`."""

    items: Sequence[Done]
    position: int
    more: bool


class Actions:
    """Tells what was done: about a unit to its members, about an organisation to its own; operators hear all."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def list(self, tx: Tx, caller: Caller, request: PageRequest, wanted: Wanted) -> Page[Done]:
        """Return the actions that the caller may know, newest first."""
        self._access.require(caller, Permission.STATION_USE)
        filters = {one.name: getattr(wanted, one.name) for one in fields(wanted) if getattr(wanted, one.name)}
        rows = store.page(tx, request.number(store.LAST), request.limit + 1, filters, self.seen(caller))
        return page_of([_done(row) for row in rows], request, lambda one: (str(one.id),))

    def all(self, tx: Tx, caller: Caller, wanted: Wanted, most: int) -> Sequence[Done]:
        """Return all actions that are wanted, oldest first, for operators; Invalid when they are more than `most`."""
        self._access.require(caller, Permission.STATION_OPERATE)
        found = self.list(tx, caller, PageRequest(limit=most), wanted)
        if found.next is not None:
            raise Invalid(
                f"these are more than {most} actions",
                next_step="ask for fewer days, or for those of one organisation, unit or product",
                reason="too_many",
            )
        return found.items[::-1]

    def here(self, tx: Tx, _caller: Caller) -> int:
        """Return the place of now."""
        return int(store.here(tx).place)

    def behind(self, tx: Tx, caller: Caller, place: int) -> Step:
        """Return what was done behind a place, in an order without gaps; a step looks at a bounded number."""
        return _step(store.behind(tx, "place", place, _STEP, self.seen(caller)), "place", place)

    def seen(self, caller: Caller) -> store.Seen:
        """Return the conditions on units and organisations whose actions the caller may know; None for all."""
        units = self._access.visible(caller, Permission.UNIT_USE, Kind.UNIT)
        organisations = self._access.visible(caller, Permission.ORGANISATION_USE, Kind.ORGANISATION)
        if operates(caller):
            return None, None, {}
        return units.sql, organisations.sql, {**units.values, **organisations.values}


class Streams:
    """Keeps a stream for each person who wants one; its key reads, with that person's rights of the moment.

    `actions` tells all that was done, messages or not.
    """

    def __init__(self, people: People, sealer: Sealer) -> None:
        self._people = people
        self._sealer = sealer
        self.actions = Actions(people)

    def create(self, tx: Tx, caller: Caller, form: Form) -> Stream:
        """Make the caller's stream; Conflict when they have one."""
        self._people.require(caller, Permission.STATION_USE)
        key = fresh_secret()
        sealed = self._sealer.seal(key.encode(), _purpose(caller.user_id))
        stream_id = store.insert(
            tx, {"user": caller.user_id, "hash": hash_of(key), "sealed": sealed, "form": form.value}
        )
        if stream_id is None:
            raise Conflict(
                "you have an event stream already",
                next_step="read that one, or delete it first to have another key or format",
                reason="taken",
            )
        return Stream(id=stream_id, user_id=caller.user_id, key=key, form=form)

    def show(self, tx: Tx, caller: Caller) -> Stream:
        """Return the caller's stream; NotFound when they have none."""
        self._people.require(caller, Permission.STATION_USE)
        row = store.of_user(tx, caller.user_id)
        if row is None:
            raise NotFound("you have no event stream", next_step="create one first")
        key = self._sealer.open(bytes(row.key_sealed), _purpose(row.user_id)).decode()
        return Stream(id=row.id, user_id=row.user_id, key=key, form=Form(row.form))

    def remove(self, tx: Tx, caller: Caller, stream_id: int) -> None:
        """Remove the caller's stream; whoever reads it is sent away."""
        self._people.require(caller, Permission.STATION_USE)
        if not store.remove(tx, stream_id, caller.user_id):
            raise NotFound("you have no event stream of this id", next_step="see which one you have, if any")
        note(tx, ENDED, [TOPIC])

    def find(self, tx: Tx, key: str) -> Stream:
        """Return the stream of a key; NotFound for anything else, and while its person is suspended."""
        row = store.by_key(tx, hash_of(key))
        if row is None or self._people.caller(tx, row.user_id).suspended:
            raise NotFound("there is no event stream at this address", next_step="ask for its location anew")
        return Stream(id=row.id, user_id=row.user_id, key=key, form=Form(row.form))

    def start(self, tx: Tx, *, ordinal: int | None = None, moment: datetime | None = None) -> int:
        """Return the position to read from: behind an ordinal, at a moment or later, or now."""
        if ordinal is not None:
            return max(ordinal, FIRST)
        found = None if moment is None else store.before(tx, moment)
        return int(store.here(tx).ordinal) if found is None else found

    def behind(self, tx: Tx, key: str, ordinal: int) -> Step:
        """Return the messages behind an ordinal that the stream's person may know; NotFound once it is no more."""
        caller = self._people.caller(tx, self.find(tx, key).user_id).caller
        return _step(store.behind(tx, "ordinal", ordinal, _STEP, self.actions.seen(caller)), "ordinal", ordinal)


def _purpose(user_id: str) -> str:
    return f"event-stream {user_id}"


def _step(rows: Sequence[Any], column: str, position: int) -> Step:
    last = getattr(rows[-1], column) if rows else position
    return Step(items=[_done(row) for row in rows if row.seen], position=last, more=len(rows) == _STEP)


def _done(row: Any) -> Done:
    body: Mapping[str, Any] = row.body
    return Done(
        id=row.id,
        at=row.at,
        kind=row.kind,
        actor=row.actor,
        organisation=row.organisation,
        unit=row.unit,
        product=row.product,
        body=body,
        place=row.place,
        ordinal=row.ordinal,
    )
