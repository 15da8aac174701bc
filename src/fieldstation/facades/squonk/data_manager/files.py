"""Files and folders of projects."""

from collections.abc import AsyncIterator, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from fieldstation.core.people.model import Permission
from fieldstation.core.projects.model import Ground, ProjectFile, file_path, folder_path
from fieldstation.core.projects.service import ManagedFile
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import Call, CallerCall
from fieldstation.facades.kit.forms import Form, Part, Taker
from fieldstation.facades.kit.grounds import Coming, Grounds
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.arguments import GivenArguments, described, note_form
from fieldstation.facades.squonk.redaction import HIDDEN
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import PageRequest, read_cursor
from fieldstation.ports.volumes import Entry, EntryKind

_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
FILE_ANSWER: dict[int | str, dict[str, Any]] = {200: {"description": "The file", **_BYTES}}
_NAME_LENGTH = 128
_AT_ONCE = 100_000  # each page reads the names of the whole folder
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "path": {"type": "string", "default": "/"},
                        "as_filename": {"type": "string", "minLength": 1, "maxLength": _NAME_LENGTH},
                    },
                }
            }
        },
    }
}
_OWN = "/"


class StatOut(BaseModel):
    """Size in bytes, and when it changed."""

    size: int
    modified: str


class FileOut(BaseModel):
    """A file of a project."""

    file_name: str
    owner: str
    stat: StatOut
    file_id: str | None = None
    authorisation_code: int | None = None
    dataset_id: str | None = None
    dataset_version: int | None = None
    immutable: bool | None = None
    mime_type: str | None = None


class FilesOut(BaseModel):
    """What lies in a folder: files, and the names of folders."""

    count: int
    project_id: str
    path: str
    files: list[FileOut]
    paths: list[str] = Field(description="names of the folders in it")


def router(grounds: Grounds) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["file"])
    _add_list(routes, grounds)
    _add_bytes(routes, grounds)
    _add_changes(routes, grounds)
    _add_folders(routes, grounds)
    return routes


def _add_list(routes: APIRouter, grounds: Grounds) -> None:
    @routes.get(
        "/file",
        operation_id="get_files",
        summary="What lies in a folder",
        response_model_exclude_none=True,
        responses=refusals(404, 409),
    )
    async def listed(
        call: CallerCall,
        project_id: str,
        path: Annotated[str, Query(max_length=1100)] = _OWN,
        include_hidden: bool = False,
    ) -> FilesOut:
        ground = await grounds.ground(call, project_id, Permission.PROJECT_READ)
        folder = folder_path(path, "path")
        entries = await grounds.movers.run(lambda: _all(grounds, ground, folder, hidden_too=include_hidden))

        def known(tx: Tx) -> tuple[Sequence[ProjectFile], Mapping[str, ManagedFile]]:
            named = grounds.files.named(tx, folder, entries)
            return named, grounds.managed.among(tx, ground, named)

        named, managed = await call.core.run(known)
        files = [_file_out(one, managed.get(one.path)) for one in named if one.entry.kind is EntryKind.FILE]
        folders = [one.entry.name for one in named if one.entry.kind is EntryKind.FOLDER]
        return FilesOut(count=len(files), project_id=ground.project, path=f"/{folder}", files=files, paths=folders)


def _add_bytes(routes: APIRouter, grounds: Grounds) -> None:
    @routes.put(
        "/project/{project_id}/file",
        operation_id="put_project_file",
        summary="Write a file; folders that are missing are made",
        status_code=HTTPStatus.CREATED,
        response_class=Response,
        responses=refusals(404, 405, 409, 413),
        openapi_extra=_UPLOAD,
    )
    async def put(project_id: str, request: Request, call: CallerCall) -> Response:
        room = await grounds.room(call, project_id)
        async with grounds.coming(room) as coming:
            path = await _received(grounds, request, coming)
            await grounds.place(call, room.ground, path, coming, replace=True)
        return Response(status_code=HTTPStatus.CREATED)

    @routes.get(
        "/project/{project_id}/file",
        operation_id="get_project_file",
        summary="Read a file",
        responses={**refusals(404, 409), **FILE_ANSWER},
        response_class=Response,
    )
    async def read(
        project_id: str,
        request: Request,
        call: CallerCall,
        file: Annotated[str, Query(max_length=1100)],
        path: Annotated[str, Query(max_length=1100)] = _OWN,
    ) -> Response:
        return await grounds.answer(call, project_id, joined(path, file), request.headers)


def _add_changes(routes: APIRouter, grounds: Grounds) -> None:
    @routes.delete(
        "/file",
        operation_id="delete_unmanaged_file",
        summary="Remove a file",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals(404, 405, 409),
        openapi_extra=described("project_id", "file", optional=("path",)),
    )
    async def remove(arguments: GivenArguments, call: CallerCall) -> None:
        path = joined(arguments.text("path") or _OWN, arguments.needed("file"))
        await grounds.remove(call, arguments.needed("project_id"), path, EntryKind.FILE, unmanaged=True)

    @routes.put(
        "/file/move",
        operation_id="move_file",
        summary="Move or rename a file",
        response_class=Response,
        responses=refusals(404, 405, 409),
        openapi_extra=described("project_id", "file", optional=("dst_file", "src_path", "dst_path")),
    )
    async def move(arguments: GivenArguments, call: CallerCall) -> Response:
        file, folder = arguments.needed("file"), arguments.text("src_path") or _OWN
        new_name, new_folder = arguments.text("dst_file"), arguments.text("dst_path")
        if new_name is None and new_folder is None:
            raise Invalid("neither dst_file nor dst_path is given", next_step="say where the file shall go")
        source, target = joined(folder, file), joined(new_folder or folder, new_name or file)
        await grounds.move(call, arguments.needed("project_id"), source, target)
        return Response()


def _add_folders(routes: APIRouter, grounds: Grounds) -> None:
    @routes.put(
        "/path",
        operation_id="create_path",
        summary="Make a folder",
        response_class=Response,
        responses=refusals(404, 409),
        openapi_extra=described("project_id", "path"),
    )
    async def make(arguments: GivenArguments, call: CallerCall) -> Response:
        ground, path = await _ground_and_path(grounds, arguments, call)
        await grounds.movers.run(lambda: grounds.files.make_folder(ground, path))
        return Response()

    @routes.delete(
        "/path",
        operation_id="delete_path",
        summary="Remove a folder with all that is in it",
        response_class=Response,
        responses=refusals(404, 409),
        openapi_extra=described("project_id", "path"),
    )
    async def remove(arguments: GivenArguments, call: CallerCall) -> Response:
        path = file_path(arguments.needed("path"))
        await grounds.remove(call, arguments.needed("project_id"), path, EntryKind.FOLDER)
        return Response()

    @routes.put(
        "/path/move",
        operation_id="move_path",
        summary="Move or rename a folder",
        response_class=Response,
        responses=refusals(404, 409),
        openapi_extra=described("project_id", "src_path", "dst_path"),
    )
    async def move(arguments: GivenArguments, call: CallerCall) -> Response:
        await grounds.move(
            call, arguments.needed("project_id"), arguments.needed("src_path"), arguments.needed("dst_path")
        )
        return Response()


async def _ground_and_path(grounds: Grounds, arguments: GivenArguments, call: Call) -> tuple[Ground, str]:
    path = file_path(arguments.needed("path"))
    return await grounds.ground(call, arguments.needed("project_id"), Permission.PROJECT_WRITE), path


class _OneFile:
    """Takes the one file of a form."""

    def __init__(self, coming: Coming) -> None:
        self._coming = coming
        self.name: str | None = None

    def open(self, part: Part) -> Taker:
        if part.field != "file" or self.name is not None:
            raise Invalid("the form must have one file, in the part `file`", next_step="send one file per request")
        self.name = part.filename
        return self

    def write(self, data: bytes) -> None:
        self._coming.write(data)

    def close(self) -> None:
        """Nothing is left to do: the form tells when it ends."""


async def _received(grounds: Grounds, request: Request, coming: Coming) -> str:
    """Read the file of a form, whose other fields may come before or after it; return the path it is meant for."""
    taker = _OneFile(coming)
    form = Form(request.headers.get("content-type", ""), taker.open)
    body: AsyncIterator[bytes] = request.stream()
    await grounds.movers.take_in(body, form.feed)
    form.close()
    note_form(request.scope, {**form.fields, "file": HIDDEN})
    if taker.name is None:
        raise Invalid("no file came", next_step="send it in a part called `file`", reason="no_files")
    name = form.fields.get("as_filename") or taker.name.replace("\\", "/").rpartition("/")[2]
    if len(name) > _NAME_LENGTH:
        raise Invalid(f"a file name of {len(name)} characters is too long", next_step=f"use up to {_NAME_LENGTH}")
    return joined(form.fields.get("path") or _OWN, name)


def _all(grounds: Grounds, ground: Ground, folder: str, *, hidden_too: bool) -> Sequence[Entry]:
    found: list[Entry] = []
    request = PageRequest(limit=_AT_ONCE)
    while True:
        page = grounds.files.entries(ground, folder, request, hidden_too=hidden_too)
        found += page.items
        if page.next is None:
            return found
        request = PageRequest(limit=_AT_ONCE, after=read_cursor(page.next))


def joined(folder: str, name: str) -> str:
    """Return the path in a project of a file of this name in this folder."""
    return file_path(f"{folder.strip('/')}/{name.strip('/')}", "file")


def _file_out(file: ProjectFile, managed: ManagedFile | None) -> FileOut:
    stat = StatOut(size=file.entry.size, modified=wire_time(file.entry.modified))
    plain = FileOut(file_name=file.entry.name, owner=file.owner or "", stat=stat)
    if managed is None:
        return plain
    about = {
        "file_id": managed.id,
        "authorisation_code": managed.authorisation,
        "dataset_id": managed.dataset_id,
        "dataset_version": managed.number,
        "immutable": managed.immutable,
        "mime_type": managed.media_type,
    }
    return plain.model_copy(update=about)
