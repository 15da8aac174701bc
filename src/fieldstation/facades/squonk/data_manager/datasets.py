"""Data sets: versions of one file each, made ready in stages."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from fieldstation.core.datasets.model import FileType, SingleFile, Wanted
from fieldstation.core.datasets.service import Arrivals, Contents, Datasets, File, Holding, Removals
from fieldstation.core.datasets.service.arrivals import MOST_LISTED
from fieldstation.core.datasets.service.check import unkeepable
from fieldstation.core.molecules.model.forms import OPTIONS, form_of
from fieldstation.core.people.model import Caller, Kind, hidden
from fieldstation.core.projects.service import Copies, Copy
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.kit.sending import answer_file
from fieldstation.facades.kit.stored import stored_file
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.data_manager.files import FILE_ANSWER
from fieldstation.facades.squonk.data_manager.projects import ProjectTaskOut
from fieldstation.facades.squonk.data_manager.receiving import FORM, MadeDatasetOut, Receiving
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.ids import is_id

_Text = Annotated[str | None, Query(max_length=4000, pattern=r"^[^\x00]*$")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


def dataset_id_of(dataset_id: str) -> str:
    """Return the id of a data set from an address; what has not the form of one is as hidden as one not there."""
    if not is_id(dataset_id, "dataset"):
        raise hidden(Kind.DATASET)
    return dataset_id


DatasetId = Annotated[str, Depends(dataset_id_of)]


class DatasetVersionOut(BaseModel):
    """One version of a data set."""

    version: int
    owner: str
    source_ref: str
    published: str
    type: str
    file_name: str
    projects: list[str] = Field(default_factory=list)
    processing_stage: str = Field(examples=["DONE"])
    labels: dict[str, str] | None = None
    size: int | None = None
    format_extra_variables: str | None = None
    deleted: str | None = None
    deleting_user: str | None = None
    authorisation_code: int | None = Field(
        default=None, description="of the authority to keep it; absent where nobody pays"
    )


class DatasetOut(BaseModel):
    """A data set: who may change it, and its versions."""

    dataset_id: str
    owner: str
    editors: list[str]
    versions: list[DatasetVersionOut]


class DatasetsOut(BaseModel):
    """The data sets that you see."""

    count: int
    datasets: list[DatasetOut]


class FilesOfProjectOut(BaseModel):
    """Files of a project that are copies of a version."""

    project_name: str
    project: str
    files: list[str] = Field(examples=[["/inputs/poses.sdf"]])


class VersionDetailOut(DatasetVersionOut):
    """One version, and where copies of it lie."""

    project_files: list[FilesOfProjectOut] = Field(default_factory=list)


class VersionsOut(BaseModel):
    """All versions of a data set, first to last."""

    count: int
    dataset_id: str
    owner: str
    editors: list[str]
    versions: list[VersionDetailOut]


class DigestOut(BaseModel):
    """Which version has these bytes."""

    dataset_id: str
    dataset_version: int


class TypeOut(BaseModel):
    """A type that a data set may have, and the endings of its files."""

    mime: str
    file_extensions: list[str]
    formatter_image: str | None = None
    formatter_supports_db_load: bool | None = None
    formatter_options: dict[str, Any] | None = None


class TypesOut(BaseModel):
    """All types; each ending may also have `.gz` behind it."""

    count: int
    types: list[TypeOut]


@dataclass(frozen=True, kw_only=True)
class DatasetParts:
    """What the routes of data sets hand their calls to."""

    datasets: Datasets
    arrivals: Arrivals
    removals: Removals
    contents: Contents
    copies: Copies


class DatasetDoor:
    """What the routes of data sets need."""

    def __init__(self, parts: DatasetParts) -> None:
        self.datasets = parts.datasets
        self.arrivals = parts.arrivals
        self.removals = parts.removals
        self.contents = parts.contents
        self._copies = parts.copies

    def all(self, tx: Tx, caller: Caller, wanted: Wanted) -> DatasetsOut:
        """Describe every data set that is wanted."""
        found = self.arrivals.list(tx, caller, wanted)
        copies = self._copies.of_datasets(tx, caller, [one.dataset_id for one in found])
        return DatasetsOut(count=len(found), datasets=[_dataset_out(one, copies) for one in found])

    def one(self, tx: Tx, caller: Caller, dataset_id: str, *, removed_too: bool) -> VersionsOut:
        """Describe one data set."""
        found = self.arrivals.show(tx, caller, dataset_id, removed_too=removed_too)
        copies = self._copies.of_datasets(tx, caller, [found.dataset_id])
        return VersionsOut(
            count=len(found.versions),
            dataset_id=found.dataset_id,
            owner=found.owner,
            editors=list(found.editors),
            versions=[
                VersionDetailOut(**_fields(one, copies), project_files=_files_of(copies.get(one.version_id, ())))
                for one in found.versions
            ],
        )

    def file(self, tx: Tx, caller: Caller, dataset_id: str, number: int) -> File:
        """Return the file of a version of one file."""
        single = self.arrivals.version(tx, caller, dataset_id, number)
        version = self.datasets.version(tx, caller, dataset_id, number)
        return self.datasets.file(tx, caller, version, single.file_name)


def _wanted(
    include_deleted: bool = False,
    username: _Text = None,
    dataset_mime_type: _Text = None,
    owners: Annotated[_Text, Query(description="usernames with commas between")] = None,
    editors: Annotated[_Text, Query(description="usernames with commas between")] = None,
    labels: Annotated[_Text, Query(description="a JSON object of labels; null for any value")] = None,
) -> Wanted:
    return Wanted(
        removed_too=include_deleted,
        username=username or None,
        media_type=dataset_mime_type or None,
        owners=_names(owners),
        editors=_names(editors),
        labels=_labels(labels),
    )


def router(door: DatasetDoor, receiving: Receiving, movers: Movers) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["dataset"])
    _add_making(routes, receiving)
    _add_finding(routes, door)
    _add_one(routes, door, movers)
    _add_editors(routes, door.arrivals)
    return routes


def _add_making(routes: APIRouter, receiving: Receiving) -> None:
    @routes.post(
        "/dataset",
        operation_id="post_dataset",
        summary="Make a version of a data set from a file",
        status_code=HTTPStatus.CREATED,
        responses=refusals(404, 409, 413, 415, 503),
        openapi_extra=FORM,
    )
    async def receive(request: Request, call: CallerCall) -> MadeDatasetOut:
        return await receiving.receive(request, call)


def _add_finding(routes: APIRouter, door: DatasetDoor) -> None:
    @routes.get(
        "/dataset",
        operation_id="get_datasets",
        summary=f"The newest {MOST_LISTED:,} of the data sets that you see, those with versions of one file",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def listed(call: CallerCall, wanted: Annotated[Wanted, Depends(_wanted)]) -> DatasetsOut:
        return await call(lambda tx, caller: door.all(tx, caller, wanted))

    @routes.get(
        "/dataset/{dataset_id}/versions",
        operation_id="get_versions",
        summary="All versions of a data set that are one file",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def versions(dataset_id: DatasetId, call: CallerCall, include_deleted: bool = False) -> VersionsOut:
        return await call(lambda tx, caller: door.one(tx, caller, dataset_id, removed_too=include_deleted))

    @routes.get(
        "/digest/dataset/{digest}",
        operation_id="get_dataset_digest",
        summary="Which version that you see has these bytes",
        responses=refusals(404),
    )
    async def with_digest(digest: str, call: CallerCall) -> DigestOut:
        dataset, number = await call(lambda tx, caller: door.arrivals.with_digest(tx, caller, digest))
        return DigestOut(dataset_id=dataset, dataset_version=number)

    @routes.get(
        "/type",
        operation_id="get_types",
        summary="Types that data sets may have",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def types(call: CallerCall) -> TypesOut:
        known = await call(lambda _tx, _caller: door.arrivals.types.all())
        found = [_type_out(one) for one in known]
        return TypesOut(count=len(found), types=found)


def _add_one(routes: APIRouter, door: DatasetDoor, movers: Movers) -> None:
    @routes.get(
        "/dataset/{dataset_id}/{dataset_version}",
        operation_id="download_dataset",
        summary="Read the file of a version",
        response_class=Response,
        responses={**refusals(404, 409), **FILE_ANSWER},
    )
    async def read(dataset_id: DatasetId, dataset_version: Number, request: Request, call: CallerCall) -> Response:
        file = await call(lambda tx, caller: door.file(tx, caller, dataset_id, dataset_version))
        outgoing = await movers.run(lambda: stored_file(door.contents, file))
        return answer_file(outgoing, movers, request.headers)

    @routes.delete(
        "/dataset/{dataset_id}/{dataset_version}",
        operation_id="delete_dataset",
        summary="Remove a version for good",
        responses=refusals(404, 409),
    )
    async def remove(
        dataset_id: DatasetId, dataset_version: Number, call: CallerCall, keep_project_files: bool = False
    ) -> ProjectTaskOut:
        def work(tx: Tx, caller: Caller) -> ProjectTaskOut:
            task = door.removals.remove(tx, caller, dataset_id, dataset_version, keep_project_files=keep_project_files)
            return ProjectTaskOut(task_id=task.id)

        return await call(work)


def _add_editors(routes: APIRouter, arrivals: Arrivals) -> None:
    path = "/dataset/{dataset_id}/editor/{user_id}"

    @routes.put(
        path,
        operation_id="add_dataset_editor",
        summary="Let a user edit a data set",
        status_code=HTTPStatus.CREATED,
        response_class=Response,
        responses=refusals(404),
    )
    async def put(dataset_id: DatasetId, user_id: str, call: CallerCall) -> Response:
        await call(lambda tx, caller: arrivals.add_editor(tx, caller, dataset_id, user_id))
        return Response(status_code=HTTPStatus.CREATED)

    @routes.delete(
        path,
        operation_id="remove_dataset_editor",
        summary="Have a user edit a data set no more",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals(404),
    )
    async def remove(dataset_id: DatasetId, user_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: arrivals.remove_editor(tx, caller, dataset_id, user_id))


def _type_out(one: FileType) -> TypeOut:
    """Write a type; molecules are looked into and converted by the station itself, which has no image for that."""
    plain = TypeOut(mime=one.mime, file_extensions=list(one.extensions))
    if form_of(one.mime) is None:
        return plain
    more = {"formatter_image": "station:", "formatter_supports_db_load": True, "formatter_options": dict(OPTIONS)}
    return plain.model_copy(update=more)


def _dataset_out(found: Holding, copies: Mapping[str, Sequence[Copy]]) -> DatasetOut:
    return DatasetOut(
        dataset_id=found.dataset_id,
        owner=found.owner,
        editors=list(found.editors),
        versions=[DatasetVersionOut(**_fields(one, copies)) for one in found.versions],
    )


def _files_of(copies: Sequence[Copy]) -> list[FilesOfProjectOut]:
    found: dict[str, FilesOfProjectOut] = {}
    for copy in copies:
        known = FilesOfProjectOut(project_name=copy.project_name, project=copy.project, files=[])
        found.setdefault(copy.project, known).files.append(f"/{copy.path}")
    return list(found.values())


def _fields(one: SingleFile, copies: Mapping[str, Sequence[Copy]]) -> dict[str, Any]:
    return {
        "version": one.number,
        "owner": one.owner,
        "source_ref": one.source,
        "published": wire_time(one.published),
        "type": one.media_type,
        "file_name": one.file_name.rpartition("/")[2],
        "projects": list(dict.fromkeys(copy.project for copy in copies.get(one.version_id, ()))),
        "processing_stage": one.stage.name,
        "labels": dict(one.labels) or None,
        "size": one.size,
        "format_extra_variables": one.extra_variables,
        "deleted": None if one.removed is None else wire_time(one.removed),
        "deleting_user": one.removed_by,
        "authorisation_code": one.authorisation,
    }


def _names(text: str | None) -> Sequence[str] | None:
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    return names or None


def _labels(text: str | None) -> dict[str, str | None] | None:
    if not text:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(value is None or isinstance(value, str) for value in found.values()):
        raise Invalid("labels is not a JSON object of texts or null", next_step='send one such as {"reviewed": null}')
    if unkeepable("".join([*found, *(value or "" for value in found.values())])):
        raise Invalid("labels has a text that cannot be kept", next_step="leave out U+0000 and halves of characters")
    return found
