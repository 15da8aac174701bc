"""Hearing what is told of instances: from the database, or from a broker that has it in between."""

import time
from collections.abc import Sequence

from fieldstation.core.instances.model.messages import Message, Told
from fieldstation.core.instances.service import Following
from fieldstation.core.instances.service.messages import Messages
from fieldstation.db import Database, Tx
from fieldstation.kernel.errors import FieldstationError, NotFound, Unavailable
from fieldstation.kernel.logs import logger
from fieldstation.ports.broker import Broker, Parcel
from fieldstation.workers.alone import Alone
from fieldstation.workers.wire import Written, read, write

log = logger(__name__)
_IDLE_SECONDS = 1.0
_BATCH = 200
_WAIT_SECONDS = 1.0
_AWAY_SECONDS = 1.0


class Hear:
    """Hears from the database what waits there; one at a time, so that the order holds."""

    def __init__(self, database: Database, messages: Messages, following: Following) -> None:
        self._database = database
        self._messages = messages
        self._following = following
        self._alone = Alone(database, "hear")

    def step(self) -> float:
        """Hear some messages; returns how long there is nothing to do."""
        if self._alone.held() is None:
            return _IDLE_SECONDS
        try:
            return 0.0 if self._heard(_BATCH) == _BATCH else _IDLE_SECONDS
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001  one of the batch is at fault: each is heard for itself, and that one refused
            self._one_by_one()
            return 0.0

    def _heard(self, limit: int) -> int:
        with self._database.begin() as tx:
            waiting = self._messages.waiting(tx, limit)
            self._hear(tx, waiting)
            return len(waiting)

    def _hear(self, tx: Tx, waiting: Sequence[Message]) -> None:
        if waiting:
            self._following.hear(tx, [message.told for message in waiting])
            self._messages.heard(tx, waiting)

    def _one_by_one(self) -> None:
        with self._database.begin() as tx:
            waiting = self._messages.waiting(tx, _BATCH)
        for message in waiting:
            try:
                with self._database.begin() as tx:
                    self._hear(tx, [message])
            except Unavailable:
                raise
            except Exception as error:  # the top of one message: it must not keep the others from being heard
                log.error("message refused", message=message.id, exc_info=error)
                with self._database.begin() as tx:
                    self._messages.refuse(tx, message.id, f"{type(error).__name__}: {error}"[:500])

    def close(self) -> None:
        """Give the right to hear back."""
        self._alone.release()


class Receive:
    """Hears from a broker; each message is settled there once what follows from it is durable here."""

    def __init__(self, database: Database, messages: Messages, following: Following, broker: Broker) -> None:
        self._database = database
        self._messages = messages
        self._following = following
        self._broker = broker

    def step(self) -> float:
        """Hear some messages, waiting a moment for the first; returns how long there is nothing to do."""
        parcels = self._broker.take(_BATCH, _WAIT_SECONDS)
        if not parcels:
            return 0.0
        try:
            with self._database.begin() as tx:
                self._hear(tx, parcels)
        except Unavailable:
            self._broker.close()  # what was taken comes again, in its order
            raise
        except Exception:  # noqa: BLE001  one of the batch is at fault: each is heard for itself, and that one refused
            self._one_by_one(parcels)
        self._broker.settle(parcels)
        return 0.0

    def _hear(self, tx: Tx, parcels: Sequence[Parcel]) -> None:
        heard = []
        for parcel in parcels:
            told = read(Written(form=parcel.form, content=parcel.content), lambda task: self._instance_of(tx, task))
            if self._counts(tx, parcel, told):
                heard.append(told)
        if heard:
            self._following.hear(tx, heard)

    def _counts(self, tx: Tx, parcel: Parcel, told: Told) -> bool:
        if parcel.number is not None:
            return self._messages.taken(tx, parcel.number, told.instance_id)
        return self._messages.first_time(tx, parcel.name)

    def _instance_of(self, tx: Tx, task: str) -> str:
        found = self._following.instances_of(tx, [task]).get(task)
        if found is None:
            raise NotFound(
                f"a message is about {task[:100] or 'no task'}, which launched no instance of this station",
                next_step="look who sends messages to this station's broker",
                reason="unknown_instance",
            )
        return found

    def _one_by_one(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            try:
                with self._database.begin() as tx:
                    self._hear(tx, [parcel])
            except Unavailable:
                self._broker.close()
                raise
            except Exception as error:  # the top of one message: it must not keep the others from being heard
                log.error("message refused", message=parcel.name, form=parcel.form, exc_info=error)
                self._broker.refuse(parcel)

    def close(self) -> None:
        """Let go of the broker."""
        self._broker.close()


class Post:
    """Hands what is told to a broker, in its order, until the broker has it; what it loses is handed to it again."""

    def __init__(self, database: Database, messages: Messages, broker: Broker) -> None:
        self._database = database
        self._messages = messages
        self._broker = broker
        self._alone = Alone(database, "post")
        self._away_until = 0.0

    def step(self) -> float:
        """Send some messages; returns how long there is nothing to do. A broker that is away is left alone a while."""
        if self._alone.held() is None:
            return _IDLE_SECONDS
        if (left := self._away_until - time.monotonic()) > 0:
            return left
        with self._database.begin() as tx:
            unsent = self._messages.unsent(tx, _BATCH)
        try:
            for message in unsent:
                written = write(message)
                self._broker.send(message.id, written.form, written.content)
            self._broker.idle()
        except FieldstationError:
            self._broker.close()
            self._away_until = time.monotonic() + _AWAY_SECONDS
            raise
        if unsent:
            with self._database.begin() as tx:
                self._messages.sent(tx, unsent)
        return 0.0 if len(unsent) == _BATCH else _IDLE_SECONDS

    def close(self) -> None:
        """Give the right to send back, and let go of the broker."""
        self._alone.release()
        self._broker.close()
