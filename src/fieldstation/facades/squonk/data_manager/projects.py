"""Projects, and who is what in them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from fieldstation.core.accounting.service import ProductBrief, Products
from fieldstation.core.people.model import Caller, Role
from fieldstation.core.people.service import Member
from fieldstation.core.people.service.users import usernames
from fieldstation.core.projects.model import Project
from fieldstation.core.projects.service import (
    Lifecycles,
    ManagedFile,
    ManagedFiles,
    NewProject,
    ProjectChange,
    Projects,
)
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.arguments import GivenArguments, described
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import MAX_LIMIT, Page, PageRequest, read_cursor

_ROLES = {"administrator": Role.OWNER, "editor": Role.EDITOR, "observer": Role.READER}


class ManagedOut(BaseModel):
    """A managed file of a project."""

    file_id: str
    file_name: str
    file_path: str = Field(description="its folder")
    dataset_id: str
    dataset_version: int
    owner: str
    immutable: bool
    mime_type: str | None = None
    processing_stage: str = Field(examples=["DONE"])
    authorisation_code: int | None = None


class ProjectOut(BaseModel):
    """A project and who is what in it."""

    project_id: str
    name: str
    creator: str
    owner: str = Field(description="the same as `creator`")
    created: str
    private: bool
    administrators: list[str]
    editors: list[str]
    observers: list[str]
    size: int = Field(description="bytes, as measured last")
    files: list[ManagedOut] = Field(description="managed files")
    product_id: str | None = None
    product_flavour: str | None = None
    unit_id: str | None = None
    organisation_id: str | None = None


class ProjectsOut(BaseModel):
    """The projects that you see."""

    count: int
    projects: list[ProjectOut]


class MadeProjectOut(BaseModel):
    """A project that was made."""

    project_id: str


class ProjectTaskOut(BaseModel):
    """The task to follow."""

    task_id: str


class ProjectDoor:
    """What the routes of projects need."""

    def __init__(self, projects: Projects, lifecycles: Lifecycles, products: Products, managed: ManagedFiles) -> None:
        self.projects = projects
        self._managed = managed
        self.lifecycles = lifecycles
        self.products = products

    def one(self, tx: Tx, caller: Caller, project_id: str) -> ProjectOut:
        """Describe one project."""
        return self._described(tx, [self.projects.show(tx, caller, project_id)])[0]

    def all(self, tx: Tx, caller: Caller, name: str | None) -> list[ProjectOut]:
        """Describe every project that the caller sees, some thousand at a time."""
        found: list[Project] = []
        request = PageRequest(limit=MAX_LIMIT)
        while True:
            page: Page[Project] = self.projects.list(tx, caller, request, name=name)
            found += page.items
            if page.next is None:
                return self._described(tx, found)
            request = PageRequest(limit=MAX_LIMIT, after=read_cursor(page.next))

    def _described(self, tx: Tx, projects: Sequence[Project]) -> list[ProjectOut]:
        roles = self.projects.roles(tx, [project.id for project in projects])
        briefs = self.products.briefs(tx, [project.product for project in projects if project.product])
        managed = self._managed.of_projects(tx, [project.id for project in projects])
        names = usernames(tx, {file.user_id for files in managed.values() for file in files})
        outs = [_out(project, roles[project.id], briefs) for project in projects]
        for out in outs:
            out.files = [_managed_out(file, names) for file in managed[out.project_id]]
        return outs


def router(door: ProjectDoor) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["project"])
    _add_projects(routes, door)
    _add_changes(routes, door)
    for word, role in _ROLES.items():
        _add_role(routes, door.projects, word, role)
    return routes


def _add_projects(routes: APIRouter, door: ProjectDoor) -> None:
    @routes.get(
        "/project",
        operation_id="get_projects",
        summary="The projects that you see",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def listed(call: CallerCall, project_name: Annotated[str | None, Query(max_length=80)] = None) -> ProjectsOut:
        found = await call(lambda tx, caller: door.all(tx, caller, project_name or None))
        return ProjectsOut(count=len(found), projects=found)

    @routes.get(
        "/project/{project_id}",
        operation_id="get_project",
        summary="One project",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def one(project_id: str, call: CallerCall) -> ProjectOut:
        return await call(lambda tx, caller: door.one(tx, caller, project_id))


def _add_changes(routes: APIRouter, door: ProjectDoor) -> None:
    @routes.post(
        "/project",
        operation_id="create_project",
        summary="Make a project that a tier product pays for",
        status_code=HTTPStatus.CREATED,
        responses=refusals(404, 409),
        openapi_extra=described("name", "tier_product_id", optional=("private",)),
    )
    async def create(arguments: GivenArguments, call: CallerCall) -> MadeProjectOut:
        new = NewProject(
            name=project_name(arguments.needed("name")),
            product=arguments.needed("tier_product_id"),
            private=arguments.flag("private"),
        )
        return MadeProjectOut(project_id=(await call(lambda tx, caller: door.lifecycles.create(tx, caller, new))).id)

    @routes.patch(
        "/project/{project_id}",
        operation_id="patch_project",
        summary="Rename a project, or make it public or private",
        response_model_exclude_none=True,
        responses=refusals(404, 409),
        openapi_extra=described(optional=("name", "private")),
    )
    async def change(project_id: str, arguments: GivenArguments, call: CallerCall) -> ProjectOut:
        name, private = arguments.text("name"), arguments.flag("private")
        wanted = ProjectChange(
            name=None if name is None else project_name(name), public=None if private is None else not private
        )

        def work(tx: Tx, caller: Caller) -> ProjectOut:
            door.lifecycles.change(tx, caller, project_id, wanted)
            return door.one(tx, caller, project_id)

        return await call(work)

    @routes.delete(
        "/project/{project_id}",
        operation_id="delete_project",
        summary="Remove a project that you made, with all its files",
        responses=refusals(404, 409),
    )
    async def remove(project_id: str, call: CallerCall) -> ProjectTaskOut:
        return ProjectTaskOut(
            task_id=(await call(lambda tx, caller: door.lifecycles.remove(tx, caller, project_id))).id
        )


def _add_role(routes: APIRouter, projects: Projects, word: str, role: Role) -> None:
    path = f"/project/{{project_id}}/{word}/{{user_id}}"

    @routes.put(
        path,
        operation_id=f"add_project_{word}",
        summary=f"Make a user {word} of a project",
        status_code=HTTPStatus.CREATED,
        response_class=Response,
        responses=refusals(404),
    )
    async def put(project_id: str, user_id: str, call: CallerCall) -> Response:
        await call(lambda tx, caller: projects.add_role(tx, caller, project_id, user_id, role))
        return Response(status_code=HTTPStatus.CREATED)

    @routes.delete(
        path,
        operation_id=f"remove_project_{word}",
        summary=f"Have a user be {word} of a project no more",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals(404),
    )
    async def remove(project_id: str, user_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: projects.take_role(tx, caller, project_id, user_id, role))


def project_name(name: str) -> str:
    """Return a name as this door takes it: two characters at least; the core says the rest."""
    if len(name) < 2:
        raise Invalid(f"{name!r} is too short for a project", next_step="use 2 to 80 characters")
    return name


def _out(project: Project, members: Sequence[Member], briefs: Mapping[str, ProductBrief]) -> ProjectOut:
    users = {role: [one.name for one in members if one.role is role and one.name != "everyone"] for role in Role}
    brief = briefs.get(project.product or "")
    flavour = None if brief is None or brief.flavour is None else brief.flavour.value.upper()
    return ProjectOut(
        project_id=project.id,
        name=project.name,
        creator=project.owner,
        owner=project.owner,
        created=wire_time(project.created_at),
        private=not project.public,
        administrators=users[Role.OWNER],
        editors=users[Role.EDITOR],
        observers=users[Role.READER],
        size=project.size_bytes,
        files=[],
        product_id=project.product,
        product_flavour=flavour,
        unit_id=None if brief is None else brief.unit_id,
        organisation_id=None if brief is None else brief.organisation_id,
    )


def _managed_out(file: ManagedFile, names: Mapping[str, str]) -> ManagedOut:
    return ManagedOut(
        file_id=file.id,
        file_name=file.name,
        file_path=f"/{file.path.rpartition('/')[0]}",
        dataset_id=file.dataset_id,
        dataset_version=file.number,
        owner=names[file.user_id],
        immutable=file.immutable,
        mime_type=file.media_type,
        processing_stage=file.stage.upper(),
        authorisation_code=file.authorisation,
    )
