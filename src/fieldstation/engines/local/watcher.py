"""One thread that follows every attempt of an engine: exits by pidfd and epoll, the rest by the clock."""

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable

from fieldstation.engines.local.attempt import Attempt
from fieldstation.kernel.logs import logger

POLL_SECONDS = 0.1  # where exits cannot be waited for
_log = logger(__name__)


class Watcher:
    """Steps attempts when something happened to them; `ended` is called, from its thread, after one ended."""

    def __init__(self, ended: Callable[[], None]) -> None:
        self._ended = ended
        self._lock = threading.Lock()
        self._due: dict[Attempt, float] = {}
        self._descriptors: dict[int, Attempt] = {}
        self._epoll = select.epoll() if hasattr(select, "epoll") else None
        self._wake_end, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._wake_end, False)
        if self._epoll is not None:
            self._epoll.register(self._wake_end, select.EPOLLIN)
        self._closing = False
        self._thread = threading.Thread(target=self._loop, name="attempts", daemon=True)
        self._thread.start()

    def follow(self, attempt: Attempt) -> None:
        """Follow an attempt until it ends, starting at once. Also to have one that is followed looked at again."""
        with self._lock:
            if self._closing:
                return
            self._due[attempt] = 0.0
        self._poke()

    def close(self) -> None:
        """Stop the thread. Idempotent."""
        with self._lock:
            if self._closing:
                return
            self._closing = True
        self._poke()
        self._thread.join()
        if self._epoll is not None:
            self._epoll.close()
        os.close(self._wake)
        os.close(self._wake_end)
        for attempt in self._due:
            attempt.close()

    def _poke(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake, b"!")

    def _loop(self) -> None:
        while not self._closing:
            for attempt in self._wait():
                try:
                    self._step(attempt)
                except Exception:  # noqa: BLE001 the others are followed on
                    _log.exception("an attempt could not be followed", attempt=attempt.folder.attempt_id)
                    self._set_due(attempt, 1.0)

    def _wait(self) -> list[Attempt]:
        """Wait until something happens or is due; return the attempts to look at."""
        with self._lock:
            soonest = min(self._due.values(), default=float("inf"))
        pause = max(0.0, min(soonest - time.monotonic(), 3600.0))
        happened = self._poll(pause)
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_end, 4096)
        with self._lock:
            moment = time.monotonic()
            due = {attempt for attempt, when in self._due.items() if when <= moment}
            return [*(due | {attempt for attempt in happened if attempt in self._due})]

    def _poll(self, pause: float) -> list[Attempt]:
        if self._epoll is None:
            select.select([self._wake_end], [], [], min(pause, POLL_SECONDS))
            return [*self._due]
        events = self._epoll.poll(pause)
        return [self._descriptors[descriptor] for descriptor, _ in events if descriptor in self._descriptors]

    def _step(self, attempt: Attempt) -> None:
        with self._lock:
            self._due[attempt] = float("inf")
        pause = attempt.step()
        if attempt.ended:
            with self._lock:
                self._due.pop(attempt, None)
                self._descriptors = {key: value for key, value in self._descriptors.items() if value is not attempt}
            self._ended()
            return
        self._set_due(attempt, pause)
        for descriptor in attempt.descriptors():
            self._register(descriptor, attempt)

    def _register(self, descriptor: int, attempt: Attempt) -> None:
        """Wait for a process's end, told once: afterwards its attempt steps by the clock until nothing is left."""
        if self._epoll is None or self._descriptors.get(descriptor) is attempt:
            return
        self._descriptors[descriptor] = attempt
        self._epoll.register(descriptor, select.EPOLLIN | select.EPOLLONESHOT)

    def _set_due(self, attempt: Attempt, pause: float) -> None:
        with self._lock:
            self._due[attempt] = min(self._due.get(attempt, float("inf")), time.monotonic() + pause)
