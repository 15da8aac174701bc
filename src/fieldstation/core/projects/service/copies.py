"""Copies of versions in projects: where they lie, and what becomes of them when their version is removed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldstation.core.people.model import Caller, Kind, Permission
from fieldstation.core.people.service import Access
from fieldstation.core.projects.model import Mark, mark_of
from fieldstation.core.projects.service.managed import DONE
from fieldstation.core.projects.store import copies as store
from fieldstation.db import Tx
from fieldstation.ports.volumes import Entry


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A file of a project that is a copy of a version."""

    project: str
    project_name: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Detached:
    """A file that is to be a copy of nothing; `came` is what it was known by when it came, None until it did."""

    id: str
    project: str
    path: str
    came: Mark | None

    def untouched(self, entry: Entry | None) -> bool:
        """Tell whether what is at its path is the file that came, to which nobody has written since."""
        return entry is not None and self.came is not None and mark_of(entry) == self.came


class Copies:
    """Tells where copies of versions lie, and lets go of them."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def of_datasets(self, tx: Tx, caller: Caller, datasets: Sequence[str]) -> Mapping[str, Sequence[Copy]]:
        """Return the copies of versions of these data sets in projects that the caller sees, by version."""
        visible = self._access.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        found: dict[str, list[Copy]] = defaultdict(list)
        for row in store.of_datasets(tx, datasets, visible.where("p.id"), visible.values):
            found[row.version_id].append(Copy(project=row.project, project_name=row.name, path=row.path))
        return found

    def first(self, tx: Tx, dataset: str, number: int) -> Detached | None:
        """Return one copy of a version that was removed, whoever may see it; None when there is none any more."""
        row = store.first(tx, dataset, number)
        if row is None:
            return None
        known = row.stage == DONE and row.size is not None
        came = Mark(size=row.size, modified=row.modified) if known else None
        return Detached(id=row.id, project=row.project, path=row.path, came=came)

    def purged(self, tx: Tx, datasets: Sequence[str]) -> None:
        """Have the copies of data sets that were removed for good be files like any other, which stay. Idempotent.

        Those of a version that was removed for itself are left to the task that does so: it may have to remove them.
        """
        store.forget_purged(tx, datasets)

    def forget(self, tx: Tx, copy: Detached) -> None:
        """Have a file be a copy of nothing; it stays where it is."""
        store.forget(tx, copy.id)
