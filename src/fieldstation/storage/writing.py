"""Writing whole buffers, with a full disk told apart from other failures."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from fieldstation.ports.storage import StoreFull

_FULL = (errno.ENOSPC, errno.EDQUOT)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`."""
    written = os.write(descriptor, data) if data else 0
    while written < len(data):
        written += os.write(descriptor, memoryview(data)[written:])


@contextmanager
def translating() -> Iterator[None]:
    """Turn the system's words for a full disk into StoreFull."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull("the disk is full") from error
        raise
