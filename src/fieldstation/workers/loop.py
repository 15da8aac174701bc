"""One thread that repeats a step for as long as the process lives: the top of every loop, which no error ends."""

import threading
from collections.abc import Callable

from fieldstation.kernel.errors import Unavailable
from fieldstation.kernel.logs import logger

log = logger(__name__)
_LONGEST_PAUSE = 10.0


class Loop:
    """Runs `step` again and again.

    `step` returns for how many seconds there is nothing to do (0: go on at once); `wake` ends such a pause. An
    error is logged and the step tried again, later each time.
    """

    def __init__(self, name: str, step: Callable[[], float]) -> None:
        self.name = name
        self._step = step
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._failures = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Have the next step come at once."""
        self._wake.set()

    def stop(self) -> None:
        """Ask the loop to end after its present step."""
        self._stopping.set()
        self._wake.set()

    def join(self, seconds: float) -> None:
        """Wait for the end, if it ever began."""
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def is_stopping(self) -> bool:
        """Tell whether the loop was asked to end."""
        return self._stopping.is_set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            pause = self._guarded()
            if pause > 0 and not self._stopping.is_set():
                self._wake.wait(pause)

    def _guarded(self) -> float:
        try:
            pause = self._step()
        except Unavailable as error:
            log.warning("loop waits", loop=self.name, why=error.text)
            return self._backoff()
        except Exception:  # the top of a loop: whatever one step met must not end the others
            log.exception("step failed", loop=self.name)
            return self._backoff()
        self._failures = 0
        return float(pause)

    def _backoff(self) -> float:
        self._failures += 1
        return min(_LONGEST_PAUSE, 0.2 * 2.0**self._failures)
