"""What is done for versions of data sets in time: each is made ready, stage by stage."""

import os
import zlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from fieldstation.core.datasets.model import Due, Stage
from fieldstation.core.datasets.model.filetypes import GZIP
from fieldstation.core.datasets.service import Arrivals, Removals
from fieldstation.core.molecules.model.forms import Form, form_of, options_of
from fieldstation.core.molecules.service import MoleculeReadings
from fieldstation.core.projects.service import Copies, Files
from fieldstation.core.tasks.model import Level
from fieldstation.db import Database
from fieldstation.kernel.errors import Conflict, Invalid, NotFound
from fieldstation.ports.storage import BlobStore
from fieldstation.ports.volumes import EntryKind
from fieldstation.workers.molecules import FormMolecules, LoadMolecules, MoleculeFile, blob
from fieldstation.workers.perform import Assignment

_LOOKED_AT = 64 << 10  # bytes at the beginning of a file
_MAGIC = b"\x1f\x8b"
NO_CHEMISTRY = "this station has no RDKit; its operator can install it: pip install 'fieldstation[chemistry]'"


class ProcessDataset:
    """Makes a version of one file ready; each stage is a step that may be done again."""

    def __init__(self, database: Database, arrivals: Arrivals, store: BlobStore, molecules: "Molecules") -> None:
        self._database = database
        self._arrivals = arrivals
        self._store = store
        self._molecules = molecules
        self._steps: Mapping[Stage, tuple[Callable[[Assignment, Due], None], Stage]] = {
            Stage.FORMATTING: (self._format, Stage.LOADING),
            Stage.LOADING: (self._load, Stage.DONE),
        }

    def perform(self, assignment: Assignment) -> None:
        """Go on from the stage that the version is in; Invalid, and it has failed, when it is not what it should be."""
        version_id = assignment.operation.payload["version"]
        while True:
            with self._database.begin() as tx:
                due = self._arrivals.due(tx, version_id)
            if due is None or due.stage not in self._steps:
                return
            step, following = self._steps[due.stage]
            try:
                step(assignment, due)
            except Invalid:
                self._move(assignment, version_id, Stage.FAILED)
                raise
            self._move(assignment, version_id, following)

    def _move(self, assignment: Assignment, version_id: str, stage: Stage) -> None:
        with self._database.begin() as tx:
            assignment.hold(tx)
            self._arrivals.moved(tx, version_id, stage)

    def _format(self, assignment: Assignment, due: Due) -> None:
        """Look whether the beginning of the file is what its type says, and all of it where it has molecules."""
        beginning = _beginning(blob(self._store, due.sha256, due.file_name))
        if due.file_name.lower().endswith(GZIP):
            beginning = _unpacked(due, beginning)
        if self._arrivals.types.text(due.media_type) and b"\0" in beginning:
            raise _not_so(due, f"{due.media_type} is text, and it has bytes that no text has")
        self._molecules.check(assignment, due)

    def _load(self, assignment: Assignment, due: Due) -> None:
        """Make the molecules in it findable, unless that was not wanted."""
        if not due.skip_load:
            self._molecules.load(assignment, due)


class Molecules:
    """What is done with the molecules of a file that arrives, where the station reads them.

    `able` says what molecules are read with, None where nothing does.
    """

    def __init__(self, form: FormMolecules, loading: LoadMolecules, able: Callable[[], str | None]) -> None:
        self._form = form
        self._loading = loading
        self._able = able

    def check(self, assignment: Assignment, due: Due) -> None:
        """Return when a file of molecules is what its type says; Invalid, with the line, when it is not."""
        file, options = _molecules_of(due), options_of(due.extra_variables)
        if file is None:
            return
        if options.get("strict") and self._able() is None:
            assignment.tell(f"whether all molecules can be read is not looked at: {NO_CHEMISTRY}", Level.WARNING)
            options = {name: value for name, value in options.items() if name != "strict"}
        self._form.check(assignment, file, options)

    def converted(
        self, assignment: Assignment, file: tuple[str, str], forms: tuple[Form, Form], name: str
    ) -> AbstractContextManager[int]:
        """Write a file in another form, as `FormMolecules` does; Conflict where nothing reads molecules."""
        if forms[0] is not forms[1] and self._able() is None:
            raise Conflict(f"{file[0]} cannot be written anew: {NO_CHEMISTRY}", next_step="attach it as it is")
        return self._form.converted(assignment, file, forms, name)

    def load(self, assignment: Assignment, due: Due) -> None:
        """Read the molecules of a file, if it has any; a station that reads none passes this over and says so."""
        file = _molecules_of(due)
        if file is None:
            return
        if self._able() is None:
            assignment.tell(f"its molecules are not read: {NO_CHEMISTRY}", Level.WARNING)
            return
        self._loading.load(assignment, file)


class RemoveVersion:
    """Removes the files of a version that nobody can use any more."""

    def __init__(
        self, database: Database, removals: Removals, copies: Copies, files: Files, readings: MoleculeReadings
    ) -> None:
        self._readings = readings
        self._database = database
        self._removals = removals
        self._copies = copies
        self._files = files

    def perform(self, assignment: Assignment) -> None:
        """Let go of its copies in projects, then forget its files; bytes go where no other version has them."""
        payload = assignment.operation.payload
        while self._let_go(assignment, payload["number"], keeps=payload["keep_project_files"]):
            assignment.check()
        with self._database.begin() as tx:
            assignment.hold(tx)
            self._removals.forget(tx, payload["version"])
            self._readings.forget(tx, [payload["version"]])

    def _let_go(self, assignment: Assignment, number: int, *, keeps: bool) -> bool:
        """Have one copy be a file like any other, or remove it if nobody wrote to it; False when there was none."""
        operation = assignment.operation
        with self._database.begin() as tx:
            copy = self._copies.first(tx, operation.purpose_id, number)
            ground = None if copy is None else self._files.standing(tx, operation.user_id, copy.project)
        if copy is None:
            return False
        freed = 0
        if ground is not None and not keeps and copy.untouched(self._files.found(ground, copy.path)):
            with suppress(NotFound, Conflict):  # it went, or something else came, since it was looked at
                freed = self._files.remove(ground, copy.path, EntryKind.FILE)
        with self._database.begin() as tx:
            assignment.hold(tx)
            self._copies.forget(tx, copy)
            if ground is not None:
                self._files.grown(tx, ground, -freed)
        return True


def _molecules_of(due: Due) -> MoleculeFile | None:
    form = form_of(due.media_type)
    if form is None:
        return None
    return MoleculeFile(
        version_id=due.version_id,
        path=due.file_name,
        sha256=due.sha256,
        form=form,
        header=options_of(due.extra_variables).get("header"),
    )


def _beginning(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as opened:
        return opened.read(_LOOKED_AT)


def _unpacked(due: Due, beginning: bytes) -> bytes:
    if not beginning.startswith(_MAGIC):
        raise _not_so(due, "its name says that it is packed with gzip, which it is not")
    try:
        return zlib.decompressobj(wbits=31).decompress(beginning, _LOOKED_AT)
    except zlib.error:
        raise _not_so(due, "what is packed in it cannot be unpacked") from None


def _not_so(due: Due, fault: str) -> Invalid:
    return Invalid(
        f"{due.file_name} is kept, but not what it should be: {fault}",
        next_step="remove this version and send the file anew, with the type that it has",
        reason="media_type",
    )
