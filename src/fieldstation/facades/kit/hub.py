"""Waiting for news without a thread or a database connection: one listener per process feeds all who wait."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

POLL_SECONDS = 1.0
EVERYTHING = "*"

Seen = TypeVar("Seen")


class Watcher:
    """One that waits for news of one thing."""

    def __init__(self) -> None:
        self._news = asyncio.Event()

    def ring(self) -> None:
        """Say that there may be news."""
        self._news.set()

    async def wait(self, seconds: float = POLL_SECONDS) -> None:
        """Return when there may be news since the last call, or after `seconds`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        self._news.clear()

    async def looks(self, look: Callable[[], Awaitable[Seen]], seconds: float) -> AsyncIterator[Seen]:
        """Yield what `look` gives, at once and again at each piece of news, until `seconds` have gone."""
        deadline = time.monotonic() + seconds
        while True:
            yield await look()
            left = deadline - time.monotonic()
            if left <= 0:
                return
            await self.wait(min(POLL_SECONDS, left))


class Hub:
    """Passes notes of the database on to the watchers of a thing."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[Watcher]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None

    @contextmanager
    def watching(self, thing: str) -> Iterator[Watcher]:
        """Be told of news of a thing (or of EVERYTHING) from now on; look at the thing once after entering."""
        self._loop = asyncio.get_running_loop()
        watcher = Watcher()
        self._watchers[thing].add(watcher)
        try:
            yield watcher
        finally:
            self._watchers[thing].discard(watcher)
            if not self._watchers[thing]:
                del self._watchers[thing]

    def note(self, payload: str) -> None:
        """Take a note of the database; called from the listener's thread."""
        things = payload.split(" ")[1:]
        if self._loop is not None and things and self._watchers:
            self._loop.call_soon_threadsafe(self._ring, things)

    def _ring(self, things: list[str]) -> None:
        for thing in (EVERYTHING, *things):
            for watcher in self._watchers.get(thing, ()):
                watcher.ring()
