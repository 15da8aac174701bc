"""Files in projects: who may, then what is done on the volume, which never happens inside a transaction."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from fieldstation.core.accounting.model.charges import Purpose as ChargePurpose
from fieldstation.core.accounting.service import StorageCharges
from fieldstation.core.datasets.service.quota import Quotas
from fieldstation.core.people.model import Caller, Kind, Permission, hidden
from fieldstation.core.people.service.users import principal_of_user, usernames_of_principals
from fieldstation.core.projects.model import Due, Ground, ProjectFile, file_path, folder_path
from fieldstation.core.projects.service.projects import Projects
from fieldstation.core.projects.store import projects as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Broken, Conflict, FieldstationError, Invalid, NotFound
from fieldstation.kernel.paging import Page, PageRequest, page_of
from fieldstation.ports.volumes import (
    Entry,
    EntryKind,
    Owner,
    Placed,
    VolumeFault,
    VolumeRefused,
    Volumes,
    VolumeSink,
    key_of,
)

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Which uids users and which gids projects have outside; None where the station cannot give files away."""

    first_uid: int | None
    first_gid: int | None

    def owner(self, principal: int, number: int) -> Owner:
        """Return who the files of a user in a project belong to."""
        if self.first_uid is None or self.first_gid is None:
            return Owner(uid=None, gid=None)
        return Owner(uid=self.first_uid + principal, gid=self.first_gid + number)

    def principal(self, uid: int) -> int | None:
        """Return the principal of the user whose files have this uid, if it can be one."""
        return None if self.first_uid is None or uid <= self.first_uid else uid - self.first_uid


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """Who counts bytes: against the room of people, and to the products that pay for projects."""

    quotas: Quotas
    storage: StorageCharges


class Files:
    """The folders of projects as people see them.

    `ground` and what takes a `tx` belongs into transactions; all else moves bytes or waits for the disk, and goes
    between them.
    """

    def __init__(self, projects: Projects, volumes: Volumes, keeping: Keeping, numbers: Numbers) -> None:
        self._projects = projects
        self._volumes = volumes
        self._quotas = keeping.quotas
        self._storage = keeping.storage
        self._numbers = numbers

    def uid_of(self, principal: int) -> int | None:
        """Return the uid that the files of a user have outside; None where the station cannot give files away."""
        return self._numbers.owner(principal, 0).uid

    def ground(self, tx: Tx, caller: Caller, reference: str, permission: Permission) -> Ground:
        """Return the project that `reference` means, once the caller may do `permission` in it."""
        row = store.by_id(tx, self._projects.find(tx, caller, reference, permission).id)
        if row is None:
            raise hidden(Kind.PROJECT)
        return self._ground(row, caller.principal)

    def standing(self, tx: Tx, user_id: str, project_id: str) -> Ground | None:
        """Return a project for work of this user that was allowed before; None when it was removed."""
        row = store.by_id(tx, project_id)
        if row is None:
            return None
        return self._ground(row, principal_of_user(tx, user_id))

    def _ground(self, row: Any, principal: int) -> Ground:
        owner = self._numbers.owner(principal, row.number)
        return Ground(project=row.id, owner=owner, account=row.owner, product=row.product)

    def room(self, tx: Tx, ground: Ground, size: int) -> int:
        """Return how many bytes the project's owner may still keep; TooLarge when `size` bytes are more.

        OutOfCoins when the product that pays for the project has reached its limit.
        """
        self._storage.paying.require(tx, ground.product)
        self._quotas.require(tx, ground.account, size)
        return self._quotas.account(tx, ground.account).free

    def granted(self, tx: Tx, ground: Ground, file_id: str, caller: Caller) -> None:
        """Note that a managed file may lie in a project: `room` was asked."""
        self._storage.paying.granted(tx, ground.product, ChargePurpose.FILE, file_id, caller.user_id)

    def grown(self, tx: Tx, ground: Ground, size: int) -> None:
        """Count bytes that came (negative: went); TooLarge when they are too many after all."""
        if size > 0:
            self._quotas.require(tx, ground.account, size)
        if store.grow(tx, ground.project, size):
            self._quotas.charge(tx, ground.account, size)
            self._storage.grew(tx, ground.product, size)

    def due(self, tx: Tx, seconds: float) -> Due | None:
        """Return a project that changed, or was not measured for so long; or None."""
        row = store.due(tx, seconds)
        return None if row is None else Due(project=row.id, before=row.size_bytes, mark=row.mark)

    def walk(self, project: str) -> Iterator[tuple[str, Entry]]:
        """Yield everything in a project with its path."""
        if self._volumes.folder(project).is_dir():
            yield from self._volumes.walk(project, "")

    def measured(self, tx: Tx, due: Due, size: int) -> bool:
        """Take note of what a project holds, for its owner's account too; False where it changed meanwhile."""
        row = store.measured(tx, due.project, due.mark, size)
        if row is not None and due.before != size:
            self._quotas.charge(tx, row.owner, size - due.before)
            self._storage.grew(tx, row.product, size - due.before)
        return row is not None

    def changed(self, tx: Tx, projects: Sequence[str]) -> None:
        """Have projects measured soon: programs wrote into them."""
        store.changed(tx, projects)

    def named(self, tx: Tx, folder: str, entries: Sequence[Entry]) -> Sequence[ProjectFile]:
        """Tell who entries of a folder belong to, in one statement."""
        principals = {
            entry.uid: found for entry in entries if (found := self._numbers.principal(entry.uid)) is not None
        }
        names = usernames_of_principals(tx, principals.values())
        return [
            ProjectFile(
                path=f"{folder}/{entry.name}" if folder else entry.name,
                entry=entry,
                owner=names.get(principals.get(entry.uid, -1)),
            )
            for entry in entries
        ]

    def entries(self, ground: Ground, folder: str, request: PageRequest, *, hidden_too: bool) -> Page[Entry]:
        """Return a page of what lies in a folder, folders first; names that begin with a dot only where asked for."""
        path = folder_path(folder)
        found: list[Entry] = []
        after = request.after[0] if request.after else None
        while len(found) <= request.limit:
            wanted = request.limit + 1 - len(found)
            more = self._do(ground, lambda: self._volumes.entries(ground.project, path, after=after, limit=wanted))  # noqa: B023
            found += [entry for entry in more if hidden_too or not entry.name.startswith(".")]
            if len(more) < wanted:
                break
            after = key_of(more[-1])
        return page_of(found, request, lambda entry: (key_of(entry),))

    def entry(self, ground: Ground, path: str) -> Entry:
        """Return one entry."""
        plain = file_path(path)
        return self._do(ground, lambda: self._volumes.entry(ground.project, plain))

    def found(self, ground: Ground, path: str) -> Entry | None:
        """Return what is at a path; None where nothing is."""
        try:
            return self.entry(ground, path)
        except NotFound:
            return None
        except Conflict as refused:
            if refused.reason != "not_a_folder":
                raise
            return None

    def open(self, ground: Ground, path: str) -> tuple[int, Entry]:
        """Open a file for reading; the descriptor is the caller's to close."""
        plain = file_path(path)
        return self._do(ground, lambda: self._volumes.open(ground.project, plain))

    def folder(self, ground: Ground) -> Path:
        """Return where the project's folder lies, made where it was never needed before."""
        return self._do(ground, lambda: self._volumes.folder(ground.project))

    def write(self, ground: Ground, path: str, data: bytes) -> None:
        """Write a small file, in the place of one that is there."""
        sink = self.sink(ground)
        try:
            sink.write(data)
            self.place(ground, sink, path, replace=True)
        finally:
            sink.abort()

    def sink(self, ground: Ground) -> VolumeSink:
        """Open a new file, which `place` gives its name."""
        return self._volumes.sink(ground.project)

    def place(self, ground: Ground, sink: VolumeSink, path: str, *, replace: bool, fixed: bool = False) -> Placed:
        """Give a file that came its name; the bytes of a `fixed` one nobody changes there."""
        plain = file_path(path)
        return self._do(ground, lambda: sink.place(plain, ground.owner, replace=replace, fixed=fixed))

    def described(self, ground: Ground, path: str) -> Entry:
        """Return one file, which must be such that it can be read."""
        descriptor, entry = self.open(ground, path)
        os.close(descriptor)
        return entry

    def make_folder(self, ground: Ground, path: str) -> None:
        """Make a folder, and those above that are missing."""
        plain = file_path(path)
        self._do(ground, lambda: self._volumes.make_folder(ground.project, plain, ground.owner))

    def move(self, ground: Ground, source: str, target: str) -> None:
        """Give a file or folder another name; Conflict when something has it."""
        old, new = file_path(source, "source"), file_path(target, "target")
        self._do(ground, lambda: self._volumes.move(ground.project, old, new, ground.owner))

    def link(self, ground: Ground, source: str, target: str, *, replace: bool = False) -> None:
        """Give a file, or each file below a folder, another name beside its own; Conflict when something has it."""
        old, new = file_path(source, "source"), file_path(target, "target")
        self._do(ground, lambda: self._volumes.link(ground.project, old, new, ground.owner, replace=replace))

    def below(self, ground: Ground, folder: str) -> Iterator[tuple[str, Entry]]:
        """Yield everything below a folder with its path in the project; nothing where there is no such folder."""
        path = folder_path(folder)
        with _told():
            try:
                yield from self._volumes.walk(ground.project, path)
            except VolumeRefused as refused:
                if refused.fault is not VolumeFault.MISSING:
                    raise

    def remove(self, ground: Ground, path: str, kind: EntryKind) -> int:
        """Remove a file, or a folder with all that is in it; returns the bytes that went."""
        plain = file_path(path)
        size = self._do(ground, lambda: self._size_of(ground, plain))
        self._do(ground, lambda: self._volumes.remove_entry(ground.project, plain, kind))
        return size

    def _size_of(self, ground: Ground, path: str) -> int:
        entry = self._volumes.entry(ground.project, path)
        if entry.kind is not EntryKind.FOLDER:
            return entry.size if entry.kind is EntryKind.FILE else 0
        return bytes_of(one for _, one in self._volumes.walk(ground.project, path))

    def _do(self, ground: Ground, step: Callable[[], Result]) -> Result:
        """Do a step on the volume, making the project's folder first where it was never needed before."""
        with _told():
            if not self._volumes.folder(ground.project).is_dir():
                self._volumes.create(ground.project, Owner(uid=None, gid=ground.owner.gid))
            return step()


def bytes_of(entries: Iterable[Entry]) -> int:
    """Return the bytes of all files among these; one that has several names counts once."""
    seen: set[int] = set()
    total = 0
    for entry in entries:
        if entry.kind is EntryKind.FILE and entry.shared not in seen:
            total += entry.size
            seen |= set() if entry.shared is None else {entry.shared}
    return total


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except VolumeRefused as refused:
        raise _error_of(refused) from None
    except OSError as error:
        raise Broken(
            f"the file system of projects failed: {os.strerror(error.errno or errno.EIO)}",
            next_step="tell the operator of this station",
            reason="volume_failed",
        ) from error


def _error_of(refused: VolumeRefused) -> FieldstationError:
    path = ascii(refused.path)[:200]
    look = "list the folder to see what is there"
    match refused.fault:
        case VolumeFault.MISSING:
            return NotFound(f"there is nothing at {path} in this project", next_step=look)
        case VolumeFault.EXISTS:
            next_step = "choose another name, or remove or replace what is there"
            return Conflict(f"something is at {path} already", next_step=next_step, reason="exists")
        case VolumeFault.NOT_A_FOLDER:
            return Conflict(f"{path} leads through something that is no folder", next_step=look, reason="not_a_folder")
        case VolumeFault.NOT_A_FILE:
            return Conflict(f"{path} is no plain file", next_step=look, reason="not_a_file")
        case VolumeFault.INSIDE_ITSELF:
            return Conflict(
                f"a folder cannot go into itself: {path}", next_step="choose another place", reason="inside"
            )
        case VolumeFault.TOO_LONG:
            return Invalid(f"{path} is too long for the file system", next_step="choose a shorter name")
        case VolumeFault.NOT_ALLOWED:
            next_step = "ask whoever wrote it to change its permissions, or the operator of this station"
            return Conflict(f"the file system does not let the station do this at {path}", next_step=next_step)
