"""Moving bytes between a connection and the folder of a project."""

import mimetypes
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from starlette.responses import Response

from fieldstation.core.datasets.service.quota import over_quota
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.projects.model import Ground
from fieldstation.core.projects.service import Files, ManagedFile, ManagedFiles, NewAttachment
from fieldstation.core.projects.service.managed import hidden, unchangeable
from fieldstation.core.tasks.model import Task
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import Call
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.kit.sending import Outgoing, answer_file
from fieldstation.kernel.errors import Conflict
from fieldstation.ports.storage import BlobStore, Stored
from fieldstation.ports.volumes import EntryKind, Placed, VolumeSink

_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, kw_only=True)
class Room:
    """A project that a file may come into, how many bytes it may have, and what is said to be managed at its path."""

    ground: Ground
    free: int
    before: ManagedFile | None = None


class Coming:
    """A file on its way into a project: its bytes so far, which may not become more than there is room for."""

    def __init__(self, sink: VolumeSink, free: int) -> None:
        self.sink = sink
        self.size = 0
        self._free = free

    def write(self, data: bytes) -> None:
        """Append bytes. Raises TooLarge, StoreFull."""
        self.size += len(data)
        if self.size > self._free:
            raise over_quota(f"the file has more than the {self._free} bytes that the project's owner may still keep")
        self.sink.write(data)


class Grounds:
    """What doors do with the bytes of files in projects."""

    def __init__(self, files: Files, managed: ManagedFiles, movers: Movers, store: BlobStore) -> None:
        self.files = files
        self.managed = managed
        self._store = store
        self.movers = movers

    async def ground(self, call: Call, project: str, permission: Permission) -> Ground:
        """Return the project, once the caller may do `permission` in it."""
        return await call(lambda tx, caller: self.files.ground(tx, caller, project, permission))

    async def room(self, call: Call, project: str, length: str = "", path: str = "") -> Room:
        """Return the project that a file shall come into, once it may.

        `length` is the Content-Length, if any, `path` that of the file, where it is known so early.
        """

        def work(tx: Tx, caller: Caller) -> Room:
            ground = self.files.ground(tx, caller, project, Permission.PROJECT_WRITE)
            size = int(length) if length.isascii() and length.isdigit() else 0
            before = self.managed.at(tx, ground, path) if path else None
            return Room(ground=ground, free=self.files.room(tx, ground, size), before=before)

        room = await call(work)
        await self._require_changeable(room.ground, room.before)
        return room

    @asynccontextmanager
    async def coming(self, room: Room) -> AsyncIterator[Coming]:
        """Open a new file; what was not placed at the end is thrown away."""
        sink = await self.movers.run(lambda: self.files.sink(room.ground))
        try:
            yield Coming(sink, room.free)
        finally:
            with anyio.CancelScope(shield=True):
                await self.movers.run(sink.abort)

    async def receive(self, call: Call, room: Room, path: str, body: AsyncIterator[bytes], *, replace: bool) -> Placed:
        """Take in a file; whoever reads its name meanwhile finds what was there before, or nothing."""
        async with self.coming(room) as coming:
            await self.movers.take_in(body, coming.write)
            return await self.place(call, room.ground, path, coming, replace=replace)

    async def place(self, call: Call, ground: Ground, path: str, coming: Coming, *, replace: bool) -> Placed:
        """Give a file that came its name, and count it; Conflict (`managed`) where nobody may change what has it."""

        def counted(tx: Tx) -> ManagedFile | None:
            self.files.grown(tx, ground, coming.size)
            return self.managed.at(tx, ground, path)

        before = await call.core.run(counted)
        gone = coming.size
        try:
            await self._require_changeable(ground, before)
            placed = await self.movers.run(lambda: self.files.place(ground, coming.sink, path, replace=replace))
            gone = placed.replaced or 0
        finally:
            if gone:
                with anyio.CancelScope(shield=True):
                    await call.core.run(lambda tx: self.files.grown(tx, ground, -gone))
        if before is not None:
            replaced = placed.replaced is not None
            await call.core.run(lambda tx: self.managed.gave_way(tx, ground, path, replaced=replaced))
        return placed

    async def _require_changeable(self, ground: Ground, before: ManagedFile | None) -> None:
        """Return when a file may come to where one is said to be managed: it gives way if its bytes may be changed."""
        if before is not None and before.immutable and await self._stands(ground, before):
            raise unchangeable(before.path)

    async def _stands(self, ground: Ground, file: ManagedFile) -> bool:
        """Tell whether a managed file is where it should be, and what it was."""
        return file.stands(await self.movers.run(lambda: self.files.found(ground, file.path)))

    async def attach(self, call: Call, new: NewAttachment) -> tuple[ManagedFile, Task]:
        """Begin to copy a file of a version into a project; one that was managed there and is gone gives way."""
        ground, before = await call(lambda tx, caller: self.managed.in_the_way(tx, caller, new))
        if before is not None and before.placed and not await self._stands(ground, before):
            await call.core.run(lambda tx: self.managed.forget(tx, before))
        return await call(lambda tx, caller: self.managed.attach(tx, caller, new))

    async def detach(self, call: Call, file_id: str) -> None:
        """Remove a managed file; what took its place by other ways than through doors stays."""
        file, ground = await self._managed(call, file_id, Permission.PROJECT_WRITE)
        if await self._stands(ground, file):
            await self.cleared(call, ground, file.path, EntryKind.FILE)
        else:
            await call.core.run(lambda tx: self.managed.forget(tx, file))

    async def answer_managed(self, call: Call, file_id: str, headers: Mapping[str, str]) -> Response:
        """Answer GET or HEAD for one managed file."""
        file, ground = await self._managed(call, file_id, Permission.PROJECT_READ)
        if not await self._stands(ground, file):
            raise hidden()
        return await self.sent(ground, file.path, headers)

    async def _managed(self, call: Call, file_id: str, permission: Permission) -> tuple[ManagedFile, Ground]:
        return await call(lambda tx, caller: self.managed.find(tx, caller, file_id, permission))

    async def kept(self, ground: Ground, path: str) -> Stored:
        """Copy a file of a project that may be read into the store; what is published of it is what was read now."""

        def copy() -> Stored:
            descriptor, _ = self.files.open(ground, path)
            try:
                (stored,) = self._store.put_descriptors([descriptor])
            finally:
                os.close(descriptor)
            self._store.flush()
            return stored

        return await self.movers.run(copy)

    async def answer(self, call: Call, project: str, path: str, headers: Mapping[str, str]) -> Response:
        """Answer GET or HEAD for one file."""
        ground = await self.ground(call, project, Permission.PROJECT_READ)
        return await self.sent(ground, path, headers)

    async def sent(self, ground: Ground, path: str, headers: Mapping[str, str]) -> Response:
        """Answer GET or HEAD for one file of a project that may be read."""
        entry = await self.movers.run(lambda: self.files.described(ground, path))
        outgoing = Outgoing(
            name=entry.name,
            size=entry.size,
            sha256=None,
            media_type=media_type_of(entry.name),
            path=None,
            open=lambda: self.files.open(ground, path)[0],
            mark=f"{entry.size:x}-{round(entry.modified.timestamp() * 1e6):x}",
        )
        return answer_file(outgoing, self.movers, headers)

    async def move(self, call: Call, project: str, source: str, target: str) -> None:
        """Give a file or folder another name; managed files in it stay known, soon also if this is cut off."""

        def allowed(tx: Tx, caller: Caller) -> Ground:
            ground = self.files.ground(tx, caller, project, Permission.PROJECT_WRITE)
            self.managed.moving(tx, ground, source)
            return ground

        ground = await call(allowed)
        await self.movers.run(lambda: self.files.move(ground, source, target))
        await call.core.run(lambda tx: self.managed.moved(tx, ground, source, target))

    async def remove(self, call: Call, project: str, path: str, kind: EntryKind, *, unmanaged: bool = False) -> None:
        """Remove a file, or a folder with all that is in it; with `unmanaged`, no file that is managed."""
        ground = await self.ground(call, project, Permission.PROJECT_WRITE)
        found = await call.core.run(lambda tx: self.managed.at(tx, ground, path)) if unmanaged else None
        if found is not None and await self._stands(ground, found):
            raise Conflict(
                f"{path} is a managed file", next_step="remove it by its file id, or detach it", reason="managed"
            )
        await self.cleared(call, ground, path, kind)

    async def cleared(self, call: Call, ground: Ground, path: str, kind: EntryKind) -> None:
        """Remove what is at a path of a project that may be written."""
        freed = await self.movers.run(lambda: self.files.remove(ground, path, kind))

        def gone(tx: Tx) -> None:
            self.managed.gone(tx, ground, path)
            self.files.grown(tx, ground, -freed)

        await call.core.run(gone)


def media_type_of(name: str) -> str:
    """Return what a file of this name is taken for."""
    return mimetypes.guess_type(name)[0] or _UNKNOWN
