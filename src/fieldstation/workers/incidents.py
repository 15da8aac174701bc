"""Keeping the errors that nobody expected: noted where they are logged, written to the database by a loop."""

from collections import deque
from collections.abc import Callable

from fieldstation.core.incidents.model import Noted, note
from fieldstation.core.incidents.service import Incidents
from fieldstation.db import Database

_WAITING = 1000  # while the database is away; what comes then is in the log only
_BATCH = 200
_IDLE_SECONDS = 3600.0
_GATHER_SECONDS = 0.5


class KeepIncidents:
    """Writes what it was told of; `wake` is called when there is something to write."""

    def __init__(self, database: Database, incidents: Incidents) -> None:
        self._database = database
        self._incidents = incidents
        self._waiting: deque[Noted] = deque(maxlen=_WAITING)
        self.wake: Callable[[], None] = lambda: None

    def told(self, place: str, error: BaseException, request: str) -> None:
        """Note an error; from any thread."""
        self._waiting.append(note(place, error, request))
        self.wake()

    def step(self) -> float:
        """Write some of what was noted; returns for how many seconds there is nothing to do."""
        batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
        if not batch:
            return _IDLE_SECONDS
        try:
            self._database.retrying(lambda tx: self._incidents.keep(tx, batch))
        except BaseException:
            self._waiting.extendleft(reversed(batch))
            raise
        return _GATHER_SECONDS
