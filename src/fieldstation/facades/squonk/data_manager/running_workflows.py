"""Workflows that run, or did, and their steps."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fieldstation.core.pipelines.model.states import WorkflowState
from fieldstation.core.pipelines.model.values import Running, RunningStep
from fieldstation.core.pipelines.service import RunningWorkflows
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.arguments import GivenArguments
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.paging import MAX_LIMIT, PageRequest

MOST = 10 * MAX_LIMIT
_STATUS = {WorkflowState.STOPPED: "USER_STOPPED"}
_UNVERSIONED = "Unversioned"


class OfWorkflowOut(BaseModel):
    """Which workflow runs."""

    id: str
    name: str
    version: str


class InProjectOut(BaseModel):
    """Where it runs."""

    id: str
    name: str


class RunningOut(BaseModel):
    """A workflow that runs, or did; what is not known yet is absent."""

    id: str
    name: str
    status: str = Field(examples=["RUNNING"])
    started: str
    stopped: str | None = None
    error_num: int | None = None
    error_msg: str | None = None
    workflow: OfWorkflowOut
    project: InProjectOut
    running_user: str | None = None
    done: bool | None = None
    success: bool | None = None
    debug: str | None = None
    variables: dict[str, Any] | None = None
    stopping_user: str | None = None


class RunningsOut(BaseModel):
    """Those of projects that you see, oldest first."""

    count: int
    running_workflows: list[RunningOut]


class RunningStepOut(BaseModel):
    """A step that was launched, or was to be."""

    id: str
    name: str
    status: str = Field(examples=["SUCCESS"])
    done: bool
    success: bool | None = None
    started: str
    stopped: str | None = None
    error_num: int
    error_msg: str | None = None
    variables: dict[str, Any]
    instance_id: str | None = None
    task_id: str | None = None
    running_workflow: str


class RunningStepsOut(BaseModel):
    """The steps that were launched, in their order."""

    count: int
    running_workflow_steps: list[RunningStepOut]


def router(running: RunningWorkflows) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["running workflow"])
    _add_reads(routes, running)
    _add_ends(routes, running)
    return routes


def _add_reads(routes: APIRouter, running: RunningWorkflows) -> None:
    @routes.get(
        "/running-workflow",
        operation_id="get_running_workflows",
        summary="The workflows that run, or did, in projects that you see, oldest first",
        response_model_exclude_none=True,
        responses=refusals(),
        openapi_extra={
            "parameters": [
                {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
                for name in ("workflow_id", "project_id")
            ]
        },
    )
    async def listed(arguments: GivenArguments, call: CallerCall) -> RunningsOut:
        asked = {"workflow": arguments.text("workflow_id"), "project": arguments.text("project_id")}
        filters = {name: text for name, text in asked.items() if text is not None}
        request = PageRequest(limit=MOST)
        found = await call(lambda tx, caller: running.list(tx, caller, request, filters, oldest_first=True).items)
        return RunningsOut(count=len(found), running_workflows=[_out(one) for one in found])

    @routes.get(
        "/running-workflow/{running_workflow_id}",
        operation_id="get_running_workflow",
        summary="One workflow that runs, or did",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def one(running_workflow_id: str, call: CallerCall) -> RunningOut:
        return _whole(await call(lambda tx, caller: running.show(tx, caller, running_workflow_id)))

    @routes.get(
        "/running-workflow/{running_workflow_id}/steps",
        operation_id="get_running_workflow_steps",
        summary="The steps of a workflow that were launched",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def steps(running_workflow_id: str, call: CallerCall) -> RunningStepsOut:
        request = PageRequest(limit=MOST)
        found = (await call(lambda tx, caller: running.steps(tx, caller, running_workflow_id, request))).items
        shown = [_step(one, running_workflow_id) for one in found]
        return RunningStepsOut(count=len(shown), running_workflow_steps=shown)


def _add_ends(routes: APIRouter, running: RunningWorkflows) -> None:
    @routes.put(
        "/running-workflow/{running_workflow_id}/stop",
        operation_id="stop_running_workflow",
        summary="End a workflow: nothing more begins, and what runs is ended",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals(404),
    )
    async def stop(running_workflow_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: running.stop(tx, caller, running_workflow_id))

    @routes.delete(
        "/running-workflow/{running_workflow_id}",
        operation_id="delete_running_workflow",
        summary="Remove a workflow that has ended from the list",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals(404, 409),
    )
    async def remove(running_workflow_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: running.remove(tx, caller, running_workflow_id))


def _out(running: Running) -> RunningOut:
    of = OfWorkflowOut(id=running.workflow_id, name=running.workflow_name, version=running.version or _UNVERSIONED)
    return RunningOut(
        id=running.id,
        name=running.name,
        status=_STATUS.get(running.state, running.state.name),
        started=wire_time(running.started_at),
        stopped=None if running.ended_at is None else wire_time(running.ended_at),
        error_num=running.error_number or None,
        error_msg=running.error,
        workflow=of,
        project=InProjectOut(id=running.project, name=running.project_name),
    )


def _whole(running: Running) -> RunningOut:
    more = {
        "running_user": running.user,
        "done": running.state.final,
        "success": running.state is WorkflowState.SUCCESS if running.state.final else None,
        "debug": running.debug,
        "variables": dict(running.variables),
        "stopping_user": running.stopping,
    }
    return _out(running).model_copy(update=more)


def _step(step: RunningStep, running_id: str) -> RunningStepOut:
    return RunningStepOut(
        id=step.id,
        name=step.name,
        status=step.state.name,
        done=step.state.final,
        success=step.state is WorkflowState.SUCCESS if step.state.final else None,
        started=wire_time(step.started_at),
        stopped=None if step.ended_at is None else wire_time(step.ended_at),
        error_num=step.error_number,
        error_msg=step.error,
        variables=dict(step.variables),
        instance_id=step.instance,
        task_id=step.task,
        running_workflow=running_id,
    )
