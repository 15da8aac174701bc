"""The react loop: what follows from an event, done once for each consumer that subscribed to it."""

from collections.abc import Callable, Mapping, Sequence

from fieldstation.db import Database, Tx, outbox
from fieldstation.db.outbox import Delivery
from fieldstation.kernel.errors import Unavailable
from fieldstation.kernel.logs import logger

log = logger(__name__)
_IDLE_SECONDS = 1.0
_BATCH = 100

Handler = Callable[[Tx, Sequence[Delivery]], None]


class React:
    """Hands claimed deliveries to their consumer's handler and strikes them off in the same transaction.

    A batch that fails is worked again one by one, so that one bad event spoils no other. A delivery that fails alone
    is put back for later, one more try counted, in a transaction of its own.
    """

    def __init__(self, database: Database, handlers: Mapping[str, Handler]) -> None:
        self._database = database
        self._handlers = handlers

    def step(self) -> float:
        """Work one batch of each consumer; returns how long there is nothing to do."""
        worked = [self._consume(consumer, handler) for consumer, handler in self._handlers.items()]
        return 0.0 if any(worked) else _IDLE_SECONDS

    def _consume(self, consumer: str, handler: Handler) -> bool:
        worked, failed = self._work(consumer, handler, _BATCH)
        if failed:
            for _ in range(worked):
                self._work(consumer, handler, 1)
        return worked > 0

    def _work(self, consumer: str, handler: Handler, limit: int) -> tuple[int, bool]:
        """Work up to `limit` deliveries; returns how many, and whether they failed together and none is put back."""
        deliveries: Sequence[Delivery] = ()
        try:
            with self._database.begin() as tx:
                deliveries = outbox.claim(tx, consumer, limit)
                if deliveries:
                    handler(tx, deliveries)
                    outbox.done(tx, deliveries)
        except Unavailable:
            raise
        except Exception as error:  # the top of one consumer's batch: it must not keep the other consumers from theirs
            if not deliveries:
                raise
            log.exception("consumer failed", consumer=consumer, events=len(deliveries))
            if len(deliveries) > 1:
                return len(deliveries), True
            with self._database.begin() as tx:
                outbox.failed(tx, deliveries, f"{type(error).__name__}: {error}"[:500])
        return len(deliveries), False
