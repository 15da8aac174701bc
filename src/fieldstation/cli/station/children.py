"""Worker processes of `up`: started, started again when they die, ended with it.

Each child is given the reading end of a pipe whose other end only the parent holds. When the parent is gone, however
it went, the child reads the pipe's end and stops.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from fieldstation.kernel.logs import logger

log = logger(__name__)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
_STEADY_SECONDS = 60.0  # after so long a life a death counts as the first one again


class Child:
    """One worker process and the pause before its next start."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], pipe: int) -> None:
        self._argv = argv
        self._environment = environment
        self._pipe = pipe
        self.pause = _FIRST_PAUSE
        self._start_at = 0.0
        self._started_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def keep_alive(self) -> None:
        """Start it if it does not run and its pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self._note_death(now)
        if self.process is None and now >= self._start_at:
            self.process = subprocess.Popen(
                self._argv, stdin=subprocess.DEVNULL, env=self._environment, pass_fds=[self._pipe]
            )
            self._started_at = now

    def ask_to_stop(self) -> None:
        """Send SIGTERM, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def await_end(self, seconds: float) -> None:
        """Wait that long for its end, then kill it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            log.warning("worker process did not stop in time", pid=self.process.pid)
            self.process.kill()
            self.process.wait()

    def _note_death(self, now: float) -> None:
        assert self.process is not None
        if now - self._started_at > _STEADY_SECONDS:
            self.pause = _FIRST_PAUSE
        log.error("worker process died", pid=self.process.pid, status=self.process.returncode, pause=self.pause)
        self.process = None
        self._start_at = now + self.pause
        self.pause = min(_LONGEST_PAUSE, 2 * self.pause)


class Children:
    """All worker processes of one `up`."""

    def __init__(self, count: int, argv: Callable[[int], Sequence[str]], environment: Mapping[str, str]) -> None:
        self._reading, self._writing = os.pipe()
        self._children = [Child(argv(self._reading), environment, self._reading) for _ in range(count)]
        self._stopping = False

    def keep_alive(self) -> None:
        """Start those that do not run; does nothing once they were asked to stop."""
        for child in self._children:
            if not self._stopping:
                child.keep_alive()

    def ask_to_stop(self) -> None:
        """Have all stop, without waiting."""
        self._stopping = True
        for child in self._children:
            child.ask_to_stop()

    def stop(self, seconds: float) -> None:
        """Have all stop; those that still run after `seconds` are killed."""
        self.ask_to_stop()
        deadline = time.monotonic() + seconds
        for child in self._children:
            child.await_end(deadline - time.monotonic())
        os.close(self._reading)
        os.close(self._writing)


def end_with_parent(pipe: int, stop: Callable[[], None]) -> None:
    """Have `stop` called once the process that holds the other end of `pipe` is gone."""

    def wait() -> None:
        while os.read(pipe, 1):
            pass
        log.warning("the station this worker belongs to is gone")
        stop()

    threading.Thread(target=wait, name="parent", daemon=True).start()
