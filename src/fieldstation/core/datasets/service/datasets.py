"""Data sets: made, found, listed, changed, resolved and read, each as the one rule of access allows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fieldstation.core.accounting.service import Subscriptions
from fieldstation.core.datasets.model import (
    Change,
    Dataset,
    Facets,
    FileEntry,
    Filter,
    NewDataset,
    NewVersion,
    Source,
    Version,
    VersionRef,
    read_reference,
)
from fieldstation.core.datasets.service.check import check_change, check_new
from fieldstation.core.datasets.service.publish import Publisher, blob_gone, in_trash
from fieldstation.core.datasets.store import blobs, finding, versions
from fieldstation.core.datasets.store import datasets as store
from fieldstation.core.datasets.store.datasets import NameTaken, Seen
from fieldstation.core.people.model import Caller, Kind, Permission, Role, Thing, hidden
from fieldstation.core.people.service import Member, People
from fieldstation.db import Tx
from fieldstation.db.outbox import Event, Outbox
from fieldstation.kernel.errors import Conflict, NotFound
from fieldstation.kernel.ids import is_id, new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of
from fieldstation.ports.hooks import VersionPublished
from fieldstation.ports.storage import BlobStore, Stored, TreeEntry

_READ = Permission.DATASET_READ


@dataclass(frozen=True, kw_only=True)
class File:
    """One file to be read: what it is, of which version, and (`source`) where it lies if it was registered in place."""

    version: Version
    entry: FileEntry
    source: Source | None = None


class Datasets:
    """The feature's service."""

    def __init__(
        self,
        people: People,
        subscriptions: Subscriptions,
        store: BlobStore,
        outbox: Outbox,
        hooks: Sequence[VersionPublished] = (),
    ) -> None:
        self._people = people
        self._subscriptions = subscriptions
        self._outbox = outbox
        self._store = store
        self._hooks = hooks
        self._publisher = Publisher(store, outbox, hooks)

    def create(self, tx: Tx, caller: Caller, new: NewDataset) -> Dataset:
        """Make a data set that the caller owns, named in their own space.

        Raises Invalid, Conflict (`name_taken`), NotFound (its unit), Forbidden (`no_subscription`) or OutOfCoins.
        """
        self._people.require(caller, Permission.STATION_USE)
        check_new(new)
        paid = replace(new, unit=self.payer(tx, caller, new.unit))
        try:
            made = store.insert(tx, new_id("dataset"), caller.user_id, caller.space, paid)
        except NameTaken:
            raise name_taken(new.name) from None
        self._people.grant(tx, _thing(made.id), caller.principal, Role.OWNER, by=caller)
        self._emit(tx, "dataset.created", made)
        return made

    def payer(self, tx: Tx, caller: Caller, unit: str | None) -> str | None:
        """Return the id of the unit that would pay for a data set that the caller makes; raises as `create` does."""
        return self._subscriptions.storage(tx, caller, unit)

    def take_more(self, tx: Tx, caller: Caller, dataset: Dataset, unit: str | None = None) -> None:
        """Return when the unit of a data set, if it has one, has coins left for more; OutOfCoins otherwise.

        Raises Forbidden (`no_subscription`) where nothing pays for it any more, and Conflict (`other_unit`) where a
        unit was named that is not the one that pays for it.
        """
        payer = store.unit_of(tx, dataset.id)
        if unit is not None and self.payer(tx, caller, unit) != payer:
            raise _other_unit(dataset.name)
        self._subscriptions.room(tx, payer)

    def show(self, tx: Tx, caller: Caller, reference: str) -> Dataset:
        """Return a data set by id or name, also from the trash by id."""
        return self.find(tx, caller, reference, _READ)

    def list(self, tx: Tx, caller: Caller, wanted: Filter, request: PageRequest) -> Page[Dataset]:
        """Return a page of the data sets that the caller may see, newest first."""
        rows = finding.page(tx, self._seen(caller, _READ), wanted, request)
        return page_of(rows, request, lambda dataset: (dataset.id,))

    def facets(self, tx: Tx, caller: Caller, wanted: Filter) -> Facets:
        """Count the data sets that the caller may see and that a filter leaves, by owner, origin and label."""
        return finding.facets(tx, self._seen(caller, _READ), wanted)

    def edit(self, tx: Tx, caller: Caller, reference: str, wanted: Change) -> Dataset:
        """Change name, texts, labels or schema; versions never change."""
        found = self.find(tx, caller, reference, Permission.DATASET_EDIT)
        check_change(wanted)
        try:
            changed = store.change(tx, found.id, wanted)
        except NameTaken:
            raise name_taken(wanted.name or found.name) from None
        if changed is None:
            raise in_trash(found.name, found.id)
        self._emit(tx, "dataset.changed", changed)
        self.changed(tx, changed.id)
        return changed

    def changed(self, tx: Tx, dataset_id: str) -> None:
        """Tell those who keep copies of what a data set is that it changed: in its transaction, and by everybody."""
        for hook in self._hooks:
            hook.dataset_changed(tx, dataset_id)

    def find(self, tx: Tx, caller: Caller, reference: str, permission: Permission, *, trashed: bool = False) -> Dataset:
        """Return the data set of this id or name on which the caller has `permission`.

        A name means first the caller's own data set, then the only other one they see; Conflict when there are several.
        By id the trash is searched too; by name only with `trashed`, and then nothing else.
        """
        found = self._by_id_or_name(tx, caller, reference, trashed=trashed)
        self._people.decide(tx, caller, permission, _thing(found.id))
        return found

    def resolve(self, tx: Tx, caller: Caller, reference: str, permission: Permission) -> VersionRef:
        """Return the version (and file) that a reference stands for, newest where no number is given.

        Raises Invalid (not a reference), NotFound (none, hidden, no such number or file), Conflict (trashed, several).
        """
        wanted = read_reference(reference)
        version = versions.by_id(tx, wanted.version_id) if wanted.version_id else None
        if wanted.version_id and version is None:
            raise hidden(Kind.DATASET)
        thing = version.dataset_id if version else wanted.dataset_id or wanted.name or ""
        dataset = self.find(tx, caller, thing, permission)
        if dataset.trashed is not None:
            raise in_trash(dataset.name, dataset.id)
        version = version or self._numbered(tx, dataset, wanted.number)
        if wanted.path is not None and versions.file(tx, version.id, wanted.path) is None:
            raise _no_file(dataset.name, version.number, wanted.path)
        return _reference(dataset, version, wanted.path)

    def members(self, tx: Tx, caller: Caller, reference: str) -> Sequence[Member]:
        """Return who has which role on a data set."""
        return self._people.members(tx, _thing(self.find(tx, caller, reference, _READ).id))

    def set_member(self, tx: Tx, caller: Caller, reference: str, username: str, role: Role) -> None:
        """Give a user, a `group:<name>` or `everyone` a role on a data set; `everyone` as reader makes it public."""
        found = self.find(tx, caller, reference, Permission.DATASET_OWN)
        self._people.grant(tx, _thing(found.id), self._people.principal_of(tx, username), role, by=caller)

    def remove_member(self, tx: Tx, caller: Caller, reference: str, username: str) -> None:
        """Take the role of a user, a `group:<name>` or `everyone` on a data set."""
        found = self.find(tx, caller, reference, Permission.DATASET_OWN)
        self._people.revoke(tx, _thing(found.id), self._people.principal_of(tx, username), by=caller)

    def publish(self, tx: Tx, news: Sequence[NewVersion]) -> Sequence[Version]:
        """Publish versions, all or none, in a fixed number of statements; their maker has decided that they may.

        Their bytes must be in the store and flushed. See `Publisher.publish` for the errors.
        """
        return self._publisher.publish(tx, news)

    def hold(self, tx: Tx, holder: str, stored: Sequence[Stored]) -> None:
        """Have `holder` (`<kind>-…`) keep blobs beside the versions that name them, until `release`.

        Raises Unavailable (`blob_gone`) when one was removed since it was stored.
        """
        wanted = {item.sha256: item.size for item in stored}
        blobs.hold(tx, holder, wanted)
        if self._store.missing(wanted):
            raise blob_gone(1)

    def release(self, tx: Tx, holder: str) -> None:
        """End what `holder` keeps."""
        blobs.release(tx, [holder])

    def version(self, tx: Tx, caller: Caller, reference: str, number: int | None = None) -> Version:
        """Return one version of a data set, the newest when no number is given."""
        return self._numbered(tx, self.find(tx, caller, reference, _READ), number)

    def versions(self, tx: Tx, caller: Caller, reference: str, request: PageRequest) -> Page[Version]:
        """Return a page of versions, newest first."""
        dataset = self.find(tx, caller, reference, _READ)
        return page_of(versions.page(tx, dataset.id, request), request, lambda version: (str(version.number),))

    def files(
        self, tx: Tx, caller: Caller, version: Version, request: PageRequest, prefix: str = ""
    ) -> Page[FileEntry]:
        """Return a page of the files of a version whose paths begin with `prefix`, by path."""
        self._people.decide(tx, caller, _READ, _thing(version.dataset_id))
        return page_of(versions.files(tx, version.id, request, prefix), request, lambda file: (file.path,))

    def file(self, tx: Tx, caller: Caller, version: Version, path: str) -> File:
        """Return one file of a version, to be read; NotFound when there is none of this path."""
        self._people.decide(tx, caller, _READ, _thing(version.dataset_id))
        entry = versions.file(tx, version.id, path)
        if entry is None:
            raise _no_file(version.dataset_id, version.number, path)
        sources = versions.sources(tx, version.id, [path]) if version.in_place else []
        return File(version=version, entry=entry, source=sources[0] if sources else None)

    def all_files(self, tx: Tx, caller: Caller, version: Version) -> Sequence[File]:
        """Return all files of a version, by path."""
        self._people.decide(tx, caller, _READ, _thing(version.dataset_id))
        entries = list(versions.all_files(tx, version.id))
        sources = versions.all_sources(tx, version.id) if version.in_place else {}
        return [File(version=version, entry=entry, source=sources.get(entry.path)) for entry in entries]

    def entries(self, tx: Tx, version_id: str) -> Iterator[TreeEntry]:
        """Walk over all files of a version in the order of their paths, some thousand at a time; decides nothing."""
        for file in versions.all_files(tx, version_id):
            yield TreeEntry(path=file.path, size=file.size, sha256=file.sha256)

    def require(self, tx: Tx, caller: Caller, dataset_id: str, permission: Permission) -> None:
        """Return when the caller has `permission` on the data set; raises as `People.decide`."""
        self._people.decide(tx, caller, permission, _thing(dataset_id))

    def permissions(self, tx: Tx, caller: Caller, dataset_id: str) -> Sequence[Permission]:
        """Return what the caller may do with a data set."""
        return self._people.permissions(tx, caller, _thing(dataset_id))

    def _by_id_or_name(self, tx: Tx, caller: Caller, reference: str, *, trashed: bool) -> Dataset:
        if is_id(reference, "dataset"):
            found = store.by_id(tx, reference)
            if found is None or found.purged is not None:
                raise hidden(Kind.DATASET)
            return found
        rows = store.by_name(tx, reference, caller.space, self._seen(caller, _READ), trashed=trashed)
        own = [row for row in rows if row.space == caller.space] or rows
        if not own:
            raise hidden(Kind.DATASET)
        if len(own) > 1:
            raise _ambiguous(reference, own)
        return own[0]

    def _numbered(self, tx: Tx, dataset: Dataset, number: int | None) -> Version:
        version = versions.newest(tx, dataset.id) if number is None else versions.by_number(tx, dataset.id, number)
        if version is None:
            raise _no_version(dataset, number)
        return version

    def _seen(self, caller: Caller, permission: Permission) -> Seen:
        visible = self._people.visible(caller, permission, Kind.DATASET)
        return Seen(condition=visible.where("d.id"), values=visible.values)

    def _emit(self, tx: Tx, kind: str, dataset: Dataset) -> None:
        self._outbox.emit(tx, [Event(kind=kind, thing=dataset.id, audience=dataset.id, body={"name": dataset.name})])


def _thing(dataset_id: str) -> Thing:
    return Thing(kind=Kind.DATASET, id=dataset_id)


def _reference(dataset: Dataset, version: Version, path: str | None) -> VersionRef:
    return VersionRef(
        version_id=version.id,
        dataset_id=dataset.id,
        dataset_name=dataset.name,
        number=version.number,
        manifest_digest=version.manifest_digest,
        file_count=version.file_count,
        size=version.size,
        path=path,
    )


def name_taken(name: str) -> Conflict:
    """Return the error for a name that another data set of the same owner has."""
    return Conflict(
        f"you already have a data set called {name}",
        next_step="choose another name, or add a version to the one there is",
        reason="name_taken",
    )


def _ambiguous(name: str, found: Sequence[Dataset]) -> Conflict:
    ids = ", ".join(dataset.id for dataset in found)
    return Conflict(
        f"several data sets that you see are called {name}", next_step=f"name one by its id: {ids}", reason="ambiguous"
    )


def _other_unit(name: str) -> Conflict:
    return Conflict(
        f"the data set {name} is there already, and the unit that was named does not pay for it",
        next_step="name no unit, or give a name for a new data set",
        reason="other_unit",
    )


def _no_version(dataset: Dataset, number: int | None) -> NotFound:
    if not dataset.latest:
        return NotFound(
            f"the data set {dataset.name} has no version yet", next_step="add files to it first", reason="no_version"
        )
    return NotFound(
        f"the data set {dataset.name} has no version {number}",
        next_step=f"its newest is {dataset.latest}",
        reason="no_version",
    )


def _no_file(name: str, number: int, path: str) -> NotFound:
    return NotFound(
        f"version {number} of {name} has no file {path[:200]!r}",
        next_step="list its files and look at the spelling",
        reason="no_file",
    )
