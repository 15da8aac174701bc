"""Room for bytes, reserved before they move."""

from collections.abc import Mapping
from dataclasses import dataclass

from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.datasets.model import Account, Dataset, NewVersion, Recipe, Upload, Version
from fieldstation.core.datasets.service.check import unkeepable
from fieldstation.core.datasets.service.compose import Composer
from fieldstation.core.datasets.service.datasets import Datasets
from fieldstation.core.datasets.service.publish import in_trash
from fieldstation.core.datasets.service.quota import Quotas
from fieldstation.core.datasets.store import accounts, blobs
from fieldstation.core.datasets.store import uploads as store
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service import People
from fieldstation.db import Tx
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Conflict, Fault, Invalid, NotFound, Unavailable
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of
from fieldstation.ports.storage import BlobStore, Stored

_DIRECT_SECONDS = 24 * 3600  # longer than any single request; frees what a crash left reserved
_RESUMABLE_SECONDS = 7 * 24 * 3600  # since its last piece
_LAST_ID = "upload-~"  # behind every id
METADATA_BYTES = 16 << 10


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A version on its way into `dataset_id`, who sends it, and the uploads that reserve room for it."""

    dataset_id: str
    caller: Caller
    uploads: tuple[str, ...] = ()


class Uploads:
    """Reserves room on quotas and on the disk. `quota_bytes` is what a person may keep unless given another quota."""

    def __init__(self, people: People, datasets: Datasets, blobs: BlobStore, quota_bytes: int) -> None:
        self._people = people
        self._datasets = datasets
        self._composer = Composer(datasets)
        self._blobs = blobs
        self._quotas = Quotas(people, quota_bytes)

    def account(self, tx: Tx, caller: Caller) -> Account:
        """Return what the caller keeps, has reserved, and may keep."""
        return self._quotas.account(tx, caller.user_id)

    def begin(self, tx: Tx, caller: Caller, reference: str, size: int) -> Incoming:
        """Reserve `size` bytes for a new version of a data set; ends with `publish` or `drop`.

        Raises as `Datasets.find` does, Conflict (in the trash), TooLarge (`over_quota`), Unavailable (`disk_full`),
        OutOfCoins where what pays for the data set is at its limit.
        """
        dataset = self._editable(tx, caller, reference)
        self._datasets.take_more(tx, caller, dataset)
        upload = self._reserve(tx, caller, owner=dataset.owner, size=size)
        return Incoming(dataset_id=dataset.id, caller=caller, uploads=(upload.id,))

    def expect(self, tx: Tx, caller: Caller, size: int) -> str:
        """Reserve `size` bytes of the caller's own quota for a file of which nothing is known yet; returns the upload.

        It ends with what it is published for, or with `forget`. Raises as `begin` does.
        """
        self._people.require(caller, Permission.STATION_USE)
        return self._reserve(tx, caller, owner=caller.user_id, size=size).id

    def forget(self, tx: Tx, upload_id: str) -> None:
        """Give back what `expect` reserved. Idempotent."""
        store.delete(tx, [upload_id])

    def compose(self, tx: Tx, caller: Caller, reference: str, recipe: Recipe) -> tuple[Incoming, NewVersion]:
        """Return the version that a recipe describes, to be published; only its uploads reserve room."""
        dataset = self._editable(tx, caller, reference)
        self._datasets.take_more(tx, caller, dataset)
        new = self._composer.compose(tx, caller, dataset.id, recipe)
        used = tuple(sorted({piece.upload for piece in recipe.pieces if piece.upload}))
        return Incoming(dataset_id=dataset.id, caller=caller, uploads=used), new

    def publish(self, tx: Tx, incoming: Incoming, new: NewVersion) -> Version:
        """Publish what came in; what was reserved for it becomes what its owner keeps.

        The sender's credentials may have expired meanwhile, their right to edit must not. Raises as `begin` and
        `Datasets.publish` do, Conflict (`upload_gone`).
        """
        author = incoming.caller
        owner = self._editable(tx, author, incoming.dataset_id).owner
        accounts.lock(tx, owner)
        gone = set(incoming.uploads) - store.delete(tx, incoming.uploads)
        if gone:
            raise Conflict(
                f"{len(gone)} uploads of this version were ended or used meanwhile",
                next_step="send their files again",
                reason="upload_gone",
            )
        self._quotas.require(tx, owner, new.charged)
        made = self._datasets.publish(tx, [new])[0]
        if new.sources:
            body: dict[str, Json] = {"version": made.id, "files": made.file_count}
            record(tx, Entry(actor=author.user_id, deed=Deed.DATASET_REGISTERED, thing=made.dataset_id, body=body))
        blobs.release(tx, incoming.uploads)
        return made

    def drop(self, tx: Tx, incoming: Incoming) -> None:
        """Give the reserved room back. Idempotent."""
        store.delete(tx, incoming.uploads)

    def create(self, tx: Tx, caller: Caller, size: int, metadata: Mapping[str, str]) -> Upload:
        """Reserve `size` bytes of the caller's own quota for a file that will be sent in pieces.

        Raises TooLarge (`over_quota`), Unavailable (`disk_full`), Invalid (metadata).
        """
        self._people.require(caller, Permission.STATION_USE)
        text = "".join((*metadata, *metadata.values()))
        if len(text) > METADATA_BYTES or unkeepable(text):
            raise Invalid(
                f"the metadata of an upload may have {METADATA_BYTES} characters, none of them U+0000",
                next_step="send less; a version has metadata of its own",
            )
        return self._reserve(tx, caller, owner=caller.user_id, size=size, metadata=metadata)

    def show(self, tx: Tx, caller: Caller, upload_id: str) -> Upload:
        """Return an upload of the caller; NotFound when there is none, or no more."""
        found = store.by_ids(tx, caller.user_id, [upload_id]).get(upload_id)
        if found is None or not found.resumable:
            raise _no_upload()
        return found

    def list(self, tx: Tx, caller: Caller, request: PageRequest) -> Page[Upload]:
        """Return a page of the caller's uploads that were not used yet, newest first."""
        rows = store.page(tx, caller.user_id, request.after[0] if request.after else _LAST_ID, request.limit + 1)
        return page_of(rows, request, lambda upload: (upload.id,))

    def prolong(self, tx: Tx, upload: Upload) -> Upload:
        """Take note that a piece came; raises NotFound when the upload ended meanwhile."""
        return _still(store.prolong(tx, upload.id, _RESUMABLE_SECONDS))

    def complete(self, tx: Tx, upload: Upload, stored: Stored) -> Upload:
        """Take note that all bytes came and are durable; from now on they are kept until the upload ends.

        Raises Unavailable (`blob_gone`) when they were removed since, in which case they must be settled again.
        """
        self._datasets.hold(tx, upload.id, [stored])
        return _still(store.prolong(tx, upload.id, _RESUMABLE_SECONDS, stored.sha256))

    def end(self, tx: Tx, caller: Caller, upload_id: str) -> None:
        """Throw an upload of the caller away; its growing blob is the door's to drop."""
        self.let_go(tx, self.show(tx, caller, upload_id).id)

    def is_open(self, tx: Tx, upload_id: str) -> bool:
        """Tell whether an upload waits to be used."""
        return bool(store.known(tx, [upload_id]))

    def let_go(self, tx: Tx, upload_id: str) -> None:
        """End an upload whose bytes were taken for something else than a version. Idempotent."""
        blobs.release(tx, [upload_id])
        store.delete(tx, [upload_id])

    def _editable(self, tx: Tx, caller: Caller, reference: str) -> Dataset:
        dataset = self._datasets.find(tx, caller, reference, Permission.DATASET_EDIT)
        if dataset.trashed is not None:
            raise in_trash(dataset.name, dataset.id)
        return dataset

    def _reserve(
        self, tx: Tx, author: Caller, *, owner: str, size: int, metadata: Mapping[str, str] | None = None
    ) -> Upload:
        if size > (free := self._blobs.free_bytes()):
            raise disk_full(f"this needs {size} bytes and {free} are left above the station's reserve")
        accounts.lock(tx, owner)
        self._quotas.require(tx, owner, size)
        wanted = {
            "id": new_id("upload"),
            "owner": owner,
            "author": author.user_id,
            "size": size,
            "resumable": metadata is not None,
            "metadata": dict(metadata or {}),
            "seconds": _DIRECT_SECONDS if metadata is None else _RESUMABLE_SECONDS,
        }
        return store.insert(tx, wanted)


def _still(upload: Upload | None) -> Upload:
    if upload is None:
        raise _no_upload()
    return upload


def _no_upload() -> NotFound:
    return NotFound(
        "there is no such upload of yours, or it expired or was used",
        next_step="begin a new one: POST /api/v1/uploads",
        reason="no_upload",
    )


def disk_full(detail: str) -> Unavailable:
    """Return the error for an upload that the station's disk has no room for."""
    return Unavailable(
        f"the station's disk is full: {detail}",
        next_step="tell the operator of this station; fieldstation gc --plan shows what can be freed",
        reason="disk_full",
        fault=Fault.OURS,
    )
