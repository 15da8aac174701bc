"""Messages about instances on their way from who watches runs to who follows instances, through a broker or not.

A message is a row until it was heard: a broker may lose it or bring it twice, and it still counts once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from fieldstation.core.instances.model.messages import CostTold, EventTold, Message, PodTold, Told
from fieldstation.core.instances.store import messages as store
from fieldstation.core.tasks.model import Level
from fieldstation.db import Tx
from fieldstation.db.outbox import note
from fieldstation.kernel.clock import read_time

TOLD = "instance.told"  # the note that wakes who sends and who hears
POD, EVENT, COST = "pod", "event", "cost"
UNHEARD_SECONDS = 60.0  # after so long what a broker took is handed to it again
_KEPT_DAYS = 30.0
_BATCH = 5000


class Messages:
    """Keeps what was told until it was heard."""

    def waiting(self, tx: Tx, limit: int) -> Sequence[Message]:
        """Return the first messages that nobody heard, locked until the transaction ends."""
        return [_message(row) for row in store.waiting(tx, limit)]

    def unsent(self, tx: Tx, limit: int) -> Sequence[Message]:
        """Return the first messages that no broker has; what one took and nobody heard for a minute is among them."""
        store.forgotten(tx, UNHEARD_SECONDS)
        return [_message(row) for row in store.unsent(tx, limit)]

    def sent(self, tx: Tx, messages: Sequence[Message]) -> None:
        """Note that a broker has these."""
        store.sent(tx, [message.id for message in messages])

    def heard(self, tx: Tx, messages: Sequence[Message]) -> None:
        """Strike off what was heard in this same transaction."""
        store.drop(tx, [message.id for message in messages])

    def taken(self, tx: Tx, message_id: int, instance_id: str) -> bool:
        """Strike off a message that a broker brought; False when it shall not be heard now.

        It was heard before, or one before it is missing: then all of that instance are sent again.
        """
        first = store.first(tx, instance_id)
        if first is not None and first < message_id:
            store.again(tx, instance_id)
            note(tx, TOLD, [instance_id])
            return False
        return bool(store.drop(tx, [message_id]))

    def first_time(self, tx: Tx, name: str) -> bool:
        """Tell whether the message of somebody else that has this name was never heard, and note that it is now."""
        return store.heard(tx, name)

    def refuse(self, tx: Tx, message_id: int, why: str) -> None:
        """Put aside a message that cannot be heard; it goes after a month."""
        store.refuse(tx, message_id, why)

    def count(self, tx: Tx) -> int:
        """Return how many wait to be heard."""
        return store.count(tx)

    def tidy(self, tx: Tx) -> bool:
        """Forget some of what was heard or refused long ago; returns whether there may be more."""
        return store.forget(tx, _KEPT_DAYS, _BATCH) >= _BATCH


def tell(tx: Tx, instance_id: str, task_id: str, messages: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Append messages, each a kind and a body, and wake whoever sends or hears them."""
    if messages:
        store.add(tx, [(instance_id, task_id, kind, body) for kind, body in messages])
        note(tx, TOLD, [instance_id])


def _message(row: Any) -> Message:
    return Message(id=row.id, at=row.at, task_id=row.task_id, told=_READERS[row.kind](row.instance_id, row.body))


def _pod(instance_id: str, body: Mapping[str, Any]) -> Told:
    return PodTold(
        instance_id=instance_id,
        phase=body["phase"],
        exit_code=body.get("exit_code"),
        started_at=_time(body.get("started_at")),
        stopped_at=_time(body.get("stopped_at")),
    )


def _event(instance_id: str, body: Mapping[str, Any]) -> Told:
    return EventTold(instance_id=instance_id, level=Level[body["level"]], text=body["text"])


def _cost(instance_id: str, body: Mapping[str, Any]) -> Told:
    return CostTold(
        instance_id=instance_id,
        cost=Decimal(body["cost"]),
        sequence=body["sequence"],
        over=body.get("over", False),
    )


_READERS = {POD: _pod, EVENT: _event, COST: _cost}


def _time(text: str | None) -> datetime | None:
    return None if text is None else read_time(text)
