"""Files that become versions one by one: received, made ready stage by stage, and found again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fieldstation.core.accounting.model.charges import Purpose as ChargePurpose
from fieldstation.core.accounting.service import StorageCharges, Subscriptions
from fieldstation.core.datasets.model import (
    Arrival,
    Due,
    FileEntry,
    FileTypes,
    NewDataset,
    NewVersion,
    Received,
    SingleFile,
    Stage,
    Wanted,
    base_name,
    checked_file_name,
    name_for,
    worth_keeping,
)
from fieldstation.core.datasets.model.arrival import EXTRA_LENGTH
from fieldstation.core.datasets.service.check import unkeepable
from fieldstation.core.datasets.service.datasets import Datasets
from fieldstation.core.datasets.service.uploads import Incoming, Uploads
from fieldstation.core.datasets.store import arrivals as store
from fieldstation.core.datasets.store import use
from fieldstation.core.datasets.store.datasets import Seen
from fieldstation.core.people.model import Caller, Kind, Permission, Role
from fieldstation.core.people.service import People, Units
from fieldstation.core.tasks.model import NewTask, Purpose
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Tx
from fieldstation.kernel.errors import Invalid, NotFound

PROCESS = "dataset.process"  # the work of making a version ready
MOST_LISTED = 5000  # data sets; a list of more would come too late for those who wait for it
_AT_ONCE = 1000
_DIGEST = 64


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A data set as those see it who handle single files: who owns and edits it, and its versions, oldest first."""

    dataset_id: str
    owner: str
    editors: Sequence[str]
    versions: Sequence[SingleFile]


@dataclass(frozen=True, kw_only=True)
class ArrivalParts:
    """What receives files beside the data sets themselves."""

    people: People
    units: Units
    subscriptions: Subscriptions
    uploads: Uploads
    tasks: Tasks
    types: FileTypes
    storage: StorageCharges


class Arrivals:
    """Makes versions of single files, and shows them with the stage that each is in."""

    def __init__(self, datasets: Datasets, parts: ArrivalParts) -> None:
        self._datasets = datasets
        self._parts = parts
        self.types = parts.types

    def checked(self, tx: Tx, caller: Caller, arrival: Arrival) -> Arrival:
        """Return what may come so, its unit and its data set by their ids.

        Raises Invalid (`media_type`, `file_names`), NotFound and Forbidden (unit, data set), and OutOfCoins where what
        the unit subscribed to for its data sets has reached its limit.
        """
        self._parts.types.fitting(arrival.media_type, checked_file_name(arrival.file_name))
        if arrival.extra_variables is not None:
            _check_extra(arrival.extra_variables)
        unit = self._parts.units.find(tx, caller, arrival.unit, Permission.UNIT_USE).id
        self._parts.subscriptions.storage(tx, caller, unit)
        self._parts.units.keep(tx, unit)
        if arrival.dataset_id is None:
            return replace(arrival, unit=unit)
        dataset = self._datasets.find(tx, caller, arrival.dataset_id, Permission.DATASET_EDIT)
        return replace(arrival, unit=unit, dataset_id=dataset.id)

    def received(self, tx: Tx, caller: Caller, arrival: Arrival, reserved: Sequence[str] = ()) -> Received:
        """Make a version of a file whose bytes are in the store, and begin the task that makes it ready.

        A new data set is called after the file and belongs to the caller; `reserved` are the uploads that kept room
        for the bytes. Raises as `checked` and `Uploads.publish` do.
        """
        arrival = self.checked(tx, caller, arrival)
        dataset_id = arrival.dataset_id or self._made(tx, caller, arrival)
        media_type = worth_keeping(arrival.file_name, arrival.media_type)
        entry = FileEntry(
            path=arrival.file_name, size=arrival.stored.size, sha256=arrival.stored.sha256, media_type=media_type
        )
        incoming = Incoming(dataset_id=dataset_id, caller=caller, uploads=tuple(reserved))
        new = NewVersion(dataset_id=dataset_id, files=[entry], author_id=caller.user_id)
        version = self._parts.uploads.publish(tx, incoming, new)
        task = self._parts.tasks.begin(
            tx,
            caller.user_id,
            NewTask(
                purpose=Purpose.DATASET,
                purpose_id=dataset_id,
                purpose_version=version.number,
                project=arrival.project,
                work=PROCESS,
                payload={"version": version.id},
            ),
        )
        store.insert(tx, version.id, arrival, task.id)
        payer = self._parts.storage.paying.of_unit(tx, arrival.unit)
        self._parts.storage.paying.granted(tx, payer, ChargePurpose.DATASET, version.id, caller.user_id)
        self._parts.storage.grew(tx, payer, arrival.stored.size)
        return Received(version=version, task_id=task.id)

    def sizes(self, tx: Tx, units: Sequence[str]) -> Mapping[str, int]:
        """Return how many bytes lie in the versions of each of these units that has any."""
        return store.sizes(tx, units)

    def due(self, tx: Tx, version_id: str) -> Due | None:
        """Return what is to be done for a version; None when it was removed meanwhile."""
        return store.due(tx, version_id)

    def moved(self, tx: Tx, version_id: str, stage: Stage) -> None:
        """Take note that a version came to a stage."""
        store.move(tx, version_id, stage)

    def list(self, tx: Tx, caller: Caller, wanted: Wanted) -> Sequence[Holding]:
        """Return those of the newest MOST_LISTED data sets that have versions of one file, and that the caller sees.

        Labels and owners narrow what is looked at, all else what is returned.
        """
        found: list[SingleFile] = []
        after: str | None = None
        for _ in range(MOST_LISTED // _AT_ONCE):
            some, after = store.page(tx, self._seen(caller), wanted, after, _AT_ONCE)
            found += some
            if after is None:
                break
        return self._held(tx, found, wanted)

    def show(self, tx: Tx, caller: Caller, dataset_id: str, *, removed_too: bool = False) -> Holding:
        """Return one data set with its versions of one file; NotFound when the caller sees none of this id."""
        found = self._datasets.find(tx, caller, dataset_id, Permission.DATASET_READ)
        wanted = Wanted(dataset_id=found.id, removed_too=removed_too)
        versions, _ = store.page(tx, self._seen(caller), wanted, None, 1)
        owner, editors = self._roles(tx, [found.id])[found.id]
        return Holding(dataset_id=found.id, owner=owner, editors=editors, versions=versions)

    def version(self, tx: Tx, caller: Caller, dataset_id: str, number: int) -> SingleFile:
        """Return one version of one file; NotFound when there is none that the caller sees."""
        shown = self.show(tx, caller, dataset_id)
        for one in shown.versions:
            if one.number == number:
                return one
        raise NotFound(
            f"this data set has no version {number} of one file",
            next_step="list its versions: fieldstation dataset show",
            reason="no_version",
        )

    def with_digest(self, tx: Tx, caller: Caller, sha256: str) -> tuple[str, int]:
        """Return (data set, number) of the newest version of one file with these bytes that the caller sees."""
        digest = sha256.strip().lower()
        if len(digest) != _DIGEST or not set(digest) <= set("0123456789abcdef"):
            raise Invalid("this is not a SHA-256", next_step="send 64 hexadecimal digits")
        found = store.by_digest(tx, self._seen(caller), digest)
        if found is None:
            raise NotFound("you see no data set with these bytes", next_step="send the file itself")
        return found

    def add_editor(self, tx: Tx, caller: Caller, dataset_id: str, username: str) -> None:
        """Let a user edit a data set, for its owners."""
        self._datasets.set_member(tx, caller, dataset_id, username, Role.EDITOR)

    def remove_editor(self, tx: Tx, caller: Caller, dataset_id: str, username: str) -> None:
        """Have a user edit a data set no more, for its owners; Invalid when they do not."""
        found = self._datasets.find(tx, caller, dataset_id, Permission.DATASET_OWN)
        if username not in self._roles(tx, [found.id])[found.id][1]:
            raise Invalid(f"{username[:80]!r} is no editor of this data set", next_step="list its editors")
        self._datasets.remove_member(tx, caller, dataset_id, username)

    def _made(self, tx: Tx, caller: Caller, arrival: Arrival) -> str:
        base = base_name(arrival.file_name)
        use.lock_name(tx, caller.space, base)  # who sends a file of this name at the same time waits
        name = name_for(arrival.file_name, store.taken(tx, caller.space, base))
        return self._datasets.create(tx, caller, NewDataset(name=name, title=arrival.file_name, unit=arrival.unit)).id

    def _held(self, tx: Tx, found: Sequence[SingleFile], wanted: Wanted) -> Sequence[Holding]:
        versions: dict[str, list[SingleFile]] = defaultdict(list)
        for one in found:
            if wanted.media_type in (None, one.media_type):
                versions[one.dataset_id].append(one)
        roles = self._roles(tx, list(versions))
        held = [
            Holding(dataset_id=dataset, owner=ones[0].owner, editors=roles[dataset][1], versions=ones)
            for dataset, ones in versions.items()
        ]
        return [one for one in held if _is_wanted(one, wanted)]

    def _roles(self, tx: Tx, dataset_ids: Sequence[str]) -> Mapping[str, tuple[str, Sequence[str]]]:
        """Return the first owner of each data set, and the users who edit it."""
        found = {}
        for dataset, members in self._parts.people.roles_of(tx, Kind.DATASET, dataset_ids).items():
            owners = [one.name for one in members if one.role is Role.OWNER]
            editors = [one.name for one in members if one.role is Role.EDITOR]
            found[dataset] = (owners[0] if owners else "", editors)
        return found

    def _seen(self, caller: Caller) -> Seen:
        visible = self._parts.people.visible(caller, Permission.DATASET_READ, Kind.DATASET)
        return Seen(condition=visible.where("d.id"), values=visible.values)


def _is_wanted(held: Holding, wanted: Wanted) -> bool:
    if wanted.editors is not None and not set(wanted.editors) & set(held.editors):
        return False
    return wanted.username is None or wanted.username in (held.owner, *held.editors)


def _check_extra(text: str) -> None:
    if len(text) > EXTRA_LENGTH or unkeepable(text):
        raise Invalid(
            f"the extra variables may have {EXTRA_LENGTH} characters, none of them U+0000", next_step="send less"
        )
