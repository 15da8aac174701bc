"""Instances: jobs and applications launched, tried dry, shown, kept and removed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from fieldstation.core.instances.model.values import Callback, Instance, Launch, Phase
from fieldstation.core.instances.service import CallbackTokens, Instances
from fieldstation.core.people.model import Caller
from fieldstation.core.projects.service import Projects
from fieldstation.core.tools.model.jobs import JobName
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall, Core
from fieldstation.facades.kit.grounds import Grounds
from fieldstation.facades.kit.launching import Launching
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.arguments import Arguments, GivenArguments, described
from fieldstation.facades.squonk.data_manager.apps import MOST, AppDoor, AppStartedOut
from fieldstation.facades.squonk.data_manager.files import FILE_ANSWER, joined
from fieldstation.facades.squonk.data_manager.instance_shapes import (
    JOBS,
    InstanceOut,
    InstanceTaskOut,
    specification_of,
)
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid, NotFound
from fieldstation.kernel.paging import PageRequest

_LAUNCH = (
    "callback_url", "callback_context", "callback_token", "generate_callback_token", "debug",
)  # fmt: skip


_Name = Annotated[str | None, Query(max_length=200)]


class StartedOut(BaseModel):
    """An instance that was launched."""

    instance_id: str
    task_id: str
    command: str
    callback_token: str | None = None


class DryOut(BaseModel):
    """What would be launched."""

    command: str
    callback_token: str | None = None


class RemovalOut(BaseModel):
    """The task that ends an instance."""

    task_id: str


class InstancesOut(BaseModel):
    """The instances that you see, newest first."""

    count: int
    instances: list[InstanceOut]


@dataclass(frozen=True, kw_only=True)
class InstanceDoor:
    """What the routes of instances need."""

    launching: Launching
    instances: Instances
    tokens: CallbackTokens
    apps: AppDoor
    projects: Projects


def router(door: InstanceDoor, grounds: Grounds) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["instance"])
    _add_launches(routes, door)
    _add_reads(routes, door)
    _add_changes(routes, door)
    _add_tokens(routes, door, grounds)
    return routes


def _add_launches(routes: APIRouter, door: InstanceDoor) -> None:
    launching = door.launching
    takes = described("application_id", "project_id", "as_name", optional=("specification", *_LAUNCH))

    @routes.post(
        "/instance",
        operation_id="create_instance",
        summary="Launch a job or an application",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=refusals(404, 409),
        openapi_extra=takes,
    )
    async def launch(arguments: GivenArguments, call: CallerCall) -> StartedOut | AppStartedOut:
        if arguments.needed("application_id") != JOBS:
            return await call(lambda tx, caller: door.apps.launch(tx, caller, arguments))
        started = await launching.launch(call, await launching.worked(call, _launch(arguments)))
        return StartedOut(
            instance_id=started.instance_id,
            task_id=started.task_id,
            command=started.command,
            callback_token=started.token,
        )

    @routes.post(
        "/instance/dry-run",
        operation_id="dry_run_instance",
        summary="Tell what a launch would come to, and launch nothing",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=refusals(404, 409),
        openapi_extra=takes,
    )
    async def dry_run(arguments: GivenArguments, call: CallerCall) -> DryOut:
        application = arguments.needed("application_id")
        if application != JOBS:
            await call(lambda tx, caller: door.apps.describe(tx, caller, application))
            raise Invalid("only jobs can be tried dry", next_step=f"launch it, or name the application of jobs: {JOBS}")
        wanted = _launch(arguments)
        worked = await launching.worked(call, wanted)
        return DryOut(command=worked.command, callback_token=wanted.callback.token)


def _add_reads(routes: APIRouter, door: InstanceDoor) -> None:
    @routes.get(
        "/instance",
        operation_id="get_instances",
        summary="The instances that you see, newest first",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def listed(
        call: CallerCall, project_id: _Name = None, unit_id: _Name = None, org_id: _Name = None
    ) -> InstancesOut:
        request = PageRequest(limit=MOST)

        def found(tx: Tx, caller: Caller) -> list[InstanceOut]:
            projects = [project_id] if project_id else None
            if unit_id or org_id:
                paid = door.projects.paid_by(tx, caller, unit=unit_id or None, organisation=org_id or None)
                projects = [one for one in paid if project_id in (None, "", one)]
            jobs = door.instances.list(tx, caller, request, projects=projects).items
            apps = door.apps.parts.apps.list(tx, caller, request, projects=projects).items
            shown = [instance_out(one, listed=True) for one in jobs]
            return [*shown, *(door.apps.shown(one, listed=True) for one in apps)]

        all_of_them = sorted(await call(found), key=lambda one: one.launched, reverse=True)[: request.limit]
        return InstancesOut(count=len(all_of_them), instances=all_of_them)

    @routes.get(
        "/instance/{instance_id}",
        operation_id="get_instance",
        summary="One instance",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def one(instance_id: str, call: CallerCall) -> InstanceOut:
        def found(tx: Tx, caller: Caller) -> InstanceOut:
            try:
                return instance_out(door.instances.show(tx, caller, instance_id), listed=False)
            except NotFound:
                return door.apps.shown(door.apps.parts.apps.show(tx, caller, instance_id), listed=False)

        return await call(found)


def _add_changes(routes: APIRouter, door: InstanceDoor) -> None:
    @routes.patch(
        "/instance/{instance_id}",
        operation_id="patch_instance",
        summary="Keep an instance for ever, or as long as others",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals(404),
        openapi_extra=described(optional=("archive",)),
    )
    async def change(instance_id: str, arguments: GivenArguments, call: CallerCall) -> None:
        archived = arguments.flag("archive")
        if archived is not None:

            def kept(tx: Tx, caller: Caller) -> None:
                try:
                    door.instances.archive(tx, caller, instance_id, archived=archived)
                except NotFound:
                    door.apps.parts.apps.archive(tx, caller, instance_id, archived=archived)

            await call(kept)

    @routes.delete(
        "/instance/{instance_id}",
        operation_id="delete_instance",
        summary="End an instance and remove it; what it made stays",
        responses=refusals(404, 409),
    )
    async def remove(instance_id: str, call: CallerCall) -> RemovalOut:
        def removed(tx: Tx, caller: Caller) -> str:
            try:
                return door.instances.remove(tx, caller, instance_id).id
            except NotFound:
                return door.apps.parts.apps.remove(tx, caller, instance_id).id

        return RemovalOut(task_id=await call(removed))


def _add_tokens(routes: APIRouter, door: InstanceDoor, grounds: Grounds) -> None:
    @routes.delete(
        "/instance/{instance_id}/token/{token}",
        operation_id="delete_instance_token",
        summary="End a callback token; who holds it may",
        response_class=Response,
        responses=refusals(),
    )
    async def end(instance_id: str, token: str, request: Request) -> Response:
        core: Core = request.app.state.core
        await core.run(lambda tx: door.tokens.end(tx, instance_id, token))
        return Response()

    @routes.get(
        "/project/{project_id}/file-with-token",
        operation_id="get_project_file_with_token",
        summary="Read a file of a project with a callback token and nothing else",
        responses={**refusals(404, 409), **FILE_ANSWER},
        response_class=Response,
    )
    async def read(
        project_id: str,
        request: Request,
        token: Annotated[str, Query(max_length=100)],
        file: Annotated[str, Query(max_length=1100)],
        path: Annotated[str, Query(max_length=1100)] = "/",
    ) -> Response:
        core: Core = request.app.state.core
        ground = await core.run(lambda tx: door.tokens.ground(tx, token, project_id))
        return await grounds.sent(ground, joined(path, file), request.headers)


def _launch(arguments: Arguments) -> Launch:
    specification = specification_of(arguments.needed("specification"))
    variables = specification.get("variables") or {}
    if not isinstance(variables, dict):
        raise Invalid("the variables of the specification are no object", next_step="give an object of variables")
    sub_path = specification.get("sub_path")
    url = arguments.text("callback_url")
    return Launch(
        project=arguments.needed("project_id"),
        name=arguments.needed("as_name"),
        job=JobName(**{key: _text(specification, key) for key in ("collection", "job", "version")}),
        variables=variables,
        sub_path=None if sub_path in (None, "") else str(sub_path),
        debug=arguments.text("debug"),
        callback=Callback(
            url=url,
            context=arguments.text("callback_context"),
            token=arguments.text("callback_token"),
            make_token=bool(arguments.flag("generate_callback_token")),
        ),
    )


def _text(specification: Mapping[str, Any], key: str) -> str:
    found = specification.get(key)
    if not isinstance(found, str) or not found:
        raise Invalid(f"the specification has no {key}", next_step=f"say which {key} is meant, as text")
    return found


def instance_out(instance: Instance, *, listed: bool) -> InstanceOut:
    """Describe an instance, as lists do or whole."""
    return InstanceOut(
        id=instance.id if listed else None,
        name=instance.name,
        owner=instance.owner,
        project_id=instance.project,
        archived=instance.archived,
        application_specification=instance.written,
        phase=instance.phase.value.upper(),
        launched=wire_time(instance.launched_at),
        started=None if instance.started_at is None else wire_time(instance.started_at),
        stopped=None if instance.stopped_at is None else wire_time(instance.stopped_at),
        run_time=str(_lasted(instance)),
        job_id=instance.job_number,
        job_collection=instance.job.collection,
        job_job=instance.job.job,
        job_name=instance.title,
        job_version=instance.job.version,
        job_image_type="NEXTFLOW" if instance.nextflow else "SIMPLE",
        outputs=dict(instance.outputs),
        written_job_annotation_files=None if listed else list(instance.described) or None,
        coins=None if instance.coins is None else f"{instance.coins.normalize():f}",
        cost=None if instance.cost is None else f"{instance.cost.normalize():f}",
        error_message=instance.error if instance.phase is Phase.FAILED else None,
        launch_exchange_rate=None if listed or instance.rate is None else f"{instance.rate.normalize():f}",
        authorisation_code=instance.authorisation,
        has_valid_callback_token=None if listed else instance.token_valid,
        tasks=None if listed else [InstanceTaskOut(id=instance.task_id, purpose="CREATE")],
        running_workflow_step_id=None if listed else instance.step,
    )


def _lasted(instance: Instance) -> timedelta:
    """Return for how long it ran; of one that runs, until now as its start and this process see it."""
    if instance.started_at is None:
        return timedelta()
    return (instance.stopped_at or datetime.now(instance.started_at.tzinfo)) - instance.started_at
