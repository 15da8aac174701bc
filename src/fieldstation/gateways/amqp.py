"""A message broker (AMQP 0-9-1, such as RabbitMQ): messages are confirmed when sent and settled when heard.

Two connections never share a thread: pika's are for one thread each. All names in the broker begin with `fieldstation`;
stations that share one need a virtual host each.
"""

import hashlib
import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pika
import pika.exceptions

from fieldstation.kernel.errors import Unavailable
from fieldstation.ports.broker import Parcel

EXCHANGE = "fieldstation"  # topic; the routing key is the form of the message
QUEUE = "fieldstation.pbc"
REFUSED = "fieldstation.refused"
_SECONDS = 5.0
_HEARTBEAT_SECONDS = 20
_MOST_REFUSED = 10_000
_APP = "fieldstation"
_AWAY = (pika.exceptions.AMQPError, OSError)
Result = TypeVar("Result")

logging.getLogger("pika").setLevel(logging.CRITICAL)  # what it meets is told by who asked


class AmqpBroker:
    """One connection to a broker, opened when it is needed and again after it was lost; for one thread."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None
        self._channel: Any = None
        self._brought: Iterator[Any] | None = None

    def send(self, number: int, form: str, content: bytes) -> None:
        """Return once the broker has the message for good; Unavailable while it is away or refuses."""
        properties = pika.BasicProperties(
            app_id=_APP, message_id=str(number), type=form, content_type="application/protobuf", delivery_mode=2
        )
        self._asked(lambda: self._open().basic_publish(EXCHANGE, form, content, properties, mandatory=True))

    def take(self, most: int, seconds: float) -> Sequence[Parcel]:
        """Return up to `most` messages, waiting so long for the first; each must be settled or refused."""
        return self._asked(lambda: self._taken(most, seconds))

    def settle(self, parcels: Sequence[Parcel]) -> None:
        """Say that these were heard."""
        if parcels:
            self._asked(lambda: self._channel.basic_ack(parcels[-1].tag, multiple=True))

    def refuse(self, parcel: Parcel) -> None:
        """Have the broker put a message aside, in the queue of what was refused."""
        self._asked(lambda: self._channel.basic_nack(parcel.tag, requeue=False))

    def idle(self) -> None:
        """Answer the broker's heartbeats, and notice when it is gone."""
        self._asked(lambda: self._open() and self._connection.process_data_events(0))

    def close(self) -> None:
        """Let go; what was taken and not settled is brought again."""
        connection, self._connection, self._channel, self._brought = self._connection, None, None, None
        if connection is not None and connection.is_open:
            with suppress(*_AWAY):
                connection.close()

    def _asked(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except _AWAY as error:
            self.close()
            raise away(self._url, error) from None

    def _open(self) -> Any:
        if self._channel is None or not self._channel.is_open:
            self.close()
            self._connection = connect(self._url)
            self._channel = self._connection.channel()
            _declare(self._channel)
            self._channel.confirm_delivery()
        return self._channel

    def _taken(self, most: int, seconds: float) -> Sequence[Parcel]:
        if self._brought is None or self._channel is None or not self._channel.is_open:
            channel = self._open()
            channel.basic_qos(prefetch_count=most)
            self._brought = channel.consume(QUEUE, inactivity_timeout=seconds)
        found: list[Parcel] = []
        while len(found) < most:
            brought = next(self._brought, None)
            if brought is None:
                raise pika.exceptions.AMQPError(f"its queue {QUEUE} is gone")
            method, properties, content = brought
            if method is None:
                break
            found.append(_parcel(method.delivery_tag, properties, content))
            if self._channel.get_waiting_message_count() == 0:
                break
        return found


def connect(url: str) -> Any:
    """Open a connection that gives up soon."""
    parameters = pika.URLParameters(url)
    parameters.socket_timeout = parameters.stack_timeout = parameters.blocked_connection_timeout = _SECONDS
    parameters.heartbeat = _HEARTBEAT_SECONDS
    parameters.connection_attempts = 1
    parameters.client_properties = {"connection_name": f"fieldstation at {socket.gethostname()}"}
    return pika.BlockingConnection(parameters)


def fault(url: str) -> Unavailable | None:
    """Return what keeps a broker from being used, None when it can be; takes some seconds at most."""
    try:
        connection = connect(url)
        connection.close()
    except _AWAY as error:
        return away(url, error)
    return None


def away(url: str, error: BaseException) -> Unavailable:
    """Say that a broker does not answer, or what it said, without the password of its address."""
    parts = urlsplit(url)
    said = (str(error) or type(error).__name__).replace(parts.password or "\0", "…")[:200]
    place = f"{parts.hostname}:{parts.port or (5671 if parts.scheme == 'amqps' else 5672)}"
    return Unavailable(
        f"the message broker at {place} cannot be used: {said}",
        next_step="start it, or mend FIELDSTATION_AMQP_URL; what is told of instances waits in the database meanwhile",
        reason="broker",
    )


def _declare(channel: Any) -> None:
    channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
    channel.exchange_declare(REFUSED, exchange_type="fanout", durable=True)
    channel.queue_declare(REFUSED, durable=True, arguments={"x-max-length": _MOST_REFUSED})
    channel.queue_bind(REFUSED, REFUSED)
    arguments = {"x-single-active-consumer": True, "x-dead-letter-exchange": REFUSED}
    channel.queue_declare(QUEUE, durable=True, arguments=arguments)
    channel.queue_bind(QUEUE, EXCHANGE, "datamanager.#")


def _parcel(tag: int, properties: Any, content: bytes) -> Parcel:
    given, form = properties.message_id or "", properties.type or ""
    ours = properties.app_id == _APP and given.isascii() and given.isdigit() and len(given) < 19
    digest = hashlib.sha256(form.encode() + b"\0" + content).hexdigest()
    return Parcel(
        tag=tag,
        name=f"{properties.app_id or ''}/{given}"[:300] if given else digest,
        number=int(given) if ours else None,
        form=form,
        content=content,
    )
