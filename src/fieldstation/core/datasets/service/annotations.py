"""What is noted about data sets and versions in the metadata of Squonk2; labels and descriptions are the data set's."""

from collections.abc import Sequence

from fieldstation.core.datasets.model import Change, Dataset
from fieldstation.core.datasets.model.annotations import (
    FORMAT,
    LABEL,
    PROPERTY,
    Note,
    changed,
    history,
    merged,
    read_annotations,
    read_description,
    read_labels,
    schema,
    written,
)
from fieldstation.core.datasets.service.check import DESCRIPTION_LENGTH
from fieldstation.core.datasets.service.datasets import Datasets
from fieldstation.core.datasets.store import annotations as store
from fieldstation.core.datasets.store import datasets as dataset_store
from fieldstation.core.people.model import Caller, Kind, Permission, hidden
from fieldstation.core.people.service import People
from fieldstation.db import Tx
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Conflict, Invalid

MOST_NOTES = 10_000  # about one data set, or one version
_OF_DATASET = 0  # the number under which notes about the data set itself are kept
_NEVER_SYNCHRONISED = "2001-01-01T12:00:00.000001"


class Annotations:
    """Reads and adds to metadata; who may read a data set may read it, who may edit it may add."""

    def __init__(self, datasets: Datasets, people: People) -> None:
        self._datasets = datasets
        self._people = people

    def of_dataset(self, tx: Tx, caller: Caller, dataset_id: str) -> dict[str, Json]:
        """Return the metadata of a data set: its labels, and how its description changed."""
        found = self._datasets.find(tx, caller, dataset_id, Permission.DATASET_READ)
        notes = store.all_of(tx, found.id, _OF_DATASET)
        labels = history(_labels(notes), found.labels, found.changed)
        return self._head(tx, found) | {
            "description": found.description,
            "created": written(found.created),
            "last_updated": written(found.changed),
            "dataset_version": _OF_DATASET,
            "annotations": [dict(note.body) for note in notes if note.body["type"] == PROPERTY],
            "labels": [dict(note.body) for note in labels],
        }

    def of_version(self, tx: Tx, caller: Caller, dataset_id: str, number: int) -> dict[str, Json]:
        """Return the metadata of a version: its annotations."""
        found = self._datasets.find(tx, caller, dataset_id, Permission.DATASET_READ)
        version = self._datasets.version(tx, caller, found.id, number)
        notes = store.all_of(tx, found.id, version.number)
        return self._head(tx, found) | {
            "description": _description(found, notes),
            "created": written(version.created),
            "last_updated": written(store.latest(tx, found.id, version.number) or version.created),
            "dataset_version": version.number,
            "annotations": [dict(note.body) for note in notes],
            "labels": [],
        }

    def schema_of(self, tx: Tx, caller: Caller, dataset_id: str, number: int) -> dict[str, Json]:
        """Return the fields that a version is said to have, with the labels of its data set."""
        found = self._datasets.find(tx, caller, dataset_id, Permission.DATASET_READ)
        version = self._datasets.version(tx, caller, found.id, number)
        notes = store.all_of(tx, found.id, version.number)
        return schema(_title(found), _description(found, notes), version.number, notes, found.labels)

    def note_dataset(
        self, tx: Tx, caller: Caller, dataset_id: str, properties: str | None, labels: str | None
    ) -> dict[str, Json]:
        """Change the description and labels of a data set as these two JSON texts say; returns its metadata."""
        found = self._locked(tx, caller, dataset_id)
        description = None if properties is None else read_description(properties)
        given = [] if labels is None else read_labels(labels, tx.now())
        notes = list(given)
        if description is not None and description != found.description:
            notes.append(changed(found.description, description, tx.now()))
        if notes:
            wanted = Change(description=description, labels=merged(found.labels, given) if given else None)
            self._datasets.edit(tx, caller, found.id, wanted)
            self._add(tx, caller, found, _OF_DATASET, notes)
        return self.of_dataset(tx, caller, found.id)

    def note_version(
        self, tx: Tx, caller: Caller, dataset_id: str, number: int, texts: tuple[str | None, str | None]
    ) -> dict[str, Json]:
        """Add to a version what the JSON texts (changed properties, annotations) say; returns its metadata."""
        found = self._locked(tx, caller, dataset_id)
        version = self._datasets.version(tx, caller, found.id, number)
        properties, annotations = texts
        notes = [] if annotations is None else list(read_annotations(annotations, tx.now()))
        description = None if properties is None else read_description(properties)
        if description is not None:
            if len(description) > DESCRIPTION_LENGTH:
                raise Invalid("the description is too long", next_step=f"use up to {DESCRIPTION_LENGTH} characters")
            known = _description(found, store.all_of(tx, found.id, version.number))
            notes.append(changed(known, description, tx.now()))
        if notes:
            self._add(tx, caller, found, version.number, notes)
        return self.of_version(tx, caller, found.id, version.number)

    def _locked(self, tx: Tx, caller: Caller, dataset_id: str) -> Dataset:
        """Return a data set that the caller may edit, as it is while nobody else changes it."""
        found = self._datasets.find(tx, caller, dataset_id, Permission.DATASET_EDIT)
        dataset_store.lock(tx, [found.id])
        now = dataset_store.by_id(tx, found.id)
        if now is None:
            raise hidden(Kind.DATASET)
        return now

    def _add(self, tx: Tx, caller: Caller, found: Dataset, number: int, notes: Sequence[Note]) -> None:
        if store.count(tx, found.id, number) + len(notes) > MOST_NOTES:
            raise Conflict(
                f"more than {MOST_NOTES} notes about it are not kept", next_step="publish a new version of it"
            )
        store.add(tx, found.id, number, caller.user_id, notes)

    def _head(self, tx: Tx, found: Dataset) -> dict[str, Json]:
        return {
            "dataset_name": _title(found),
            "dataset_id": found.id,
            "created_by": self._people.users.get(tx, found.owner).username,
            "metadata_version": FORMAT,
            "synchronised_datetime": _NEVER_SYNCHRONISED,
        }


def _title(found: Dataset) -> str:
    return found.title or found.name


def _labels(notes: Sequence[Note]) -> Sequence[Note]:
    return [note for note in notes if note.body["type"] == LABEL]


def _description(found: Dataset, notes: Sequence[Note]) -> str:
    """Return the description of a version: its own once it has one, else that of its data set."""
    own = [note.value for note in notes if note.value is not None]
    return own[-1] if own else found.description
