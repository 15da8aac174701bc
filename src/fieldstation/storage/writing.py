"""A full disk told apart from other failures of writing."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from fieldstation.ports.storage import StoreFull

_FULL = (errno.ENOSPC, errno.EDQUOT)


def told(error: OSError) -> Exception:
    """Return StoreFull for the system's words for a full disk, and any other error as it is."""
    return StoreFull("the disk is full") if error.errno in _FULL else error


@contextmanager
def translating() -> Iterator[None]:
    """Turn the system's words for a full disk into StoreFull."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise told(error) from error
        raise
