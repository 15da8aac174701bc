"""Managed files of projects: copies of versions of data sets."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from fieldstation.core.datasets.model import Arrival
from fieldstation.core.datasets.service import Arrivals
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.projects.model import Ground
from fieldstation.core.projects.service import NewAttachment, Projects
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.grounds import Grounds
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.arguments import GivenArguments, described
from fieldstation.facades.squonk.data_manager.files import FILE_ANSWER, joined
from fieldstation.kernel.errors import Invalid
from fieldstation.ports.storage import Stored

_MOST_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class Saving:
    """What makes versions of files of projects."""

    arrivals: Arrivals
    projects: Projects


class SavedOut(BaseModel):
    """The version that a file became, and the task that makes it ready."""

    dataset_id: str
    dataset_version: int
    task_id: str


class AttachedOut(BaseModel):
    """A file on its way into a project."""

    file_id: str
    file_name: str
    file_path: str
    task_id: str


def router(grounds: Grounds, saving: Saving) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["file"])

    @routes.post(
        "/file",
        operation_id="attach_file",
        summary="Copy a version of a data set into a project",
        status_code=HTTPStatus.CREATED,
        responses=refusals(404, 409, 413, 422),
        openapi_extra=described(
            "dataset_id", "dataset_version", "project_id", "as_type", optional=("path", "compress", "immutable")
        ),
    )
    async def attach(arguments: GivenArguments, call: CallerCall) -> AttachedOut:
        new = NewAttachment(
            project=arguments.needed("project_id"),
            dataset=arguments.needed("dataset_id"),
            number=_number(arguments.needed("dataset_version")),
            folder=arguments.text("path") or "/",
            as_type=arguments.needed("as_type"),
            immutable=arguments.flag("immutable") is not False,
            compress=bool(arguments.flag("compress")),
        )
        file, task = await grounds.attach(call, new)
        folder = file.path.rpartition("/")[0]
        return AttachedOut(file_id=file.id, file_name=file.name, file_path=f"/{folder}", task_id=task.id)

    @routes.get(
        "/file/{file_id}",
        operation_id="get_file",
        summary="Read a managed file",
        responses={**refusals(404, 409), **FILE_ANSWER},
        response_class=Response,
    )
    async def read(file_id: str, request: Request, call: CallerCall) -> Response:
        return await grounds.answer_managed(call, file_id, request.headers)

    @routes.delete(
        "/file/{file_id}",
        operation_id="delete_file",
        summary="Detach a version from a project and remove its copy",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals(404, 409),
    )
    async def remove(file_id: str, call: CallerCall) -> None:
        await grounds.detach(call, file_id)

    _add_save(routes, grounds, saving)
    return routes


def _add_save(routes: APIRouter, grounds: Grounds, saving: Saving) -> None:
    @routes.put(
        "/dataset",
        operation_id="create_dataset_from_file",
        summary="Make a file of a project a version of a data set",
        status_code=HTTPStatus.CREATED,
        responses=refusals(404, 409, 413, 415),
        openapi_extra=described(
            "project_id",
            "path",
            "file_name",
            "dataset_type",
            optional=("dataset_id", "unit_id", "format_extra_variables", "skip_molecule_load"),
        ),
    )
    async def save(arguments: GivenArguments, call: CallerCall) -> SavedOut:
        project_id, name = arguments.needed("project_id"), arguments.needed("file_name")
        path = joined(arguments.text("path") or "/", name)

        def allowed(tx: Tx, caller: Caller) -> tuple[Ground, Arrival]:
            ground = grounds.files.ground(tx, caller, project_id, Permission.PROJECT_READ)
            arrival = Arrival(
                stored=Stored(sha256="", size=0),
                file_name=path.rpartition("/")[2],
                media_type=arguments.needed("dataset_type"),
                unit=arguments.text("unit_id") or saving.projects.payer(tx, caller, ground.project).unit or _no_unit(),
                dataset_id=arguments.text("dataset_id"),
                source=f"/{path}",
                project=ground.project,
                skip_load=bool(arguments.flag("skip_molecule_load")),
                extra_variables=arguments.text("format_extra_variables"),
            )
            saving.arrivals.checked(tx, caller, arrival)
            return ground, arrival

        ground, arrival = await call(allowed)
        stored = await grounds.kept(ground, path)
        came = replace(arrival, stored=stored)
        received = await call(lambda tx, caller: saving.arrivals.received(tx, caller, came))
        return SavedOut(
            dataset_id=received.version.dataset_id, dataset_version=received.version.number, task_id=received.task_id
        )


def _no_unit() -> str:
    raise Invalid(
        "no unit that you belong to pays for this project",
        next_step="send the unit_id that the data set shall belong to",
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= _MOST_DIGITS and int(text)):
        raise Invalid(f"{text[:40]!r} is no version", next_step="give the number of a version, from 1")
    return int(text)
