"""Reading the molecules of files: checked and converted by programs in the sandbox, loaded part by part."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fieldstation.core.molecules.model.forms import Form
from fieldstation.core.molecules.model.values import BLOCK, Source, read_part
from fieldstation.core.molecules.service import MoleculeReadings
from fieldstation.core.tasks.model import Level
from fieldstation.db import Database
from fieldstation.kernel.errors import Broken, Invalid
from fieldstation.ports.engine import Limits
from fieldstation.ports.storage import BlobStore
from fieldstation.workers.laboratory import LOOK_SECONDS, Laboratory, Order, Reading
from fieldstation.workers.perform import Assignment
from fieldstation.workers.points import reached

_MALFORMED, _GIVEN_UP = 65, 70  # exit codes of the programs
_MOST_PART_BYTES = 256 << 20
_LOAD_LIMITS = Limits(cpu=1.0, memory_bytes=3 << 30, disk_bytes=4 << 30, pids=64, log_bytes=1 << 20)
_FORM_LIMITS = Limits(cpu=1.0, memory_bytes=2 << 30, disk_bytes=64 << 30, pids=64, log_bytes=1 << 20)
_LOAD_SECONDS, _FORM_SECONDS = 24 * 3600.0, 4 * 3600.0


@dataclass(frozen=True, kw_only=True)
class MoleculeFile:
    """A file of a version whose molecules are to be read, and what was said about how."""

    version_id: str
    path: str
    sha256: str
    form: Form
    header: bool | None = None


class LoadMolecules:
    """Reads the molecules of one file into the database, going on where an earlier try was cut off."""

    def __init__(
        self, database: Database, readings: MoleculeReadings, laboratory: Laboratory, store: BlobStore
    ) -> None:
        self._database = database
        self._readings = readings
        self._laboratory = laboratory
        self._store = store

    def perform(self, assignment: Assignment) -> None:
        """Read the files that a task names."""
        payload = assignment.operation.payload
        for file in payload["files"]:
            self.load(
                assignment,
                MoleculeFile(
                    version_id=payload["version"], path=file["path"], sha256=file["sha256"], form=Form(file["form"])
                ),
            )

    def load(self, assignment: Assignment, file: MoleculeFile) -> None:
        """Read one file, telling how far it is; Invalid, with the line, where it breaks off."""
        with self._database.begin() as tx:
            assignment.hold(tx)
            source = self._readings.begin(tx, file.version_id, (file.path, file.sha256), file.form, file.header)
        if source.state != "done":
            self._read(assignment, file, source)
        with self._database.begin() as tx:
            found = next(one for one in self._readings.of_version(tx, file.version_id) if one.path == file.path)
        text = f"{file.path}: {found.records - found.faults} molecules read"
        assignment.tell(f"{text}, {found.faults} kept as faulty" if found.faults else text)

    def _read(self, assignment: Assignment, file: MoleculeFile, source: Source) -> None:
        told = {None: "auto", True: "header", False: "plain"}[file.header]
        order = Order(
            name=_name(assignment, "load"),
            program="load",
            file=blob(self._store, file.sha256, file.path),
            arguments=[file.form, str(source.blocks), told],
            limits=_LOAD_LIMITS,
            seconds=_LOAD_SECONDS,
        )
        with self._laboratory.reading(order) as reading:
            for block, data in _parts(reading, source.blocks, assignment.check):
                part = read_part(data, block)
                with self._database.begin() as tx:
                    assignment.hold(tx)
                    self._readings.add(tx, source.key, part)
                reached("after a part of molecules")
                if block % 8 == 7:
                    assignment.tell(f"{(block + 1) * BLOCK:,} records read", Level.INFO, replace_prior=block > 7)
            self._end(assignment, source, reading)

    def _end(self, assignment: Assignment, source: Source, reading: Reading) -> None:
        code = reading.wait(assignment.check)
        fault = None if code == 0 else reading.said() or f"the reading ended with {code}"
        blocks = json.loads(reading.read("end", _MOST_PART_BYTES))["blocks"] if code == 0 else 0
        if code not in (0, _MALFORMED, _GIVEN_UP):
            raise Broken(f"the molecules cannot be read: {fault}", next_step="tell the operator", reason="molecules")
        with self._database.begin() as tx:
            assignment.hold(tx)
            self._readings.end(tx, source.key, blocks, fault)
        if fault is not None:
            raise _not_so(fault)


class FormMolecules:
    """Checks whether files are what their types say, and writes them in other forms."""

    def __init__(self, laboratory: Laboratory, store: BlobStore) -> None:
        self._laboratory = laboratory
        self._store = store

    def check(self, assignment: Assignment, file: MoleculeFile, options: Mapping[str, bool]) -> None:
        """Return when a file is of its form; Invalid, with the line and the reason, when it is not."""
        order = self._order(assignment, (file.path, file.sha256), "check", [file.form], options)
        with self._laboratory.reading(order) as reading:
            self._ended(reading, assignment, file.path)

    @contextmanager
    def converted(
        self, assignment: Assignment, file: tuple[str, str], forms: tuple[Form, Form], name: str
    ) -> Iterator[int]:
        """Write a file (path, SHA-256) in another form; yields a descriptor of the result. Invalid as `check`.

        A result whose name ends with .gz is packed; what was left out is told.
        """
        (path, sha256), (form, to) = file, forms
        result = "result.gz" if name.lower().endswith(".gz") else "result"
        order = self._order(assignment, (path, sha256), "convert", [form, to, result], {})
        with self._laboratory.reading(order) as reading:
            self._ended(reading, assignment, path)
            counted = json.loads(reading.read("said", _MOST_PART_BYTES))
            if counted.get("left_out"):
                text = f"{counted['left_out']} molecules cannot be read, the first in line {counted['first_left_out']}"
                assignment.tell(f"{text}; they are left out", Level.WARNING)
            descriptor = reading.open(result)
            try:
                yield descriptor
            finally:
                os.close(descriptor)

    def _order(
        self,
        assignment: Assignment,
        file: tuple[str, str],
        verb: str,
        arguments: list[str],
        options: Mapping[str, bool],
    ) -> Order:
        path, sha256 = file
        return Order(
            name=_name(assignment, verb),
            program="form",
            verb=verb,
            file=blob(self._store, sha256, path),
            arguments=arguments,
            environment={"OPTIONS": json.dumps(dict(options))},
            limits=_FORM_LIMITS,
            seconds=_FORM_SECONDS,
        )

    def _ended(self, reading: Reading, assignment: Assignment, path: str) -> None:
        code = reading.wait(assignment.check)
        if code == _MALFORMED:
            raise _not_so(f"{path}, {reading.said()}")
        if code != 0:
            raise Broken(
                f"{path} cannot be looked into: {reading.said()[-500:]}",
                next_step="tell the operator",
                reason="molecules",
            )


def blob(store: BlobStore, sha256: str, name: str) -> Path:
    """Return where the bytes of a file lie; Broken where they do not."""
    try:
        return store.readable(sha256).path
    except KeyError:
        raise Broken(
            f"the bytes of {name} (SHA-256 {sha256}) are not in the store",
            next_step="put the blob back from a backup; fieldstation doctor lists all that are missing",
            reason="blob_missing",
        ) from None


def _parts(reading: Reading, block: int, check: Callable[[], None]) -> Iterator[tuple[int, bytes]]:
    """Yield the parts that a program writes, in order, as they come; each goes once it was taken."""
    while True:
        check()
        over = reading.ended() is not None
        name = f"part-{block:08d}"
        if os.path.lexists(reading.outputs / name):
            yield block, reading.read(name, _MOST_PART_BYTES)
            (reading.outputs / name).unlink()
            block += 1
        elif over:
            return
        else:
            time.sleep(LOOK_SECONDS)


def _name(assignment: Assignment, verb: str) -> str:
    return f"molecules-{verb}-{assignment.operation.task_id}"


def _not_so(fault: str) -> Invalid:
    return Invalid(
        f"the file is kept, but not what its type says: {fault}",
        next_step="mend it there and send it anew, or send it with the type that it has",
        reason="media_type",
    )
