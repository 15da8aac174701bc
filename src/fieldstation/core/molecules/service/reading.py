"""Molecules as they are read from files of versions: begun, written part by part, and forgotten."""

from collections.abc import Sequence

from fieldstation.core.datasets.model import media_type_of
from fieldstation.core.datasets.service import Datasets
from fieldstation.core.molecules.model.forms import Form, form_of_file
from fieldstation.core.molecules.model.segments import merger, to_merge
from fieldstation.core.molecules.model.values import Part, Reading, Source
from fieldstation.core.molecules.store import reading as store
from fieldstation.core.molecules.store import segments
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.tasks.model import NewTask, Purpose, Task
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Tx
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import PageRequest

LOAD = "molecules.load"  # the work of reading the molecules of a version
MOST_FILES = 1_000  # of one version
_BATCH = 5_000


class MoleculeReadings:
    """Keeps what is read of files; the same bytes are read once, whatever versions have them."""

    def __init__(self, datasets: Datasets, tasks: Tasks) -> None:
        self._datasets = datasets
        self._tasks = tasks

    def ask(self, tx: Tx, caller: Caller, reference: str, number: int | None) -> Task:
        """Begin to read the molecules of a version, for editors of its data set; the task tells how far it is.

        Raises Invalid (`no_molecules`) where none of its files is of a form that is read.
        """
        dataset = self._datasets.find(tx, caller, reference, Permission.DATASET_EDIT)
        version = self._datasets.version(tx, caller, dataset.id, number)
        entries = self._datasets.files(tx, caller, version, PageRequest(limit=MOST_FILES)).items
        files = [
            {"path": entry.path, "sha256": entry.sha256, "form": form.value}
            for entry in entries
            if (form := form_of_file(entry.path, media_type_of(entry)))
        ]
        if version.in_place or not files:
            why = "lies in place" if version.in_place else "has no file of molecules"
            raise Invalid(
                f"version {version.number} {why}",
                next_step="send SDF (.sdf) or SMILES (.smi), each also with .gz behind it, as files of a version",
                reason="no_molecules",
            )
        new = NewTask(
            purpose=Purpose.DATASET,
            purpose_id=dataset.id,
            purpose_version=version.number,
            work=LOAD,
            payload={"version": version.id, "files": files},
        )
        return self._tasks.begin(tx, caller.user_id, new)

    def begin(self, tx: Tx, version_id: str, file: tuple[str, str], form: Form, header: bool | None) -> Source:
        """Note that the file (path, SHA-256) of a version has molecules, and return how far they are read."""
        path, sha256 = file
        told = "auto" if header is None else "header" if header else "plain"
        values = {"sha256": bytes.fromhex(sha256), "form": form, "header": told if form is Form.SMILES else "auto"}
        return store.begin(tx, version_id, path, values)

    def progress(self, tx: Tx, key: int) -> Source | None:
        """Return how far a source is read; None when it was given up."""
        return store.source(tx, key)

    def add(self, tx: Tx, key: int, part: Part) -> bool:
        """Keep a part; False where it is not the next one, as somebody else kept it."""
        return store.add(tx, key, part)

    def end(self, tx: Tx, key: int, blocks: int, fault: str | None = None) -> None:
        """Take note that all is read, or why it cannot be."""
        store.end(tx, key, blocks, fault)

    def of_version(self, tx: Tx, version_id: str) -> Sequence[Reading]:
        """Return how far the files of a version, which the caller was seen to read, are read."""
        return store.readings(tx, version_id, MOST_FILES)

    def forget(self, tx: Tx, version_ids: Sequence[str]) -> None:
        """Have versions that were removed have no molecules any more; what no version has goes later."""
        store.forget(tx, version_ids)

    def forget_datasets(self, tx: Tx, dataset_ids: Sequence[str]) -> None:
        """Have data sets that were removed for good have no molecules any more."""
        store.forget_datasets(tx, dataset_ids)

    def tidy(self, tx: Tx) -> bool:
        """Remove a batch of what no version has any more, and merge small segments; tells whether there is more."""
        return store.tidy(tx, _BATCH) or segments.sweep(tx) or _merge(tx)


def _merge(tx: Tx) -> bool:
    """Make one segment of some, where that is worth it."""
    if not to_merge(segments.listed(tx)):
        return False
    segments.lock(tx)
    chosen = to_merge(segments.listed(tx))
    if chosen:
        segments.merge(tx, chosen, merger(segments.runs(tx, chosen)))
    return bool(chosen)
