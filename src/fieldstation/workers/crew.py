"""All loops of one process: started, woken by news, stopped together."""

from collections.abc import Callable, Mapping, Sequence

from fieldstation.kernel.logs import logger
from fieldstation.workers.loop import Loop

log = logger(__name__)
_STOP_SECONDS = 10.0


class Crew:
    """The loops of one process; `wakes` names the loops that an event of a kind ends the pause of."""

    def __init__(
        self, loops: Sequence[Loop], wakes: Mapping[str, Sequence[Loop]], closers: Sequence[Callable[[], None]]
    ) -> None:
        self._loops = loops
        self._wakes = wakes
        self._closers = closers

    def start(self) -> None:
        """Start all loops."""
        for loop in self._loops:
            loop.start()

    def note(self, payload: str) -> None:
        """Wake the loops that a note concerns; called from the listener's thread."""
        for loop in self._wakes.get(payload.partition(" ")[0], ()):
            loop.wake()

    def stop(self) -> None:
        """Stop all loops after their present step, then give back what they hold."""
        for loop in self._loops:
            loop.stop()
        for loop in self._loops:
            loop.join(_STOP_SECONDS)
        for close in self._closers:
            try:
                close()
            except Exception:  # the end of the process: a lease that cannot be given back runs out by itself
                log.warning("not given back", exc_info=True)
