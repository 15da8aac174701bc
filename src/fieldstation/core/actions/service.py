"""Writing actions, and giving each its place among all of them once it is durable."""

from collections.abc import Mapping

from fieldstation.core.actions import store
from fieldstation.core.actions.model import AUTHORITY, Action
from fieldstation.core.audit.model import Entry
from fieldstation.core.audit.service import record
from fieldstation.db import Tx
from fieldstation.db.outbox import note
from fieldstation.kernel.canonical import Json

DONE = "action.done"  # the note that wakes who gives out places
PLACED = "action.placed"  # the note that wakes who listens
TOPIC = "actions"  # what listeners wait for
_BATCH = 500


def act(tx: Tx, entry: Entry, about: str | None = None) -> None:
    """Append a deed to the audit and to the actions of what it is about, which is its thing unless said otherwise."""
    record(tx, entry)
    append(tx, Action(kind=entry.deed, actor=entry.actor, about=about or entry.thing, body=entry.body))


def append(tx: Tx, action: Action) -> None:
    """Append an action in the transaction of what was done."""
    store.insert(tx, action)
    note(tx, DONE, [TOPIC])


def granted(tx: Tx, actor: str, product: str, asked: Mapping[str, Json], code: int | None = None) -> None:
    """Append that authority was given for something that a product pays for.

    `asked` says what for: `operation`, `value`, `name` and `id` of the thing. The code goes with every charge for it.
    """
    body: dict[str, Json] = {**asked, "granted": True} | ({} if code is None else {"code": code})
    append(tx, Action(kind=AUTHORITY, actor=actor, about=product, body=body))


def give_places(tx: Tx) -> bool:
    """Give places to what is durable and has none, without gaps; returns whether there may be more.

    One at a time does it, so that no reader ever sees a place before a lower one.
    """
    if not store.take_turn(tx):
        return False
    placed = store.place(tx, _BATCH)
    if placed:
        note(tx, PLACED, [TOPIC])
    return placed == _BATCH
