"""Files of projects become versions of data sets."""

from dataclasses import dataclass

from fieldstation.core.datasets.model import Destination, FileEntry, NewVersion, Version
from fieldstation.core.datasets.service import Datasets
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Caller
from fieldstation.core.projects.service.projects import Projects
from fieldstation.db import Tx


@dataclass(frozen=True, kw_only=True)
class Save:
    """Where a file of a project goes: to a data set by id, or by the caller's own name for it, new or not.

    `unit` shall pay for one that is made; where none is named it is that of the project.
    """

    project: str
    dataset: str
    unit: str | None = None


class Saves:
    """Publishes files whose bytes were copied into the store."""

    def __init__(self, projects: Projects, datasets: Datasets, use: DataUse) -> None:
        self._projects = projects
        self._datasets = datasets
        self._use = use

    def check(self, tx: Tx, caller: Caller, wanted: Save) -> None:
        """Raise what `save` would, but for the size of the file, before its bytes are copied."""
        self._use.output_of(tx, caller, self._destination(tx, caller, wanted))

    def save(self, tx: Tx, caller: Caller, wanted: Save, entry: FileEntry) -> Version:
        """Make a version of one file, of a data set that the caller edits; a name of theirs that is new makes one.

        Raises TooLarge (`over_quota`) when its owner may not keep so much, and as `DataUse.for_outputs` does where
        nobody pays for it.
        """
        dataset_id = self._use.for_outputs(tx, caller, self._destination(tx, caller, wanted))
        new = NewVersion(dataset_id=dataset_id, files=[entry], author_id=caller.user_id)
        (version,) = self._datasets.publish(tx, [new])
        self._use.require_room(tx, [dataset_id])
        return version

    def _destination(self, tx: Tx, caller: Caller, wanted: Save) -> Destination:
        usual = self._projects.payer(tx, caller, wanted.project).unit
        return Destination(dataset=wanted.dataset, unit=wanted.unit, usual_unit=usual)
