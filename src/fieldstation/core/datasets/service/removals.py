"""Versions removed for themselves: nobody can use them from then on, and their bytes go with a task."""

from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.datasets.service.arrivals import Arrivals
from fieldstation.core.datasets.service.datasets import Datasets
from fieldstation.core.datasets.service.trash import Trash
from fieldstation.core.datasets.store import accounts
from fieldstation.core.datasets.store import removals as store
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.tasks.model import NewTask, Purpose, Task
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict
from fieldstation.ports.storage import BlobStore

REMOVE_VERSION = "dataset.remove_version"  # the work of removing a version's files


class Removals:
    """Removes single versions for good; the last one takes its data set with it."""

    def __init__(self, datasets: Datasets, arrivals: Arrivals, trash: Trash, tasks: Tasks, blobs: BlobStore) -> None:
        self._datasets = datasets
        self._arrivals = arrivals
        self._trash = trash
        self._tasks = tasks
        self._blobs = blobs

    def remove(self, tx: Tx, caller: Caller, dataset_id: str, number: int, *, keep_project_files: bool = False) -> Task:
        """Remove a version of one file, for owners of its data set; returns the task with which its bytes go.

        Raises NotFound and Forbidden as `Datasets.find` does, Conflict (`stage`) while it is being made ready.
        """
        found = self._datasets.find(tx, caller, dataset_id, Permission.DATASET_OWN)
        single = self._arrivals.version(tx, caller, found.id, number)
        if not single.stage.final:
            raise Conflict(
                f"version {number} is being made ready: {single.stage}",
                next_step="wait until its task is done",
                reason="stage",
            )
        if not store.mark(tx, single, caller.username):
            raise Conflict(f"version {number} was removed already", next_step="nothing is to be done", reason="stage")
        if not store.has_living(tx, found.id):
            self._trash.put(tx, caller, found.id, at_once=True)
        self._datasets.changed(tx, found.id)
        record(
            tx,
            Entry(
                actor=caller.user_id,
                deed=Deed.DATASET_VERSION_REMOVED,
                thing=found.id,
                body={"name": found.name, "number": number},
            ),
        )
        new = NewTask(
            purpose=Purpose.DATASET,
            purpose_id=found.id,
            purpose_version=number,
            removal=True,
            work=REMOVE_VERSION,
            payload={"version": single.version_id, "number": number, "keep_project_files": keep_project_files},
        )
        return self._tasks.begin(tx, caller.user_id, new)

    def forget(self, tx: Tx, version_id: str) -> None:
        """Forget the files of a version that was removed, and give their bytes back to their owner. Idempotent."""
        found = store.forget(tx, version_id)
        if found is not None:
            owner, freed = found
            accounts.charge(tx, {owner: -freed})
            tx.after_commit(lambda: self._blobs.drop_tree(version_id))
