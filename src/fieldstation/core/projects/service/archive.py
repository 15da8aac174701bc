"""What a backup asks about projects."""

from collections.abc import Sequence

from fieldstation.core.projects.store import projects as store
from fieldstation.db import Tx


def living_projects(tx: Tx) -> Sequence[str]:
    """Return the ids of all projects that were not removed, in order."""
    return store.living(tx)
