"""Writing the log of calls off the way of requests: noted at a door, written to the database by a loop."""

from fieldstation.core.people.service.api_log import ApiLog
from fieldstation.db import Database

_BATCH = 500
_IDLE_SECONDS = 3600.0
_GATHER_SECONDS = 0.2


class KeepCalls:
    """Writes what waits; at the end of the process, what is left."""

    def __init__(self, database: Database, log: ApiLog) -> None:
        self._database = database
        self._log = log
        self._waiting = log.waiting

    def step(self) -> float:
        """Write some of what waits; returns for how many seconds there is nothing to do."""
        return _GATHER_SECONDS if self._written() else _IDLE_SECONDS

    def close(self) -> None:
        """Write what is left."""
        while self._written():
            pass

    def _written(self) -> bool:
        told = self._waiting.take(_BATCH)
        if not told.calls and not told.seen:
            return False
        try:
            self._database.retrying(lambda tx: self._log.keep(tx, told))
        except BaseException:
            self._waiting.give_back(told)
            raise
        return True
