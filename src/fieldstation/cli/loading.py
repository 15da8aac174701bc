"""Importing much at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Keep the garbage collector still while much is imported, and what was imported out of its sight for good.

    Modules never go away, so looking through them is for nothing: a tenth of a start, and later a pause of a tenth of
    a second each time that all objects are looked at.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
