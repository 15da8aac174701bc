"""Where the bytes of a file are, whether in the store or in place."""

import os
from pathlib import Path

from fieldstation.core.datasets.model import Source
from fieldstation.core.datasets.service.datasets import File
from fieldstation.kernel.errors import Broken, Conflict
from fieldstation.ports.storage import BlobStore, Found, PlaceRefused, Places


class Contents:
    """Opens files of versions for reading; what lies in place must be as it was when it was registered."""

    def __init__(self, store: BlobStore, places: Places) -> None:
        self._store = store
        self._places = places

    def path(self, file: File) -> Path | None:
        """Return the blob of a file; None for one in place, whose path may lead elsewhere by now."""
        if file.source is not None:
            return None
        try:
            return self._store.readable(file.entry.sha256).path
        except KeyError:
            raise Broken(
                f"the bytes of {file.entry.path} (SHA-256 {file.entry.sha256}) are not in the store",
                next_step="put the blob back from a backup; fieldstation doctor lists all that are missing",
                reason="blob_missing",
            ) from None

    def open(self, file: File) -> int:
        """Return a descriptor of the bytes of a file; raises Conflict (`input_changed`), Broken (`blob_missing`)."""
        if file.source is None:
            return os.open(str(self.path(file)), os.O_RDONLY | os.O_CLOEXEC)
        return self.open_in_place(file.source, file.entry.size)

    def open_in_place(self, source: Source, size: int) -> int:
        """Return a descriptor of a file in place, having compared size, time and inode with what was registered."""
        try:
            descriptor, found = self._places.open(source.location)
        except (PlaceRefused, OSError) as error:
            raise _changed(source, str(error)) from None
        registered = Found(location=source.location, size=size, mtime_ns=source.mtime_ns, inode=source.inode)
        if found != registered:
            os.close(descriptor)
            raise _changed(source, "its size, time or inode is another")
        return descriptor


def _changed(source: Source, how: str) -> Conflict:
    return Conflict(
        f"{source.path} is not what was registered: {how}",
        next_step="register the data anew, as the next version",
        reason="input_changed",
    )
