"""Looking at what may take its time to answer, without holding up who asks."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from fieldstation.kernel.parts import Part

Look = Callable[[], tuple[Part, ...]]
_AGAIN_SECONDS = 5.0
_FIRST_SECONDS = 2.0


class Aside:
    """Looks in a thread of its own, at most every few seconds; who asks meanwhile is told what was seen last."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._asked: Future[tuple[Part, ...]] | None = None
        self._asked_at = 0.0
        self._seen: tuple[Part, ...] | None = None

    def __call__(self) -> tuple[Part, ...]:
        """Return what was seen last; only the first who asks waits a moment for it."""
        with self._lock:
            if self._asked is None and (self._seen is None or time.monotonic() - self._asked_at > _AGAIN_SECONDS):
                self._asked, self._asked_at = self._ask(), time.monotonic()
            if self._asked is not None and (self._seen is None or self._asked.done()):
                self._take(self._asked)
            return self._seen or ()

    def _take(self, asked: "Future[tuple[Part, ...]]") -> None:
        try:
            self._seen, self._asked = asked.result(_FIRST_SECONDS), None
        except TimeoutError:
            return

    def _ask(self) -> "Future[tuple[Part, ...]]":
        asked: Future[tuple[Part, ...]] = Future()

        def look() -> None:
            try:
                asked.set_result(self._look())
            except Exception as error:  # noqa: BLE001  top of the thread: whoever asked hears of it
                asked.set_exception(error)

        threading.Thread(target=look, name="aside", daemon=True).start()
        return asked
