"""Counting what a database is asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from fieldstation.db import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect every statement that is sent to a database from here on."""
    seen: list[str] = []
    before, database.observe = database.observe, seen.append
    try:
        yield seen
    finally:
        database.observe = before
