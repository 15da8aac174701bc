"""Data as runs use it: checked again before it is mounted, and made ready to take outputs."""

from collections.abc import Iterable, Mapping, Sequence

from fieldstation.core.datasets.model import (
    Account,
    Dataset,
    DatasetName,
    Destination,
    FileEntry,
    NewDataset,
    Source,
    Version,
    name_fault,
)
from fieldstation.core.datasets.service.datasets import Datasets
from fieldstation.core.datasets.service.quota import Quotas, over_quota
from fieldstation.core.datasets.store import accounts, versions
from fieldstation.core.datasets.store import use as store
from fieldstation.core.people.model import Caller, Kind, Permission
from fieldstation.core.people.service import People
from fieldstation.db import Tx
from fieldstation.kernel.errors import Invalid, NotFound, Problem
from fieldstation.kernel.ids import is_id
from fieldstation.kernel.paging import PageRequest
from fieldstation.ports.storage import Stored


class DataUse:
    """What runs need of data sets."""

    def __init__(self, datasets: Datasets, people: People, quota_bytes: int) -> None:
        """`quota_bytes` is what a person may keep unless given another quota."""
        self._datasets = datasets
        self._people = people
        self._quotas = Quotas(people, quota_bytes)

    def for_outputs(self, tx: Tx, caller: Caller, wanted: Destination) -> str:
        """Return the data set that will take outputs, on which the caller may edit.

        A name means one of the caller's own, which is made where there is none. Raises as `Datasets.create` does, and
        OutOfCoins or Conflict (`other_unit`) as `Datasets.take_more`.
        """
        name = wanted.dataset
        found = _known(tx, caller, name)
        if found is None:
            _check_name(name)
            store.lock_name(tx, caller.space, name)  # who asks at the same time finds what we make
            found = store.own(tx, caller.space, name)
        if found is None:
            return self._datasets.create(tx, caller, NewDataset(name=name, awaits=True, unit=wanted.payer)).id
        return self._existing(tx, caller, found, wanted.unit).id

    def output_of(self, tx: Tx, caller: Caller, wanted: Destination) -> Dataset | None:
        """Return the data set that `for_outputs` would give, None where it would make one; it makes none.

        Raises what `for_outputs` would.
        """
        found = _known(tx, caller, wanted.dataset)
        if found is None:
            _check_name(wanted.dataset)
            self._datasets.payer(tx, caller, wanted.payer)
            return None
        return self._existing(tx, caller, found, wanted.unit)

    def account(self, tx: Tx, caller: Caller) -> Account:
        """Return what the caller keeps, has reserved, and may keep."""
        return self._quotas.account(tx, caller.user_id)

    def names(self, tx: Tx, caller: Caller, dataset_ids: Iterable[str]) -> Mapping[str, DatasetName]:
        """Return what those of these data sets are called that the caller may see, also from the trash; by id."""
        visible = self._people.visible(caller, Permission.DATASET_READ, Kind.DATASET)
        return store.names(tx, sorted(set(dataset_ids)), visible.where("d.id"), visible.values)

    def require_room(self, tx: Tx, dataset_ids: Iterable[str]) -> None:
        """Return when no owner of these data sets keeps more than their quota, what was published here included.

        Raises TooLarge (`over_quota`): the caller's transaction must not be committed.
        """
        over = accounts.over(tx, dataset_ids, self._quotas.usual_bytes)
        if over is not None:
            raise over_quota(
                f"the outputs do not fit: with them {over.used} bytes would be used and {over.reserved} are reserved by"
                f" uploads under way, of a quota of {over.quota} bytes"
            )

    def gone(self, tx: Tx, version_ids: Sequence[str]) -> set[str]:
        """Return those of these versions that cannot be used any more: removed, or their data set is in the trash."""
        return set(version_ids) - store.usable(tx, version_ids)

    def in_place(self, tx: Tx, version_ids: Sequence[str]) -> set[str]:
        """Return those of these versions whose files lie where they were registered, not in the store."""
        return store.in_place(tx, version_ids)

    def placed(self, tx: Tx, version_id: str, path: str | None, limit: int) -> Sequence[tuple[FileEntry, Source]]:
        """Return the files of a version in place, or the one of `path`, each with where it lies; at most `limit`."""
        entries = self.first_files(tx, version_id, limit) if path is None else [self.file_of(tx, version_id, path)]
        sources = {source.path: source for source in versions.sources(tx, version_id, [one.path for one in entries])}
        return [(entry, sources[entry.path]) for entry in entries]

    def readable(self, tx: Tx, caller: Caller, version_ids: Sequence[str]) -> Mapping[str, str]:
        """Return (version: name of its data set) for those that the caller may read now."""
        visible = self._people.visible(caller, Permission.DATASET_READ, Kind.DATASET)
        condition = f"v.removed IS NULL AND d.trashed IS NULL AND d.purged IS NULL AND {visible.where('d.id')}"
        return store.seen(tx, version_ids, condition, visible.values)

    def known(self, tx: Tx, caller: Caller, version_ids: Sequence[str]) -> Mapping[str, str]:
        """Return (version: name of its data set) for those that the caller may see, also from the trash."""
        visible = self._people.visible(caller, Permission.DATASET_READ, Kind.DATASET)
        return store.seen(tx, version_ids, visible.where("d.id"), visible.values)

    def file_of(self, tx: Tx, version_id: str, path: str) -> FileEntry:
        """Return one file of a version that the caller was already found to have."""
        entry = versions.file(tx, version_id, path)
        if entry is None:
            raise NotFound(f"the version has no file {path!r}", next_step="list its files and look at the spelling")
        return entry

    def first_files(self, tx: Tx, version_id: str, limit: int) -> Sequence[FileEntry]:
        """Return the first files of a version by path, at most `limit`."""
        return versions.files(tx, version_id, PageRequest(limit=limit))[:limit]

    def versions_of(self, tx: Tx, caller: Caller, version_ids: Sequence[str]) -> Sequence[Version]:
        """Return those of these versions that the caller may see, also from the trash."""
        wanted = self.known(tx, caller, version_ids)
        return versions.by_ids(tx, sorted(wanted))

    def keep(self, tx: Tx, holder: str, stored: Sequence[Stored]) -> None:
        """Have `holder` (such as an attempt, for its logs) keep blobs that no version names."""
        self._datasets.hold(tx, holder, stored)

    def _existing(self, tx: Tx, caller: Caller, dataset_id: str, unit: str | None) -> Dataset:
        found = self._datasets.find(tx, caller, dataset_id, Permission.DATASET_EDIT)
        self._datasets.take_more(tx, caller, found, unit)
        return found


def _known(tx: Tx, caller: Caller, reference: str) -> str | None:
    """Return the id that was given, or that of the caller's own data set of this name; None where there is none."""
    return reference if is_id(reference, "dataset") else store.own(tx, caller.space, reference)


def _check_name(name: str) -> None:
    """Raise Invalid, naming the place in the order of a run, unless a data set for its outputs can be called so."""
    if fault := name_fault(name):
        raise Invalid(
            "the data set for the outputs cannot be called so",
            next_step="give another name, or leave it out",
            problems=[Problem(where="/output/dataset", text=fault)],
        )
