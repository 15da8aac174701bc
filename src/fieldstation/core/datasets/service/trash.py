"""The trash: nothing is removed before its date, and until then it can be taken back."""

from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.datasets.model import Dataset
from fieldstation.core.datasets.service.datasets import Datasets, name_taken
from fieldstation.core.datasets.store import datasets as store
from fieldstation.core.datasets.store.datasets import NameTaken
from fieldstation.core.people.model import Caller, Permission
from fieldstation.db import Tx
from fieldstation.db.outbox import Event, Outbox
from fieldstation.kernel.errors import Conflict

TRASH_DAYS = 30


class Trash:
    """Puts data sets into the trash and takes them out again."""

    def __init__(self, datasets: Datasets, outbox: Outbox) -> None:
        self._datasets = datasets
        self._outbox = outbox

    def put(self, tx: Tx, caller: Caller, reference: str, *, at_once: bool = False) -> Dataset:
        """Put a data set into the trash: nobody can use it, and in 30 days (or `at_once`) its files may be removed.

        Idempotent; with `at_once` also for one that is there already.
        """
        found = self._datasets.find(tx, caller, reference, Permission.DATASET_OWN)
        trashed = store.trash(tx, found.id, 0 if at_once else TRASH_DAYS) if _moves(found, at_once=at_once) else found
        if found.trashed is None:
            self._tell(tx, caller, Deed.DATASET_TRASHED, found)
        return trashed or found

    def take_back(self, tx: Tx, caller: Caller, reference: str) -> Dataset:
        """Take a data set out of the trash, by id or (when one of that name is there) by name.

        Raises NotFound (purged, or none), Conflict (not in the trash, or its name was given away).
        """
        found = self._datasets.find(tx, caller, reference, Permission.DATASET_OWN, trashed=True)
        try:
            restored = store.restore(tx, found.id)
        except NameTaken:
            raise name_taken(found.name) from None
        if restored is None:
            raise Conflict(f"the data set {found.name} is not in the trash", next_step="nothing is to be done")
        self._tell(tx, caller, Deed.DATASET_RESTORED, restored)
        return restored

    def _tell(self, tx: Tx, caller: Caller, deed: Deed, dataset: Dataset) -> None:
        self._datasets.changed(tx, dataset.id)
        record(tx, Entry(actor=caller.user_id, deed=deed, thing=dataset.id, body={"name": dataset.name}))
        self._outbox.emit(
            tx, [Event(kind=deed.value, thing=dataset.id, audience=dataset.id, body={"name": dataset.name})]
        )


def _moves(found: Dataset, *, at_once: bool) -> bool:
    return at_once or found.trashed is None
