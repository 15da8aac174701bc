"""From references to what a run sees: which version or file goes to which path below `/inputs`."""

import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from fieldstation.core.datasets.model import FileEntry, VersionRef
from fieldstation.core.datasets.service import Datasets
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.runs.model.values import RunInput
from fieldstation.core.tools.model.definition import Definition, Input
from fieldstation.core.tools.model.render import check_inputs
from fieldstation.db import Tx
from fieldstation.kernel.errors import FieldstationError, Invalid, NotFound, Problem

_MOST_CANDIDATES = 1000  # files looked through for the one that fits a slot


class Inputs:
    """Resolves the inputs of a submission against the slots of its tool."""

    def __init__(self, datasets: Datasets, use: DataUse) -> None:
        self._datasets = datasets
        self._use = use

    def resolve(
        self, tx: Tx, caller: Caller, definition: Definition, given: Mapping[str, Sequence[str]]
    ) -> Sequence[RunInput]:
        """Return what goes where; Invalid names every fault of every slot at once."""
        check_inputs(definition, {name: len(references) for name, references in given.items()})
        problems: list[Problem] = []
        found: list[RunInput] = []
        for name, references in given.items():
            for place, reference in enumerate(references):
                try:
                    found.append(self._one(tx, caller, definition.inputs[name], (name, place), reference))
                except (Invalid, NotFound) as error:
                    problems.append(Problem(where=f"/inputs/{name}", text=_one_line(error)))
        if problems:
            raise Invalid(
                f"the inputs do not fit the tool {definition.name}",
                next_step=f"mend what `problems` names; `fieldstation tool show {definition.name}` lists the slots",
                problems=problems,
            )
        return found

    def _one(self, tx: Tx, caller: Caller, slot: Input, place: tuple[str, int], reference: str) -> RunInput:
        ref = self._datasets.resolve(tx, caller, reference, Permission.DATASET_COMPUTE)
        name, number = place
        folder = f"/inputs/{name}/{number}" if slot.many else f"/inputs/{name}"
        file = self._file(tx, slot, ref)
        return RunInput(
            slot=name,
            version_id=ref.version_id,
            dataset_id=ref.dataset_id,
            number=ref.number,
            manifest_digest=ref.manifest_digest if file is None else file.sha256,
            path=None if file is None else file.path,
            target=folder if file is None else f"{folder}/{PurePosixPath(file.path).name}",
        )

    def _file(self, tx: Tx, slot: Input, ref: VersionRef) -> FileEntry | None:
        """Return the one file that is meant, or None for the whole version."""
        if ref.path is not None:
            return self._use.file_of(tx, ref.version_id, ref.path)
        if slot.many or not slot.media_types:
            return None
        files = self._use.first_files(tx, ref.version_id, _MOST_CANDIDATES)
        fitting = [file for file in files if _fits(slot, file)]
        if len(fitting) == 1:
            return fitting[0]
        wanted = " or ".join(slot.media_types)
        raise Invalid(
            f"{ref.dataset_name}@{ref.number} has {len(fitting) or 'no'} files of {wanted}, the slot takes one",
            next_step=f"name the file: {ref.dataset_name}@{ref.number}:PATH",
        )


def _fits(slot: Input, file: FileEntry) -> bool:
    media_type = file.media_type or mimetypes.guess_type(file.path)[0] or "application/octet-stream"
    return any(
        wanted in ("*/*", media_type) or (wanted.endswith("/*") and media_type.startswith(wanted[:-1]))
        for wanted in slot.media_types
    )


def _one_line(error: FieldstationError) -> str:
    return f"{error.text}; {error.next_step}"
