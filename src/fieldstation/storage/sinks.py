"""Sinks: blobs that stream in, hashed as they come."""

import hashlib
import os

from fieldstation.ports.storage import Stored
from fieldstation.storage.durable import begin_writing
from fieldstation.storage.placing import write_all
from fieldstation.storage.shelf import Shelf
from fieldstation.storage.writing import told

_CHECK_ROOM_EACH = 64 << 20
_BEGIN_EACH = 16 << 20  # bytes, after which the disk is put to work: the flush at the end then finds little left


class FileSink:
    """Writes one file of `incoming`, which becomes a blob when it is finished."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._name = shelf.fresh_name()
        self._hash = hashlib.sha256()
        self._size = 0
        self._checked = 0
        self._begun = 0
        self._descriptor: int | None = shelf.open_new(self._name)

    def write(self, data: bytes) -> None:
        """Append bytes."""
        if self._descriptor is None:
            raise ValueError("this sink is closed")
        if self._size + len(data) > self._checked + _CHECK_ROOM_EACH:
            self._shelf.require_room(len(data))
            self._checked = self._size
        try:
            write_all(self._descriptor, data)
        except OSError as error:
            raise told(error) from error
        self._size += len(data)
        if self._size - self._begun >= _BEGIN_EACH:
            begin_writing(self._descriptor, self._begun, self._size - self._begun)
            self._begun = self._size
        self._hash.update(data)

    def finish(self) -> Stored:
        """Close and name the blob by its digest."""
        if self._descriptor is None:
            raise ValueError("this sink is closed")
        self._close()
        sha256 = self._hash.hexdigest()
        self._shelf.settle(self._name, sha256, self._size)
        return Stored(sha256=sha256, size=self._size)

    def abort(self) -> None:
        """Throw away what was written."""
        if self._descriptor is not None:
            self._close()
            os.unlink(self._name)

    def _close(self) -> None:
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)
