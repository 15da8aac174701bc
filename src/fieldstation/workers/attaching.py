"""Copying a file of a version into a project: never the blob itself, which a run could write to."""

import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from fieldstation.core.datasets.model import FileEntry, media_type_of
from fieldstation.core.datasets.service import Contents
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.molecules.model.forms import Form, conversion
from fieldstation.core.projects.model import Ground, Mark, mark_of
from fieldstation.core.projects.service import Files, ManagedFile, ManagedFiles
from fieldstation.core.projects.service.managed import DONE, detached, exists
from fieldstation.db import Database
from fieldstation.kernel.errors import Conflict, FieldstationError, Invalid, NotFound, TooLarge
from fieldstation.ports.storage import BlobStore
from fieldstation.ports.volumes import VolumeSink
from fieldstation.workers.perform import Assignment

_BLOCK = 1 << 20
_GZIP = 31  # zlib's word for the format of gzip


Convert = Callable[[Assignment, tuple[str, str], tuple[Form, Form], str], AbstractContextManager[int]]


class AttachFile:
    """Copies one file, written in another form where that was asked for, and begins anew where it was cut off."""

    def __init__(
        self, database: Database, managed: ManagedFiles, files: Files, source: "Sources", convert: "Convert"
    ) -> None:
        self._convert = convert
        self._database = database
        self._managed = managed
        self._files = files
        self._source = source

    def perform(self, assignment: Assignment) -> None:
        """Copy it; the managed file is failed where it cannot come."""
        operation = assignment.operation
        with self._database.begin() as tx:
            file = self._managed.known(tx, operation.purpose_id)
            ground = self._files.standing(tx, operation.user_id, operation.project or "")
        if file is None or ground is None:
            raise detached()
        if file.stage == DONE:  # all that was left to do was to say so
            return
        try:
            self._copy(assignment, file, ground)
        except (Conflict, Invalid, NotFound, TooLarge):
            with self._database.begin() as tx:
                assignment.hold(tx)
                self._managed.failed(tx, file)
            raise

    def _copy(self, assignment: Assignment, file: ManagedFile, ground: Ground) -> None:
        entry = self._source.entry(file)
        forms = conversion((entry.path, media_type_of(entry)), (file.path, file.media_type or ""))
        if forms is None:
            descriptor = self._source.open(file)
            try:
                self._fill(assignment, file, ground, _packed(descriptor) if file.compressed else _pieces(descriptor))
            finally:
                os.close(descriptor)
            return
        with self._convert(assignment, (entry.path, entry.sha256), forms, file.name) as descriptor:
            with self._database.begin() as tx:
                self._files.room(tx, ground, os.fstat(descriptor).st_size)
            self._fill(assignment, file, ground, _pieces(descriptor))

    def _fill(self, assignment: Assignment, file: ManagedFile, ground: Ground, pieces: Iterator[bytes]) -> None:
        sink = self._files.sink(ground)
        size = 0
        try:
            for piece in pieces:
                assignment.check()
                sink.write(piece)
                size += len(piece)
            with self._database.begin() as tx:
                assignment.hold(tx)
                self._managed.placing(tx, file)
            mark = self._place(file, ground, sink, size)
        finally:
            sink.abort()
        with self._database.begin() as tx:
            assignment.hold(tx)
            self._managed.came(tx, file, mark)
            self._files.grown(tx, ground, size)

    def _place(self, file: ManagedFile, ground: Ground, sink: VolumeSink, size: int) -> Mark:
        """Give the file its name, or find it where an earlier try had come so far; returns what it is known by."""
        try:
            entry = self._files.place(ground, sink, file.path, replace=False, fixed=file.immutable).entry
        except Conflict as error:
            if error.reason != "exists" or not file.placed:
                raise
            entry = self._files.entry(ground, file.path)
        mark = mark_of(entry)
        if mark is None or mark.size != size:  # somebody else's by now
            raise exists(file.path)
        return mark


class Sources:
    """Opens the files that managed files are copies of."""

    def __init__(self, database: Database, use: DataUse, contents: Contents, store: BlobStore) -> None:
        self._database = database
        self._use = use
        self._contents = contents
        self._store = store

    def entry(self, file: ManagedFile) -> FileEntry:
        """Return what is known of the file; NotFound when its version is gone."""
        with self._database.begin() as tx:
            if self._use.gone(tx, [file.version_id]):
                raise _gone()
            return self._use.file_of(tx, file.version_id, file.source_path)

    def open(self, file: ManagedFile) -> int:
        """Return a descriptor of the bytes. Raises NotFound, Conflict (`input_changed`)."""
        with self._database.begin() as tx:
            if self._use.gone(tx, [file.version_id]):
                raise _gone()
            in_place = self._use.in_place(tx, [file.version_id])
            placed = self._use.placed(tx, file.version_id, file.source_path, 1) if in_place else ()
            entry = self._use.file_of(tx, file.version_id, file.source_path)
        if placed:
            ((found, source),) = placed
            return self._contents.open_in_place(source, found.size)
        try:
            path: Path = self._store.readable(entry.sha256).path
        except KeyError:
            raise _gone() from None
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def _gone() -> FieldstationError:
    return NotFound("the version it comes from is gone", next_step="attach another version", reason="input_gone")


def _pieces(descriptor: int) -> Iterator[bytes]:
    place = 0
    while piece := os.pread(descriptor, _BLOCK, place):
        yield piece
        place += len(piece)


def _packed(descriptor: int) -> Iterator[bytes]:
    packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
    for piece in _pieces(descriptor):
        if data := packer.compress(piece):
            yield data
    yield packer.flush()
