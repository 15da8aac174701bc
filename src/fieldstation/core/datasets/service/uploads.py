"""Room for bytes, reserved before they move."""

from dataclasses import dataclass

from fieldstation.core.datasets.model import Account, NewVersion, Upload, Version
from fieldstation.core.datasets.service.datasets import Datasets
from fieldstation.core.datasets.service.publish import in_trash
from fieldstation.core.datasets.store import accounts
from fieldstation.core.datasets.store import uploads as store
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service import People
from fieldstation.db import Tx
from fieldstation.kernel.errors import Fault, TooLarge, Unavailable
from fieldstation.kernel.ids import new_id
from fieldstation.ports.storage import BlobStore

_DIRECT_SECONDS = 24 * 3600  # longer than any single request; frees what a crash left reserved


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A version on its way into `dataset_id`, with room reserved for it."""

    upload: Upload
    dataset_id: str


class Uploads:
    """Reserves room on quotas and on the disk. `quota_bytes` is what a person may keep unless given another quota."""

    def __init__(self, people: People, datasets: Datasets, blobs: BlobStore, quota_bytes: int) -> None:
        self._people = people
        self._datasets = datasets
        self._blobs = blobs
        self._quota = quota_bytes

    def account(self, tx: Tx, caller: Caller) -> Account:
        """Return what the caller keeps, has reserved, and may keep."""
        return self._account(tx, caller.user_id)

    def begin(self, tx: Tx, caller: Caller, reference: str, size: int) -> Incoming:
        """Reserve `size` bytes for a new version of a data set; ends with `publish` or `drop`.

        Raises as `Datasets.find` does, Conflict (in the trash), TooLarge (`over_quota`), Unavailable (`disk_full`).
        """
        dataset = self._datasets.find(tx, caller, reference, Permission.DATASET_EDIT)
        if dataset.trashed is not None:
            raise in_trash(dataset.name, dataset.id)
        return Incoming(dataset_id=dataset.id, upload=self._reserve(tx, dataset.owner, caller, size))

    def publish(self, tx: Tx, incoming: Incoming, new: NewVersion) -> Version:
        """Publish what came in; what was reserved for it becomes what its owner keeps."""
        store.delete(tx, [incoming.upload.id])
        return self._datasets.publish(tx, [new])[0]

    def drop(self, tx: Tx, incoming: Incoming) -> None:
        """Give the reserved room back. Idempotent."""
        store.delete(tx, [incoming.upload.id])

    def _reserve(self, tx: Tx, owner: str, author: Caller, size: int) -> Upload:
        self._require_disk(size)
        accounts.lock(tx, owner)
        account = self._account(tx, owner)
        if size > account.free:
            raise _over_quota(account, size)
        wanted = {
            "id": new_id("upload"),
            "owner": owner,
            "author": author.user_id,
            "size": size,
            "resumable": False,
            "metadata": {},
            "seconds": _DIRECT_SECONDS,
        }
        return store.insert(tx, wanted)

    def _account(self, tx: Tx, owner: str) -> Account:
        own = self._people.users.get(tx, owner).quota_bytes
        return accounts.read(tx, owner, self._quota if own is None else own)

    def _require_disk(self, size: int) -> None:
        if size > (free := self._blobs.free_bytes()):
            raise disk_full(f"this needs {size} bytes and {free} are left above the station's reserve")


def disk_full(detail: str) -> Unavailable:
    """Return the error for an upload that the station's disk has no room for."""
    return Unavailable(
        f"the station's disk is full: {detail}",
        next_step="tell the operator of this station; fieldstation gc --plan shows what can be freed",
        reason="disk_full",
        fault=Fault.OURS,
    )


def _over_quota(account: Account, size: int) -> TooLarge:
    return TooLarge(
        f"{size} bytes do not fit: of a quota of {account.quota} bytes, {account.used} are used and {account.reserved}"
        f" reserved by uploads under way, so {account.free} are free",
        next_step="put data sets that nobody needs into the trash, or ask an operator for a larger quota",
        reason="over_quota",
    )
