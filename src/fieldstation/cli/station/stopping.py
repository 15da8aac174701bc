"""One wish to stop, from a signal or from inside, seen by threads and by the event loop."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopping:
    """Set once by SIGTERM, SIGINT or `wish`."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._actions: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def listen(self) -> None:
        """Take the signals from now on."""
        for number in _SIGNALS:
            signal.signal(number, self._on_signal)

    def wish(self) -> None:
        """Ask for the stop; again is as once."""
        with self._lock:
            first = not self._event.is_set()
            self._event.set()
            actions = list(self._actions) if first else []
        for action in actions:
            action()

    def on_wish(self, action: Callable[[], None]) -> None:
        """Have `action` called at the wish, at once if it was made already; it must be quick and must not raise."""
        with self._lock:
            self._actions.append(action)
            late = self._event.is_set()
        if late:
            action()

    @property
    def wished(self) -> bool:
        """Whether the stop was asked for."""
        return self._event.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the wish, at most so long; returns whether it was made."""
        return self._event.wait(seconds)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        # Not in the signal's own frame: it may have interrupted a holder of the same locks.
        threading.Thread(target=self.wish, name="stopping", daemon=True).start()
