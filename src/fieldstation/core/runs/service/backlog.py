"""`Backlogs`: the queue, for those who operate the station."""

from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service import People
from fieldstation.core.runs.model.backlog import Backlog
from fieldstation.core.runs.store import backlog as store
from fieldstation.db import Tx

_SHOWN = 50


class Backlogs:
    """Tells what waits, since when, and whose it is."""

    def __init__(self, people: People) -> None:
        self._people = people

    def show(self, tx: Tx, caller: Caller) -> Backlog:
        """Return the queue to an operator."""
        self._people.require(caller, Permission.STATION_OPERATE)
        return store.backlog(tx, _SHOWN)
