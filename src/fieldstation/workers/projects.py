"""What is done for projects in time: the folder of a removed one goes, and what they hold is measured."""

import time
from collections.abc import Callable

from fieldstation.core.projects.service import Surveys
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
    """Measures what projects hold and follows their managed files, those first that changed other than through doors.

    A file that comes through a door is counted just before it has its name, and the one that it replaces just after:
    where a measure differs from the count it is taken again after a moment, and holds if nothing was counted meanwhile.
    A managed file that is not where it should be is looked for again likewise: somebody may be moving it.
    """

    def __init__(self, database: Database, surveys: Surveys, pause: Callable[[float], None] = time.sleep) -> None:
        self._database = database
        self._surveys = surveys
        self._pause = pause
        self._alone = Alone(database, "measure")

    def step(self) -> float:
        """Measure one project; returns how long there is nothing to do."""
        if self._alone.held() is None:
            return _IDLE_SECONDS
        with self._database.begin() as tx:
            found = self._surveys.due(tx, _AGAIN_SECONDS)
        if found is None:
            return _IDLE_SECONDS
        due, files = found
        began = time.monotonic()
        survey = self._surveys.look(due.project, files)
        if survey.size != due.before or survey.astray(files):
            self._pause(_SURE_SECONDS)
            survey = self._surveys.look(due.project, files)
        with self._database.begin() as tx:
            self._surveys.looked(tx, due, files, survey)
        return min(_LONGEST_PAUSE, _SHARE * (time.monotonic() - began))

    def close(self) -> None:
        """Give the right to measure back."""
        self._alone.release()
