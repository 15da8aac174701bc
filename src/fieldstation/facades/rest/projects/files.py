"""Files of projects: listed, read, written, moved and removed where they lie."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from fieldstation.core.datasets.model import FileEntry, worth_keeping
from fieldstation.core.people.model import Permission
from fieldstation.core.projects.model import ProjectFile, file_path, folder_path
from fieldstation.core.projects.service import ManagedFile, NewAttachment, Save, Saves
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.grounds import Grounds, media_type_of
from fieldstation.facades.kit.pages import ById, PageOut
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.names import Text
from fieldstation.kernel.clock import wire_time
from fieldstation.ports.volumes import EntryKind

_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file. Several ranges in one request mean the whole.", **_BYTES},
    206: {"description": "The range that was asked for", **_BYTES},
    304: {"description": "Not changed"},
    416: {"description": "The range begins behind the end"},
}
_BODY = {"requestBody": {"required": True, **_BYTES}}
_PATH = "/projects/{reference}/files/{path:path}"
_FOLDER = "/projects/{reference}/folders/{path:path}"
Path = Annotated[str, Field(max_length=1100, examples=["tables/may.csv"])]


class ManagedOut(BaseModel):
    """Where a managed file came from."""

    id: str
    dataset: str = Field(description="id of the data set")
    number: int
    path: str = Field(description="of the file in the version")
    immutable: bool
    stage: str = Field(description="copying or done")


class EntryOut(BaseModel):
    """A file or folder of a project."""

    path: str = Field(description="in the project, '/' between names", examples=["tables/may.csv"])
    name: str = Field(examples=["may.csv"])
    kind: EntryKind = Field(description="`other` is a link, device, socket or pipe, which can only be removed")
    size: int | None = Field(default=None, description="bytes of a file", examples=[1024])
    media_type: str | None = Field(default=None, description="of a file, by its name", examples=["text/csv"])
    modified: str
    owner: str | None = Field(default=None, description="username of who it belongs to, where known", examples=["ada"])
    managed: ManagedOut | None = Field(default=None, description="where it came from, of a copy of a file of a version")


class AttachIn(BaseModel):
    """A file of a version to copy into the project."""

    model_config = ConfigDict(extra="forbid")

    dataset: Text = Field(description="id or name of the data set", examples=["rainfall"])
    number: int | None = Field(default=None, ge=1, le=2**31 - 1, description="of the version; by default the newest")
    path: Path | None = Field(default=None, description="of the file; needed where the version has several")
    folder: Annotated[str, Field(max_length=1100)] = Field(default="", description="of the project")
    immutable: StrictBool = Field(default=True, description="whether nobody may change its bytes there")
    compress: StrictBool = Field(default=False, description="whether it is packed with gzip")
    as_type: Text | None = Field(
        default=None,
        max_length=200,
        description="media type that it shall have there: molecules are written in another form",
        examples=["squonk/x-smiles"],
    )


class AttachedOut(BaseModel):
    """A file on its way into the project."""

    file: str = Field(description="id of the managed file", examples=["file-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
    path: str
    task: str = Field(description="id of the task that tells when it is there")


class SaveIn(BaseModel):
    """A file of the project to keep as a version."""

    model_config = ConfigDict(extra="forbid")

    path: Path
    dataset: Text = Field(
        max_length=200,
        description="id of a data set you edit, or your own name for one, new or not",
        examples=["levels"],
    )
    media_type: Text | None = Field(default=None, max_length=200, examples=["text/csv"])
    unit: Text | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="id or name of the unit that pays for it, if it is new; else that of the project, else your own",
    )


class SavedOut(BaseModel):
    """The version that a file became."""

    dataset: str = Field(description="id of the data set")
    version: str
    number: int


class MoveIn(BaseModel):
    """A new name for a file or folder."""

    model_config = ConfigDict(extra="forbid")

    source: Path = Field(description="the path it has")
    target: Path = Field(description="the path it shall have; nothing may be there")


def add_routes(routes: APIRouter, grounds: Grounds, saves: Saves) -> None:
    """Add the routes."""
    _add_save(routes, grounds, saves)
    _add_list(routes, grounds)
    _add_read(routes, grounds)
    _add_write(routes, grounds)
    _add_attach(routes, grounds)
    _add_folders(routes, grounds)


def _add_list(routes: APIRouter, grounds: Grounds) -> None:
    @routes.get(
        "/projects/{reference}/files",
        operation_id="list_project_files",
        summary="List a folder of a project, folders first, by name",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def entries(
        reference: str,
        call: CallerCall,
        page: ById,
        folder: Annotated[str, Query(max_length=1100, description="its own folder, unless another is named")] = "",
        hidden: Annotated[bool, Query(description="also what begins with a dot")] = False,
    ) -> PageOut[EntryOut]:
        ground = await grounds.ground(call, reference, Permission.PROJECT_READ)
        found = await grounds.movers.run(lambda: grounds.files.entries(ground, folder, page, hidden_too=hidden))

        def known(tx: Tx) -> list[EntryOut]:
            named = grounds.files.named(tx, folder_path(folder), found.items)
            managed = grounds.managed.among(tx, ground, named)
            return [entry_out(one, managed.get(one.path)) for one in named]

        return PageOut(items=await call.core.run(known), next=found.next)


def _add_read(routes: APIRouter, grounds: Grounds) -> None:
    async def one(reference: str, path: str, request: Request, call: CallerCall) -> Response:
        return await grounds.answer(call, reference, path, request.headers)

    told = {**responses(403, 404, 409, 412), **_FILE}
    routes.get(
        _PATH,
        operation_id="read_project_file",
        summary="Read a file of a project, or a range of it",
        responses=told,
        response_class=Response,
    )(one)
    routes.head(
        _PATH,
        operation_id="head_project_file",
        summary="Describe a file of a project",
        responses=told,
        response_class=Response,
    )(one)


def _add_write(routes: APIRouter, grounds: Grounds) -> None:
    @routes.put(
        _PATH,
        operation_id="put_project_file",
        summary="Write a file of a project: the body is the file; folders that are missing are made",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses={200: {"model": EntryOut, "description": "Replaced"}, **responses(402, 403, 404, 409, 413)},
        openapi_extra=_BODY,
    )
    async def put(
        reference: str,
        path: str,
        request: Request,
        response: Response,
        call: CallerCall,
        replace: Annotated[bool, Query(description="take the place of a file that is there")] = True,
    ) -> EntryOut:
        room = await grounds.room(call, reference, request.headers.get("content-length", ""), path)
        placed = await grounds.receive(call, room, path, request.stream(), replace=replace)
        if placed.replaced is not None:
            response.status_code = HTTPStatus.OK
        folder = path.strip("/").rpartition("/")[0]
        return entry_out((await call.core.run(lambda tx: grounds.files.named(tx, folder, [placed.entry])))[0])

    @routes.delete(
        _PATH,
        operation_id="remove_project_file",
        summary="Remove a file of a project for good",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def remove(reference: str, path: str, call: CallerCall) -> None:
        await grounds.remove(call, reference, path, EntryKind.FILE)

    @routes.post(
        "/projects/{reference}/moves",
        operation_id="move_project_file",
        summary="Move or rename a file or folder of a project; of two who move the same one comes first",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def move(reference: str, body: MoveIn, call: CallerCall) -> None:
        await grounds.move(call, reference, body.source, body.target)


def _add_attach(routes: APIRouter, grounds: Grounds) -> None:
    @routes.post(
        "/projects/{reference}/attachments",
        operation_id="attach_file",
        summary="Copy a file of a version into a project, where it stays known by where it came from",
        status_code=HTTPStatus.ACCEPTED,
        responses=responses(402, 403, 404, 409, 413),
    )
    async def attach(reference: str, body: AttachIn, call: CallerCall) -> AttachedOut:
        new = NewAttachment(project=reference, **body.model_dump())
        file, task = await grounds.attach(call, new)
        return AttachedOut(file=file.id, path=file.path, task=task.id)


def _add_save(routes: APIRouter, grounds: Grounds, saves: Saves) -> None:
    @routes.post(
        "/projects/{reference}/saves",
        operation_id="save_project_file",
        summary="Make a file of a project a version of a data set",
        status_code=HTTPStatus.CREATED,
        responses=responses(402, 403, 404, 409, 413),
    )
    async def save(reference: str, body: SaveIn, call: CallerCall) -> SavedOut:
        ground = await grounds.ground(call, reference, Permission.PROJECT_READ)
        path = file_path(body.path)
        wanted = Save(project=ground.project, dataset=body.dataset, unit=body.unit)
        await call(lambda tx, caller: saves.check(tx, caller, wanted))
        stored = await grounds.kept(ground, path)
        name = path.rpartition("/")[2]
        media_type = worth_keeping(name, body.media_type)
        entry = FileEntry(path=name, size=stored.size, sha256=stored.sha256, media_type=media_type)
        version = await call(lambda tx, caller: saves.save(tx, caller, wanted, entry))
        return SavedOut(dataset=version.dataset_id, version=version.id, number=version.number)


def _add_folders(routes: APIRouter, grounds: Grounds) -> None:
    @routes.put(
        _FOLDER,
        operation_id="make_project_folder",
        summary="Make a folder in a project, and those above it; one that is there is left as it is",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def make(reference: str, path: str, call: CallerCall) -> None:
        ground = await grounds.ground(call, reference, Permission.PROJECT_WRITE)
        await grounds.movers.run(lambda: grounds.files.make_folder(ground, path))

    @routes.delete(
        _FOLDER,
        operation_id="remove_project_folder",
        summary="Remove a folder of a project for good, with all that is in it",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def remove(reference: str, path: str, call: CallerCall) -> None:
        await grounds.remove(call, reference, path, EntryKind.FOLDER)


def entry_out(file: ProjectFile, managed: ManagedFile | None = None) -> EntryOut:
    """Write one entry of a project."""
    return EntryOut(
        path=file.path,
        name=file.entry.name,
        kind=file.entry.kind,
        size=file.entry.size if file.entry.kind is EntryKind.FILE else None,
        media_type=media_type_of(file.entry.name) if file.entry.kind is EntryKind.FILE else None,
        modified=wire_time(file.entry.modified),
        owner=file.owner,
        managed=None if managed is None else _managed_out(managed),
    )


def _managed_out(file: ManagedFile) -> ManagedOut:
    return ManagedOut(
        id=file.id,
        dataset=file.dataset_id,
        number=file.number,
        path=file.source_path,
        immutable=file.immutable,
        stage=file.stage,
    )
