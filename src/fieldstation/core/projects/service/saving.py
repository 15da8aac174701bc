"""Files of projects become versions of data sets."""

from fieldstation.core.datasets.model import FileEntry, NewVersion, Version
from fieldstation.core.datasets.service import Datasets
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Caller
from fieldstation.db import Tx


class Saves:
    """Publishes files whose bytes were copied into the store."""

    def __init__(self, datasets: Datasets, use: DataUse) -> None:
        self._datasets = datasets
        self._use = use

    def save(self, tx: Tx, caller: Caller, dataset: str, entry: FileEntry) -> Version:
        """Make a version of one file, of a data set that the caller edits; a name of theirs that is new makes one.

        Raises TooLarge (`over_quota`) when its owner may not keep so much.
        """
        dataset_id = self._use.for_outputs(tx, caller, dataset, make=True)
        new = NewVersion(dataset_id=dataset_id, files=[entry], author_id=caller.user_id)
        (version,) = self._datasets.publish(tx, [new])
        self._use.require_room(tx, [dataset_id])
        return version
