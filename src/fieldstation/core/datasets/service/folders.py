"""The files of a version as a tree, one folder at a time."""

from collections.abc import Sequence

from fieldstation.core.datasets.model import FileEntry, Folder, Version, folder_path
from fieldstation.core.datasets.service.datasets import Datasets
from fieldstation.core.datasets.store import folders as store
from fieldstation.core.people.model import Caller, Permission
from fieldstation.db import Tx
from fieldstation.kernel.errors import NotFound
from fieldstation.kernel.paging import Page, PageRequest, page_of

_COUNTED = 100_000  # files that one page reads to count what is below its folders: some 20 ms


class Folders:
    """Lists folders."""

    def __init__(self, datasets: Datasets) -> None:
        self._datasets = datasets

    def list(
        self, tx: Tx, caller: Caller, version: Version, folder: str, request: PageRequest
    ) -> Page[FileEntry | Folder]:
        """Return a page of what lies in a folder of a version (empty: at the top), folders and files by path.

        A page costs the same whatever lies below. Where that is very much, folders say how much of it was counted.
        Raises NotFound when nothing has a path in this folder.
        """
        self._datasets.require(tx, caller, version.dataset_id, Permission.DATASET_READ)
        path = folder_path(folder)
        found = page_of(store.entries(tx, version.id, path, request), request, lambda entry: (entry.path,))
        if path and not found.items and request.after is None:
            raise NotFound(
                f"version {version.number} has no folder {path[:200]!r}",
                next_step="list what is at the top: leave the folder out",
                reason="no_folder",
            )
        return Page(items=self._counted(tx, version, found.items), next=found.next)

    def _counted(self, tx: Tx, version: Version, items: Sequence[FileEntry | Folder]) -> Sequence[FileEntry | Folder]:
        paths = [item.path for item in items if isinstance(item, Folder)]
        if not paths:
            return items
        most = None if version.file_count <= _COUNTED else max(1, _COUNTED // len(paths))
        counts = store.counts(tx, version.id, paths, most)
        return [_with(item, counts[item.path], most) if isinstance(item, Folder) else item for item in items]


def _with(folder: Folder, counted: tuple[int, int], most: int | None) -> Folder:
    files, size = counted
    return Folder(path=folder.path, files=files, size=size, more=files == most)
