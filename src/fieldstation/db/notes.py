"""Notes that wake whoever waits for news, sent when what they tell of is durable.

They are sent behind the commit and not in it: PostgreSQL lets transactions that carry a note commit only one after
another, each waiting for the disk alone. A note that is lost with its process costs little: listeners look each second.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping

import psycopg

from fieldstation.kernel.logs import logger

log = logger(__name__)
CHANNEL = "fieldstation"
_THINGS_A_NOTE = 100  # a note holds less than 8,000 bytes
_PAUSE_SECONDS = 0.002  # after a note; what comes meanwhile goes together
_NOTIFY = "SELECT count(pg_notify(%s, payload)) FROM unnest(%s::text[]) AS payload"


class Notes:
    """Sends notes from a thread and a connection of its own, both made at the first one."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._waiting: dict[str, dict[str, None]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def send(self, news: Mapping[str, Iterable[str]]) -> None:
        """Have the listeners told which things each kind of news is of; returns at once and never fails."""
        with self._changed:
            for kind, things in news.items():
                if named := dict.fromkeys(things):
                    self._waiting.setdefault(kind, {}).update(named)
            if self._thread is None and self._waiting:
                self._thread = threading.Thread(target=self._run, name="notes", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """Send what waits, and stop; what is sent later starts anew."""
        with self._changed:
            thread, self._thread = self._thread, None
            self._changed.notify_all()
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        connection: psycopg.Connection[tuple[int]] | None = None
        while payloads := self._take():
            try:
                connection = connection or self._connected()
                connection.execute(_NOTIFY, [CHANNEL, payloads])
            except psycopg.Error as error:
                log.debug("notes not sent", error=str(error).strip())
                if connection is not None:
                    connection.close()
                    connection = None
            self._pause()
        if connection is not None:
            connection.close()

    def _connected(self) -> "psycopg.Connection[tuple[int]]":
        return psycopg.connect(self._dsn, autocommit=True, connect_timeout=5, application_name="fieldstation notes")

    def _stopping(self) -> bool:
        return self._thread is not threading.current_thread()

    def _pause(self) -> None:
        with self._changed:
            self._changed.wait_for(self._stopping, _PAUSE_SECONDS)

    def _take(self) -> list[str]:
        """Wait for notes and take all of them; none when it is time to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping())
            taken, self._waiting = self._waiting, {}
        return list(_payloads(taken))


def _payloads(news: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Name each kind and its things, in as few notes as their size allows."""
    for kind, things in news.items():
        named = list(things)
        for start in range(0, len(named), _THINGS_A_NOTE):
            yield " ".join([kind, *named[start : start + _THINGS_A_NOTE]])
