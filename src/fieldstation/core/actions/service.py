"""Writing actions, and giving each its place among all of them once it is durable."""

from collections import Counter
from dataclasses import asdict

from fieldstation.core.actions import store
from fieldstation.core.actions.model import AUTHORITY, PROCESSING, STORAGE, Action, Asked
from fieldstation.core.audit.model import STATION, Entry
from fieldstation.core.audit.service import record
from fieldstation.db import Tx
from fieldstation.db.outbox import Event, Outbox, note
from fieldstation.kernel.canonical import Json
from fieldstation.ports.hooks import ProcessingCharged, StorageCharged, Transaction

DONE = "action.done"  # the note that wakes who gives out places
PLACED = "action.placed"  # the event of those that have theirs, which wakes who listens
TOPIC = "actions"  # what listeners wait for
_BATCH = 500
_NEWS = Outbox()  # nothing inside the station follows from an action


def act(tx: Tx, entry: Entry, about: str | None = None) -> None:
    """Append a deed to the audit and to the actions of what it is about, which is its thing unless said otherwise."""
    record(tx, entry)
    append(tx, Action(kind=entry.deed, actor=entry.actor, about=about or entry.thing, body=entry.body))


def append(tx: Tx, action: Action) -> None:
    """Append an action in the transaction of what was done."""
    store.insert(tx, action)
    note(tx, DONE, [action.about or STATION])


def granted(tx: Tx, asked: Asked, actor: str, product: str, code: int | None = None) -> None:
    """Append that authority was given for something that a product pays for; its code goes with every charge."""
    _answered(tx, asked, actor, product, {"granted": True} | ({} if code is None else {"code": code}))


def denied(tx: Tx, asked: Asked, actor: str, product: str, reason: str) -> None:
    """Append that authority was refused."""
    _answered(tx, asked, actor, product, {"granted": False, "reason": reason})


def _answered(tx: Tx, asked: Asked, actor: str, product: str, answer: dict[str, Json]) -> None:
    append(tx, Action(kind=AUTHORITY, actor=actor, about=product, body={**asdict(asked), **answer}))


class ChargeActions:
    """Appends what is charged, in the transaction that charges it."""

    def processing_charged(self, tx: Transaction, charge: ProcessingCharged) -> None:
        """Append the change of an instance's charge."""
        assert isinstance(tx, Tx)
        body: dict[str, Json] = {
            "instance": charge.instance,
            "name": charge.name,
            "username": charge.username,
            "code": charge.code,
            "sqn": charge.sqn,
            "cost": f"{charge.cost:f}",
            "coins": f"{charge.coins:f}",
            "final": charge.final,
            "detail": dict(charge.detail),
        }
        append(tx, Action(kind=PROCESSING, actor=STATION, about=charge.product, body=body))

    def storage_charged(self, tx: Transaction, charge: StorageCharged) -> None:
        """Append the end of a day of storage."""
        assert isinstance(tx, Tx)
        body: dict[str, Json] = {
            "day": charge.day.isoformat(),
            "peak_bytes": charge.peak_bytes,
            "coins": f"{charge.coins:f}",
        }
        append(tx, Action(kind=STORAGE, actor=STATION, about=charge.product, body=body))


def give_places(tx: Tx) -> bool:
    """Give places to what is durable and has none, without gaps; returns whether there may be more.

    One at a time does it, so that no reader ever sees a place before a lower one.
    """
    if not store.take_turn(tx):
        return False
    placed = store.place(tx, _BATCH)
    counts = Counter(placed)
    _NEWS.emit(
        tx,
        [
            Event(kind=PLACED, thing=holder or STATION, audience=holder, body={"count": count})
            for holder, count in counts.items()
        ],
    )
    if placed:
        note(tx, PLACED, [TOPIC])
    return len(placed) == _BATCH
