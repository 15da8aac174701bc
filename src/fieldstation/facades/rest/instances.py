"""Jobs launched in projects over REST."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from fieldstation.core.accounting.model.products import coins
from fieldstation.core.instances.model.values import Callback, Instance, Launch, Phase
from fieldstation.core.instances.service import Instances
from fieldstation.core.tools.model.jobs import JobName
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.launching import Launching
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.names import Text
from fieldstation.kernel.clock import wire_time


class JobIn(BaseModel):
    """One version of a job."""

    model_config = ConfigDict(extra="forbid")

    collection: Text = Field(max_length=80, examples=["im-test"])
    job: Text = Field(max_length=80, examples=["nop"])
    version: Text = Field(max_length=24, examples=["1.0.0"])


class CallbackIn(BaseModel):
    """Where to tell each state, by PUT."""

    model_config = ConfigDict(extra="forbid")

    url: Text = Field(max_length=2000, examples=["https://lims.example.org/told"])
    context: Text | None = Field(default=None, max_length=256, description="goes along with what is told")
    token: Text | None = Field(default=None, description="22 letters and digits that read the project's files")
    make_token: StrictBool = Field(default=False, description="have such a token be made")


class LaunchIn(BaseModel):
    """A job to launch in a project."""

    model_config = ConfigDict(extra="forbid")

    project: Text = Field(description="id of a project, or your own name for it")
    name: Text = Field(max_length=80, examples=["Morning run"])
    job: JobIn
    variables: dict[str, Any] = Field(default_factory=dict, description="inputs and options by name")
    sub_path: Text | None = Field(default=None, description="the folder that it starts in, below its own")
    callback: CallbackIn | None = None
    debug: StrictBool = Field(
        default=False, description="keep it, its log and its hidden folder after its end, until it is removed"
    )


class ExpectedOut(BaseModel):
    """What a launch is expected to cost; so much is set aside for it."""

    coins: str = Field(description="the median of what such jobs cost before, at the rate of now", examples=["1.5"])
    past: int = Field(description="how many of them that is the median of, at most 20")
    rate: str | None = Field(default=None, description="coins for a thousand of its cost; absent: it is free")


class TriedOut(BaseModel):
    """What a launch would come to."""

    command: str
    outputs: dict[str, Any]
    quote: ExpectedOut


class LaunchedOut(BaseModel):
    """A job that was launched."""

    id: str = Field(examples=["instance-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
    task: str = Field(description="id of the task to follow")
    command: str
    callback_token: str | None = Field(default=None, description="told this once")


class InstanceOut(BaseModel):
    """A job that was launched, and how far it is."""

    id: str
    run: str = Field(description="id of the run that it is")
    task: str = Field(description="id of the task that follows it")
    project: str
    launched_by: str
    name: str
    job: JobIn
    title: str = Field(description="what the job is called", examples=["Do nothing"])
    variables: dict[str, Any]
    sub_path: str | None = None
    command: str
    outputs: dict[str, Any] = Field(description="what it makes, by name; `creates` is where in the project")
    described: list[str] = Field(description="files that describe its outputs, written beside them when it ended well")
    phase: Phase
    exit_code: int | None = Field(default=None, description="of its program, where that ended by itself")
    error: str | None = None
    archived: bool = Field(description="whether it stays when others of its age go")
    debug: bool = Field(description="whether it stays until it is removed, as its launch said")
    rate: str | None = Field(default=None, description="coins for a thousand of its cost, fixed at launch")
    cost: str | None = None
    coins: str | None = None
    launched_at: str
    started_at: str | None = None
    stopped_at: str | None = None


class InstanceChangeIn(BaseModel):
    """What shall change about an instance."""

    model_config = ConfigDict(extra="forbid")

    archived: StrictBool


class InstanceRemovalOut(BaseModel):
    """An instance that nobody sees any more."""

    task: str = Field(description="id of the task that ends it and removes its folder")


def router(launching: Launching, instances: Instances) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["instances"])
    _add_launches(routes, launching)
    _add_instances(routes, instances)
    return routes


def _add_launches(routes: APIRouter, launching: Launching) -> None:
    @routes.post(
        "/instances/trial",
        operation_id="try_instance",
        summary="Tell what a launch would come to, and launch nothing",
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def tried(body: LaunchIn, call: CallerCall) -> TriedOut:
        worked = await launching.worked(call, _launch(body))
        found = worked.draft.quote
        rate = None if found.rate is None else coins(found.rate)
        quote = ExpectedOut(coins=coins(found.coins), past=found.past, rate=rate)
        return TriedOut(command=worked.command, outputs=dict(worked.outputs), quote=quote)

    @routes.post(
        "/instances",
        operation_id="launch_instance",
        summary="Launch a job in a project",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(402, 403, 404, 409),
    )
    async def launch(body: LaunchIn, call: CallerCall) -> LaunchedOut:
        found = await launching.launch(call, await launching.worked(call, _launch(body)))
        return LaunchedOut(id=found.instance_id, task=found.task_id, command=found.command, callback_token=found.token)


def _add_instances(routes: APIRouter, instances: Instances) -> None:
    @routes.get(
        "/instances",
        operation_id="list_instances",
        summary="List the launched jobs you see, newest first",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def listed(
        call: CallerCall,
        page: ById,
        project: Annotated[Text | None, Query(max_length=200, description="only those of this project (id)")] = None,
    ) -> PageOut[InstanceOut]:
        projects = None if project is None else [project]
        return await call(lambda tx, caller: page_out(instances.list(tx, caller, page, projects=projects), _out))

    @routes.get(
        "/instances/{instance_id}",
        operation_id="show_instance",
        summary="Show a launched job",
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def one(instance_id: str, call: CallerCall) -> InstanceOut:
        return await call(lambda tx, caller: _out(instances.show(tx, caller, instance_id)))

    @routes.patch(
        "/instances/{instance_id}",
        operation_id="change_instance",
        summary="Keep a launched job for ever, or as long as others",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404),
    )
    async def change(instance_id: str, body: InstanceChangeIn, call: CallerCall) -> None:
        await call(lambda tx, caller: instances.archive(tx, caller, instance_id, archived=body.archived))

    @routes.delete(
        "/instances/{instance_id}",
        operation_id="remove_instance",
        summary="End a launched job and remove it; what it made stays",
        status_code=HTTPStatus.ACCEPTED,
        responses=responses(403, 404, 409),
    )
    async def remove(instance_id: str, call: CallerCall) -> InstanceRemovalOut:
        return InstanceRemovalOut(task=(await call(lambda tx, caller: instances.remove(tx, caller, instance_id))).id)


def _launch(body: LaunchIn) -> Launch:
    given = body.callback
    callback = Callback() if given is None else Callback(**given.model_dump())
    return Launch(
        project=body.project,
        name=body.name,
        job=JobName(**body.job.model_dump()),
        variables=body.variables,
        sub_path=body.sub_path,
        callback=callback,
        debug="1" if body.debug else None,
    )


def _out(instance: Instance) -> InstanceOut:
    said: Mapping[str, Any] = instance.specification
    return InstanceOut(
        id=instance.id,
        run=instance.run_id,
        task=instance.task_id,
        project=instance.project,
        launched_by=instance.owner,
        name=instance.name,
        job=JobIn(collection=instance.job.collection, job=instance.job.job, version=instance.job.version),
        title=instance.title,
        variables=dict(said.get("variables", {})),
        sub_path=said.get("sub_path"),
        command=instance.command,
        outputs=dict(instance.outputs),
        described=list(instance.described),
        phase=instance.phase,
        exit_code=instance.exit_code,
        error=instance.error,
        archived=instance.archived,
        debug=instance.debug,
        rate=None if instance.rate is None else f"{instance.rate.normalize():f}",
        cost=None if instance.cost is None else f"{instance.cost.normalize():f}",
        coins=None if instance.coins is None else f"{instance.coins.normalize():f}",
        launched_at=wire_time(instance.launched_at),
        started_at=None if instance.started_at is None else wire_time(instance.started_at),
        stopped_at=None if instance.stopped_at is None else wire_time(instance.stopped_at),
    )
