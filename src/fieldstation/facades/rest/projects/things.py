"""Projects, and who is what in them."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.projects.model import Project
from fieldstation.core.projects.service import Lifecycles, NewProject, ProjectChange, Projects
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.members import MemberIn, MembersOut, members_out
from fieldstation.facades.rest.names import Text, Title
from fieldstation.kernel.clock import wire_time


class ProjectIn(BaseModel):
    """A project to be made; you own it."""

    model_config = ConfigDict(extra="forbid")

    name: Title = Field(description="unique among your own, or in the unit that pays", examples=["Flood 2026"])
    product: Text | None = Field(default=None, description="id of the subscription that pays for it")
    public: StrictBool | None = Field(default=None, description="whether everybody sees it; its unit may decide that")


class RemovalOut(BaseModel):
    """A project that nobody sees any more."""

    task: str = Field(description="id of the task that removes its files")


class ProjectChangeIn(BaseModel):
    """What shall change about a project."""

    model_config = ConfigDict(extra="forbid")

    name: Title | None = Field(default=None, examples=["Flood 2026"])
    public: StrictBool | None = Field(default=None, description="whether everybody sees it, its files and its runs")


class ProjectOut(BaseModel):
    """A project: where runs happen, seen by its members."""

    id: str = Field(examples=["project-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
    name: str = Field(examples=["Flood 2026"])
    owner: str = Field(description="username of who made it", examples=["ada"])
    personal: bool = Field(description="whether it is the one that its owner was given")
    public: bool = Field(description="whether everybody sees it")
    unit: str | None = Field(default=None, description="id of the unit that pays for it")
    product: str | None = Field(default=None, description="id of the subscription by which it does")
    size_bytes: int = Field(description="of its files, as measured last", examples=[52428800])
    created: str
    permissions: list[Permission] | None = Field(
        default=None, description="what you may do in it; told of one project, not in lists"
    )


def add_routes(routes: APIRouter, projects: Projects, lifecycles: Lifecycles) -> None:
    """Add the routes."""
    _add_projects(routes, projects)
    _add_changes(routes, lifecycles, projects)
    _add_members(routes, projects)


def _add_projects(routes: APIRouter, projects: Projects) -> None:
    @routes.get(
        "/projects",
        operation_id="list_projects",
        summary="List the projects you see, newest first",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def list_all(
        call: CallerCall, page: ById, name: Annotated[Title | None, Query(description="only those called so")] = None
    ) -> PageOut[ProjectOut]:
        return await call(lambda tx, caller: page_out(projects.list(tx, caller, page, name=name), _out))

    @routes.get(
        "/projects/{reference}",
        operation_id="show_project",
        summary="Show a project, by id or by your own name for it",
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def show(reference: str, call: CallerCall) -> ProjectOut:
        return await call(lambda tx, caller: _shown(tx, caller, projects, projects.show(tx, caller, reference)))


def _add_changes(routes: APIRouter, lifecycles: Lifecycles, projects: Projects) -> None:
    @routes.post(
        "/projects",
        operation_id="create_project",
        summary="Make a project",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def create(body: ProjectIn, call: CallerCall) -> ProjectOut:
        private = None if body.public is None else not body.public
        new = NewProject(name=body.name, product=body.product, private=private)
        return await call(lambda tx, caller: _shown(tx, caller, projects, lifecycles.create(tx, caller, new)))

    @routes.patch(
        "/projects/{reference}",
        operation_id="change_project",
        summary="Rename a project, or change who sees it",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def change(reference: str, body: ProjectChangeIn, call: CallerCall) -> ProjectOut:
        wanted = ProjectChange(name=body.name, public=body.public)
        return await call(
            lambda tx, caller: _shown(tx, caller, projects, lifecycles.change(tx, caller, reference, wanted))
        )

    @routes.delete(
        "/projects/{reference}",
        operation_id="remove_project",
        summary="Remove a project you made, with all its files, for good; the task tells when its files are gone",
        status_code=HTTPStatus.ACCEPTED,
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def remove(reference: str, call: CallerCall) -> RemovalOut:
        return RemovalOut(task=(await call(lambda tx, caller: lifecycles.remove(tx, caller, reference))).id)


def _add_members(routes: APIRouter, projects: Projects) -> None:
    @routes.get(
        "/projects/{reference}/members",
        operation_id="list_project_members",
        summary="List who is what in a project",
        responses=responses(403, 404),
    )
    async def members(reference: str, call: CallerCall) -> MembersOut:
        return await call(lambda tx, caller: members_out(projects.members(tx, caller, reference)))

    @routes.put(
        "/projects/{reference}/members/{username}",
        operation_id="set_project_member",
        summary="Give a user, `group:<name>` or `everyone` a role in a project",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def put(reference: str, username: str, body: MemberIn, call: CallerCall) -> None:
        await call(lambda tx, caller: projects.set_member(tx, caller, reference, username, body.role))

    @routes.delete(
        "/projects/{reference}/members/{username}",
        operation_id="remove_project_member",
        summary="Take a user, `group:<name>` or `everyone` out of a project, which keeps an owner and an editor",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def remove(reference: str, username: str, call: CallerCall) -> None:
        await call(lambda tx, caller: projects.remove_member(tx, caller, reference, username))


def _shown(tx: Tx, caller: Caller, projects: Projects, project: Project) -> ProjectOut:
    permissions = projects.permissions(tx, caller, project.id)
    return _out(project).model_copy(update={"permissions": list(permissions)})


def _out(project: Project) -> ProjectOut:
    return ProjectOut(
        id=project.id,
        name=project.name,
        owner=project.owner,
        personal=project.personal,
        public=project.public,
        unit=project.unit,
        product=project.product,
        size_bytes=project.size_bytes,
        created=wire_time(project.created_at),
    )
