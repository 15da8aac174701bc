"""Searching runs."""

from collections.abc import Sequence

from fieldstation.core.people.model import Caller, Kind, Permission
from fieldstation.core.people.service import People
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.store import search as store
from fieldstation.db import Tx


class RunSearch:
    """Finds runs by what people remember of them."""

    def __init__(self, people: People) -> None:
        self._people = people

    def find(self, tx: Tx, caller: Caller, words: Sequence[str], tools: Sequence[str], limit: int) -> Sequence[Run]:
        """Return the newest runs that the caller may see, by the beginning of the id, words of the name, or tool."""
        visible = self._people.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        return store.find(tx, visible, words, tools, limit)
