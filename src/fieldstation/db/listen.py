"""One LISTEN connection per process wakes whoever waits; it also wakes all each second, so a lost note costs little."""

import threading
from collections.abc import Callable

import psycopg

from fieldstation.db.notes import CHANNEL
from fieldstation.kernel.logs import logger

log = logger(__name__)
_POLL_SECONDS = 1.0


class Listener:
    """Calls every subscriber with the payload of each notification, and with "" once a second.

    A subscriber must be quick and must not raise; it runs in the listener's thread.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._subscribers: list[Callable[[str], None]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listen", daemon=True)

    def subscribe(self, subscriber: Callable[[str], None]) -> Callable[[], None]:
        """Add a subscriber; call what is returned to take it off again."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def start(self) -> None:
        """Begin to listen, reconnecting for as long as the process lives."""
        self._thread.start()

    def stop(self) -> None:
        """Stop and wait for the thread."""
        self._stop.set()
        self._thread.join(timeout=2 * _POLL_SECONDS + 1)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                log.warning("listener lost the database", error=str(error).strip())
                self._wake("")
                self._stop.wait(_POLL_SECONDS)

    def _listen(self) -> None:
        with psycopg.connect(self._dsn, autocommit=True, application_name="fieldstation listen") as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._wake("")
            while not self._stop.is_set():
                for note in connection.notifies(timeout=_POLL_SECONDS, stop_after=1):
                    self._wake(note.payload)
                self._wake("")

    def _wake(self, payload: str) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber(payload)
