"""What is done for projects in time: the folder of a removed one goes, and what they hold is measured."""

import time
from collections.abc import Callable

from fieldstation.core.projects.service import Files
from fieldstation.db import Database
from fieldstation.kernel.logs import logger
from fieldstation.ports.volumes import Volumes
from fieldstation.workers.alone import Alone
from fieldstation.workers.perform import Assignment

log = logger(__name__)
_IDLE_SECONDS = 2.0
_AGAIN_SECONDS = 3600.0  # a project nobody told us of is measured so often
_LONGEST_PAUSE = 60.0
_SURE_SECONDS = 0.25
_SHARE = 20.0  # measuring takes at most one part in so many of the time


class RemoveProject:
    """Removes the folder of a project that nobody sees any more."""

    def __init__(self, volumes: Volumes) -> None:
        self._volumes = volumes

    def perform(self, assignment: Assignment) -> None:
        """Remove it whole, going on where it was cut off."""
        self._volumes.remove(assignment.operation.purpose_id)


class Measure:
    """Measures what projects hold, those first that changed by other ways than through doors.

    A file that comes through a door is counted just before it has its name, and the one that it replaces just after:
    where a measure differs from the count it is taken again after a moment, and holds if nothing was counted meanwhile.
    """

    def __init__(self, database: Database, files: Files, pause: Callable[[float], None] = time.sleep) -> None:
        self._database = database
        self._files = files
        self._pause = pause
        self._alone = Alone(database, "measure")

    def step(self) -> float:
        """Measure one project; returns how long there is nothing to do."""
        if self._alone.held() is None:
            return _IDLE_SECONDS
        with self._database.begin() as tx:
            due = self._files.due(tx, _AGAIN_SECONDS)
        if due is None:
            return _IDLE_SECONDS
        began = time.monotonic()
        size = self._files.held(due.project)
        if size != due.before:
            self._pause(_SURE_SECONDS)
            size = self._files.held(due.project)
        with self._database.begin() as tx:
            self._files.measured(tx, due, size)
        return min(_LONGEST_PAUSE, _SHARE * (time.monotonic() - began))

    def close(self) -> None:
        """Give the right to measure back."""
        self._alone.release()
