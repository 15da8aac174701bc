"""Managed files: copies of files of versions in projects, known by where they came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fieldstation.core.datasets.model import media_type_of
from fieldstation.core.datasets.service import Datasets, File
from fieldstation.core.molecules.model.forms import ENDINGS, GZIP, form_of, form_of_file
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.projects.model import Ground, Mark, ProjectFile, file_path, folder_path, mark_of
from fieldstation.core.projects.service.files import Files
from fieldstation.core.projects.store import managed as store
from fieldstation.core.tasks.model import NewTask, Purpose, Task
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, Invalid, NotFound
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.paging import PageRequest
from fieldstation.ports.volumes import Entry, EntryKind

ATTACH = "file.attach"  # the work of copying a file of a version into a project
COPYING, DONE, FAILED = "copying", "done", "failed"


@dataclass(frozen=True, kw_only=True)
class NewAttachment:
    """A file of a version to copy into a project; `path` is needed where the version has several.

    `as_type` is the media type that it shall have there: molecules are written in another form, and unpacked, unless it
    is to be packed. `immutable`: nobody changes its bytes there. `compress`: it
    is packed with gzip, unless it is already.
    """

    project: str
    dataset: str
    number: int | None = None
    path: str | None = None
    folder: str = ""
    as_type: str | None = None
    immutable: bool = True
    compress: bool = False


@dataclass(frozen=True, kw_only=True)
class ManagedFile:
    """A managed file; `stage` is copying, done or failed, `placed` tells that it got its name.

    `authorisation` is the number of the authority to keep it there, None where nobody pays. `size` in bytes and
    `modified` are what it is known by; None where it came before that was kept.
    """

    id: str
    project: str
    path: str
    dataset_id: str
    number: int
    version_id: str
    source_path: str
    user_id: str
    media_type: str | None
    immutable: bool
    compressed: bool
    stage: str
    placed: bool
    size: int | None
    modified: datetime | None
    authorisation: int | None

    @property
    def name(self) -> str:
        """Its name in its folder."""
        return self.path.rpartition("/")[2]

    @property
    def mark(self) -> Mark | None:
        """What it is known by while nobody writes to it."""
        return None if self.size is None or self.modified is None else Mark(size=self.size, modified=self.modified)

    def stands(self, entry: Entry | None) -> bool:
        """Tell whether what is at its path is it: one whose bytes may change is known by the path alone."""
        if not self.placed or entry is None or entry.kind is not EntryKind.FILE:
            return False
        return not self.immutable or self.mark in (None, mark_of(entry))


class ManagedFiles:
    """Attaches, finds and detaches managed files."""

    def __init__(self, files: Files, datasets: Datasets, tasks: Tasks) -> None:
        self._files = files
        self._datasets = datasets
        self._tasks = tasks

    def attach(self, tx: Tx, caller: Caller, new: NewAttachment) -> tuple[ManagedFile, Task]:
        """Begin to copy a file of a version into a project; the task tells when it is there."""
        ground = self._files.ground(tx, caller, new.project, Permission.PROJECT_WRITE)
        file = self._source(tx, caller, new)
        self._files.room(tx, ground, file.entry.size)
        media_type, name = _becoming(file, new)
        file_id = new_id("file")
        values = {
            "id": file_id,
            "project": ground.project,
            "path": _path(new, name),
            "dataset_id": file.version.dataset_id,
            "number": file.version.number,
            "version_id": file.version.id,
            "source_path": file.entry.path,
            "user_id": caller.user_id,
            "media_type": media_type,
            "immutable": new.immutable,
            "compressed": name.endswith(GZIP) and not file.entry.path.endswith(GZIP),
        }
        if not store.insert(tx, values):
            raise exists(str(values["path"]))
        self._files.granted(tx, ground, file_id, caller)
        task = NewTask(purpose=Purpose.FILE, purpose_id=file_id, project=ground.project, work=ATTACH)
        return _managed(store.by_id(tx, file_id)), self._tasks.begin(tx, caller.user_id, task)

    def in_the_way(self, tx: Tx, caller: Caller, new: NewAttachment) -> tuple[Ground, ManagedFile | None]:
        """Return the project, and what is said to be managed where a file shall come that the caller may attach."""
        ground = self._files.ground(tx, caller, new.project, Permission.PROJECT_WRITE)
        _, name = _becoming(self._source(tx, caller, new), new)
        return ground, self.at(tx, ground, _path(new, name))

    def find(self, tx: Tx, caller: Caller, file_id: str, permission: Permission) -> tuple[ManagedFile, Ground]:
        """Return a managed file and its project, once the caller may do `permission` there."""
        row = store.by_id(tx, file_id)
        if row is None:
            raise hidden()
        try:
            return _managed(row), self._files.ground(tx, caller, row.project, permission)
        except NotFound:
            raise hidden() from None

    def known(self, tx: Tx, file_id: str) -> ManagedFile | None:
        """Return a managed file for work that was allowed before; None when it was detached."""
        row = store.by_id(tx, file_id)
        return None if row is None else _managed(row)

    def at(self, tx: Tx, ground: Ground, path: str) -> ManagedFile | None:
        """Return the file that is said to be managed at a path; whether it is there still the disk tells."""
        return next(map(_managed, store.at(tx, ground.project, [file_path(path)])), None)

    def among(self, tx: Tx, ground: Ground, files: Sequence[ProjectFile]) -> Mapping[str, ManagedFile]:
        """Return which of these files of a project are managed ones, by path."""
        entries = {one.path: one.entry for one in files}
        found = map(_managed, store.at(tx, ground.project, list(entries)))
        return {one.path: one for one in found if one.stands(entries[one.path])}

    def came_into(self, tx: Tx, project: str) -> Sequence[ManagedFile]:
        """Return all managed files that came into a project."""
        return [_managed(row) for row in store.all_done(tx, project)]

    def of_projects(self, tx: Tx, projects: Sequence[str]) -> Mapping[str, Sequence[ManagedFile]]:
        """Return all managed files of projects that the caller was seen to read, by project."""
        found: dict[str, list[ManagedFile]] = {project: [] for project in projects}
        for row in store.of_projects(tx, projects):
            found[row.project].append(_managed(row))
        return found

    def source(self, tx: Tx, caller: Caller, file: ManagedFile) -> File:
        """Return the file of the version that a managed file is a copy of."""
        version = self._datasets.version(tx, caller, file.dataset_id, file.number)
        return self._datasets.file(tx, caller, version, file.source_path)

    def placing(self, tx: Tx, file: ManagedFile) -> None:
        """Take note that the file gets its name now; Conflict (`gone`) when it was detached."""
        if not store.placing(tx, file.id):
            raise detached()

    def came(self, tx: Tx, file: ManagedFile, mark: Mark) -> None:
        """Take note that the file is there, and what it is known by."""
        store.came(tx, file.id, mark.size, mark.modified)

    def failed(self, tx: Tx, file: ManagedFile) -> None:
        """Take note that the file will not come."""
        store.to_stage(tx, file.id, FAILED)

    def moved(self, tx: Tx, ground: Ground, source: str, target: str) -> None:
        """Follow a move in a project."""
        store.move(tx, ground.project, file_path(source), file_path(target))

    def moving(self, tx: Tx, ground: Ground, source: str) -> None:
        """Have a project looked through soon where managed files are moved: who moves them may not come to the end."""
        if store.any_below(tx, ground.project, file_path(source)):
            self._files.changed(tx, [ground.project])

    def gone(self, tx: Tx, ground: Ground, path: str) -> None:
        """Follow a removal in a project."""
        store.drop(tx, ground.project, file_path(path))

    def gave_way(self, tx: Tx, ground: Ground, path: str, *, replaced: bool) -> None:
        """Forget the managed file of a path that another has now.

        One that nobody may change and that was not `replaced` may be on its way elsewhere: it is looked for first.
        """
        store.give_way(tx, ground.project, file_path(path), replaced=replaced)
        if not replaced:
            self.moving(tx, ground, path)

    def forget(self, tx: Tx, file: ManagedFile) -> None:
        """Have a file be managed no more, unless it was moved meanwhile."""
        store.forget(tx, file.id, file.path)

    def found_again(self, tx: Tx, file: ManagedFile, path: str) -> None:
        """Take note of where a file lies that was moved by other ways than through doors."""
        store.find_again(tx, file.id, file.path, path)

    def _source(self, tx: Tx, caller: Caller, new: NewAttachment) -> File:
        version = self._datasets.version(tx, caller, new.dataset, new.number)
        if new.path is not None:
            return self._datasets.file(tx, caller, version, new.path)
        files = self._datasets.files(tx, caller, version, PageRequest(limit=2)).items
        if len(files) != 1:
            raise Invalid(
                f"this version has {version.file_count} files",
                next_step="say which one by its path, or give the whole version to a run",
                reason="which_file",
            )
        return self._datasets.file(tx, caller, version, files[0].path)


def _becoming(file: File, new: NewAttachment) -> tuple[str, str]:
    """Return the media type and the name that a file shall have in a project; Invalid where it cannot become that."""
    given = media_type_of(file.entry)
    wanted = new.as_type or given
    name = file.entry.path.rpartition("/")[2]
    packed = name.endswith(GZIP)
    form, becoming = form_of_file(name, given), form_of(wanted)
    if wanted == given and (new.compress or not packed or new.as_type is None or becoming is None):
        return given, name + (GZIP if new.compress and not packed else "")
    if form is None or becoming is None or file.version.in_place:
        why = "lies in place" if file.version.in_place and form and becoming else f"is {given}"
        raise Invalid(
            f"{file.entry.path} {why}, and this station cannot make {wanted} of it",
            next_step=f"attach it as {given}",
            reason="conversion",
        )
    plain = name.removesuffix(GZIP)
    stem = plain if form is becoming else plain.rpartition(".")[0] + ENDINGS[becoming]
    return wanted, stem + (GZIP if new.compress else "")


def _path(new: NewAttachment, name: str) -> str:
    return file_path(f"{folder_path(new.folder)}/{name}")


def exists(path: str) -> Conflict:
    """Return the error for a managed file that shall come where something is."""
    return Conflict(f"something is at {path} already", next_step="choose another folder", reason="exists")


def unchangeable(path: str) -> Conflict:
    """Return the error for what would take the place of a managed file that nobody may change."""
    return Conflict(
        f"{path} is an unchangeable copy of a file of a data set",
        next_step="save it under another name, or remove the copy first",
        reason="managed",
    )


def detached() -> Conflict:
    """Return the error for a managed file that was detached while it was on its way."""
    return Conflict("the file was detached before it came", next_step="nothing is left to do", reason="gone")


def hidden() -> NotFound:
    """Return the error for a managed file that is not there or may not be seen."""
    return NotFound("there is no file with this id, or you may not see it", next_step="list the files of the project")


def _managed(row: Any) -> ManagedFile:
    return ManagedFile(**{name: getattr(row, name) for name in ManagedFile.__dataclass_fields__})
