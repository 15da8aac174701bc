"""The sweep loop: what must be tidied from time to time, by one process of the station."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fieldstation.db import Database, Tx
from fieldstation.kernel.errors import Unavailable
from fieldstation.kernel.logs import logger
from fieldstation.workers.alone import Alone

log = logger(__name__)
_IDLE_SECONDS = 1.0
_AGAIN_SECONDS = 60.0  # after which a chore that failed is tried again


@dataclass(frozen=True, kw_only=True)
class Chore:
    """One thing to tidy: each `seconds`, as many transactions as it says there is more to do."""

    name: str
    seconds: float
    work: Callable[[Tx], bool]  # returns whether there is more


class Sweep:
    """Does the chores that are due."""

    def __init__(self, database: Database, chores: Sequence[Chore]) -> None:
        self._database = database
        self._alone = Alone(database, "sweep")
        self._due = {chore.name: 0.0 for chore in chores}
        self._chores = chores

    def step(self) -> float:
        """Do what is due; returns how long nothing is."""
        if self._alone.held() is None:
            return _IDLE_SECONDS
        for chore in self._chores:
            if time.monotonic() >= self._due[chore.name]:
                self._due[chore.name] = time.monotonic() + self._pause_after(chore)
        return _IDLE_SECONDS

    def _pause_after(self, chore: Chore) -> float:
        """Do a chore; returns after how many seconds it is due again."""
        try:
            return 0.0 if self._database.retrying(chore.work) else chore.seconds
        except Unavailable:
            raise
        except Exception:  # the top of one chore: its fault must not keep the others from being done
            log.exception("chore failed", chore=chore.name)
            return min(chore.seconds, _AGAIN_SECONDS)

    def close(self) -> None:
        """Give the right to sweep back."""
        self._alone.release()
