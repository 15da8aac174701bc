"""Applications over REST: which there are, and those that run in projects."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from fieldstation.core.accounting.model.products import coins
from fieldstation.core.apps.model.values import App, Application, AppPhase, NewApp
from fieldstation.core.apps.service import AppServices
from fieldstation.core.tools.model.apps import Cost
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.names import Text
from fieldstation.kernel.clock import wire_time


class CostOut(BaseModel):
    """What an application costs while it runs."""

    coins: str = Field(description="for each period and PxGi (processor × GiB of memory)", examples=["1.5"])
    period_seconds: float = Field(examples=[3600])
    pro_rata: bool = Field(description="false: a period begun counts whole")


class ApplicationOut(BaseModel):
    """An application that can be launched, in its newest version."""

    id: str = Field(description="PLURAL.GROUP", examples=["filebrowsers.fieldstation.org"])
    tool: str = Field(description="id of the tool that it is")
    version: str = Field(examples=["1.0.0"])
    title: str
    description: str
    parameters: dict[str, Any] = Field(description="JSON Schema (2020-12) of its variables")
    variants: list[str] = Field(description="names of its images, for the variable `image`")
    cost: CostOut
    cpu: float = Field(description="processors, unless the variable `cpu` says otherwise")
    memory_bytes: int = Field(description="unless the variable `memory` says otherwise")


class AppIn(BaseModel):
    """An application to launch in a project."""

    model_config = ConfigDict(extra="forbid")

    project: Text = Field(description="id of a project, or your own name for it")
    name: Text = Field(max_length=80, examples=["My files"])
    application: Text = Field(
        max_length=250, description="its id, also with @VERSION", examples=["filebrowsers.fieldstation.org"]
    )
    variables: dict[str, Any] = Field(default_factory=dict, description="by name, as its parameters say")


class AppOut(BaseModel):
    """An application that was launched, and how far it is."""

    id: str
    run: str = Field(description="id of the run that it is")
    task: str = Field(description="id of the task that follows it; it is started once the application can be opened")
    project: str
    launched_by: str
    name: str
    application: str
    version: str
    title: str
    variables: dict[str, Any]
    phase: AppPhase
    error: str | None = None
    url: str = Field(description="where a browser opens it, once it runs")
    archived: bool = Field(description="whether it stays to be seen when others of its age go")
    cost: CostOut
    units: str = Field(description="how many PxGi it has", examples=["2"])
    coins: str | None = Field(default=None, description="what it has cost until now")
    launched_at: str
    answered_at: str | None = Field(default=None, description="when it could first be opened")
    stopped_at: str | None = None


class AppChangeIn(BaseModel):
    """What shall change about an application."""

    model_config = ConfigDict(extra="forbid")

    archived: StrictBool


class AppRemovalOut(BaseModel):
    """An application that nobody sees any more."""

    task: str = Field(description="id of the task that is done once its program has ended")


def router(parts: AppServices, address: str) -> APIRouter:
    """Return the routes; `address` is the station's."""
    routes = APIRouter(tags=["applications"])
    _add_applications(routes, parts)
    _add_reads(routes, parts, address.rstrip("/"))
    _add_changes(routes, parts, address.rstrip("/"))
    return routes


def _add_applications(routes: APIRouter, parts: AppServices) -> None:
    @routes.get(
        "/applications",
        operation_id="list_applications",
        summary="List the applications that you may launch, newest first",
        responses=responses(),
    )
    async def listed(call: CallerCall, page: ById) -> PageOut[ApplicationOut]:
        return await call(lambda tx, caller: page_out(parts.applications.list(tx, caller, page), _application_out))

    @routes.get(
        "/applications/{application}",
        operation_id="show_application",
        summary="Show an application that can be launched",
        responses=responses(404, 409),
    )
    async def one(application: Text, call: CallerCall) -> ApplicationOut:
        return await call(lambda tx, caller: _application_out(parts.applications.show(tx, caller, application)))


def _add_reads(routes: APIRouter, parts: AppServices, address: str) -> None:
    shown = _shown(address)

    @routes.get(
        "/apps",
        operation_id="list_apps",
        summary="List the launched applications you see, newest first",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def listed(
        call: CallerCall,
        page: ById,
        project: Annotated[Text | None, Query(max_length=200, description="only those of this project (id)")] = None,
    ) -> PageOut[AppOut]:
        projects = None if project is None else [project]
        return await call(lambda tx, caller: page_out(parts.apps.list(tx, caller, page, projects=projects), shown))

    @routes.get(
        "/apps/{app_id}",
        operation_id="show_app",
        summary="Show a launched application",
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def one(app_id: str, call: CallerCall) -> AppOut:
        return await call(lambda tx, caller: shown(parts.apps.show(tx, caller, app_id)))


def _add_changes(routes: APIRouter, parts: AppServices, address: str) -> None:
    shown = _shown(address)

    @routes.post(
        "/apps",
        operation_id="launch_app",
        summary="Launch an application in a project",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(402, 403, 404, 409),
    )
    async def launch(body: AppIn, call: CallerCall) -> AppOut:
        return await call(lambda tx, caller: shown(parts.launches.launch(tx, caller, NewApp(**body.model_dump()))))

    @routes.post(
        "/apps/{app_id}/stop",
        operation_id="stop_app",
        summary="End a launched application, which stays to be seen",
        status_code=HTTPStatus.ACCEPTED,
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def stop(app_id: str, call: CallerCall) -> AppOut:
        return await call(lambda tx, caller: shown(parts.apps.stop(tx, caller, app_id)))

    @routes.patch(
        "/apps/{app_id}",
        operation_id="change_app",
        summary="Keep a launched application to be seen for ever, or as long as others",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404),
    )
    async def change(app_id: str, body: AppChangeIn, call: CallerCall) -> None:
        await call(lambda tx, caller: parts.apps.archive(tx, caller, app_id, archived=body.archived))

    @routes.delete(
        "/apps/{app_id}",
        operation_id="remove_app",
        summary="End a launched application and remove it; what it wrote into the project stays",
        status_code=HTTPStatus.ACCEPTED,
        responses=responses(403, 404, 409),
    )
    async def remove(app_id: str, call: CallerCall) -> AppRemovalOut:
        return AppRemovalOut(task=(await call(lambda tx, caller: parts.apps.remove(tx, caller, app_id))).id)


def _cost_out(cost: Cost) -> CostOut:
    return CostOut(coins=coins(cost.coins), period_seconds=cost.period_seconds, pro_rata=cost.pro_rata)


def _application_out(one: Application) -> ApplicationOut:
    return ApplicationOut(
        id=one.id,
        tool=one.tool_id,
        version=one.version,
        title=one.title,
        description=one.description,
        parameters=dict(one.parameters),
        variants=list(one.variants),
        cost=_cost_out(one.cost),
        cpu=one.cores,
        memory_bytes=one.memory_bytes,
    )


def _shown(address: str) -> Callable[[App], AppOut]:
    def shown(app: App) -> AppOut:
        return AppOut(
            id=app.id,
            run=app.run_id,
            task=app.task_id,
            project=app.project,
            launched_by=app.owner,
            name=app.name,
            application=app.application,
            version=app.version,
            title=app.title,
            variables=dict(app.variables),
            phase=app.phase,
            error=app.error,
            url=address + app.path,
            archived=app.archived,
            cost=_cost_out(app.cost),
            units=coins(app.units),
            coins=None if app.coins is None else coins(app.coins),
            launched_at=wire_time(app.launched_at),
            answered_at=None if app.answered_at is None else wire_time(app.answered_at),
            stopped_at=None if app.stopped_at is None else wire_time(app.stopped_at),
        )

    return shown
