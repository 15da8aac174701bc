"""The routes of workflows, and of those that run."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel

from fieldstation.core.people.model import Caller
from fieldstation.core.pipelines.model.definition import read_workflow
from fieldstation.core.pipelines.model.values import KeptWorkflow, NewRun, NewWorkflow, RunKey, WorkflowChange
from fieldstation.core.pipelines.service import RunningWorkflows, Workflows
from fieldstation.core.pipelines.service.workflows import faults_of
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.names import Text
from fieldstation.facades.rest.workflows.shapes import (
    RunningOut,
    RunningStepOut,
    TagIn,
    WholeWorkflowOut,
    WorkflowIn,
    WorkflowOut,
    WorkflowPatch,
    WorkflowRunIn,
    running_out,
    running_step_out,
    whole_out,
    workflow_out,
)
from fieldstation.kernel.canonical import digest
from fieldstation.kernel.errors import Invalid

_Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="the same key never makes it run a second time; kept for 48 hours",
    ),
]
_Filter = Annotated[Text | None, Query(max_length=200)]


@dataclass(frozen=True, kw_only=True)
class WorkflowsDoor:
    """What the routes need."""

    workflows: Workflows
    running: RunningWorkflows
    movers: Movers


def router(door: WorkflowsDoor) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["workflows"])
    _add_reads(routes, door.workflows)
    _add_writes(routes, door)
    _add_runs(routes, door.running)
    _add_running(routes, door.running)
    return routes


def _add_reads(routes: APIRouter, workflows: Workflows) -> None:
    @routes.get(
        "/workflows",
        operation_id="list_workflows",
        summary="List the workflows you see, newest first",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def listed(
        call: CallerCall,
        page: ById,
        source: Annotated[Text | None, Query(max_length=200, description="only versions of this draft")] = None,
    ) -> PageOut[WorkflowOut]:
        filters = {} if source is None else {"source": source}
        return await call(lambda tx, caller: page_out(workflows.list(tx, caller, page, filters), workflow_out))

    @routes.get(
        "/workflows/{workflow_id}",
        operation_id="show_workflow",
        summary="Show a workflow with its definition, and all that is wrong with it",
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def one(workflow_id: str, call: CallerCall) -> WholeWorkflowOut:
        return await call(lambda tx, caller: _whole(workflows.show(tx, caller, workflow_id)))


def _add_writes(routes: APIRouter, door: WorkflowsDoor) -> None:
    workflows = door.workflows

    @routes.post(
        "/workflows",
        operation_id="create_workflow",
        summary="Keep a workflow as a draft, whatever faults its definition has",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(403, 404, 413),
    )
    async def create(body: WorkflowIn, call: CallerCall) -> WholeWorkflowOut:
        reading = await door.movers.run(lambda: read_workflow(body.definition))
        new = NewWorkflow(name=body.name, reading=reading, scope=body.scope, scope_id=body.scope_id)
        return await call(lambda tx, caller: _whole(workflows.create(tx, caller, new)))

    @routes.patch(
        "/workflows/{workflow_id}",
        operation_id="change_workflow",
        summary="Change a draft",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409, 413),
    )
    async def change(workflow_id: str, body: WorkflowPatch, call: CallerCall) -> WholeWorkflowOut:
        text = body.definition
        reading = None if text is None else await door.movers.run(lambda: read_workflow(text))
        wanted = WorkflowChange(name=body.name, reading=reading)
        return await call(lambda tx, caller: _whole(workflows.change(tx, caller, workflow_id, wanted)))

    @routes.post(
        "/workflows/{workflow_id}/versions",
        operation_id="tag_workflow",
        summary="Keep a draft as it is now as a version, which nothing changes",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def tag(workflow_id: str, body: TagIn, call: CallerCall) -> WholeWorkflowOut:
        return await call(lambda tx, caller: _whole(workflows.tag(tx, caller, workflow_id, body.version)))

    @routes.delete(
        "/workflows/{workflow_id}",
        operation_id="remove_workflow",
        summary="Remove a workflow that no version was made from",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def remove(workflow_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: workflows.remove(tx, caller, workflow_id))


def _add_runs(routes: APIRouter, running: RunningWorkflows) -> None:
    @routes.post(
        "/workflows/{workflow_id}/runs",
        operation_id="run_workflow",
        summary="Run a workflow in a project",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(402, 403, 404, 409),
    )
    async def run(workflow_id: str, body: WorkflowRunIn, call: CallerCall, idempotency_key: _Key = None) -> RunningOut:
        key = None if idempotency_key is None else RunKey(key=idempotency_key, digest=_digest(workflow_id, body))
        new = NewRun(workflow=workflow_id, project=body.project, name=body.name, variables=body.variables)
        return await call(lambda tx, caller: running_out(running.run(tx, caller, new, key)))

    @routes.get(
        "/running-workflows",
        operation_id="list_running_workflows",
        summary="List the workflows that run, or did, in projects you see, newest first",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def listed(
        call: CallerCall, page: ById, project: _Filter = None, workflow: _Filter = None
    ) -> PageOut[RunningOut]:
        asked = {"project": project, "workflow": workflow}
        filters = {name: text for name, text in asked.items() if text is not None}
        return await call(lambda tx, caller: page_out(running.list(tx, caller, page, filters), running_out))


def _add_running(routes: APIRouter, running: RunningWorkflows) -> None:
    @routes.get(
        "/running-workflows/{running_id}",
        operation_id="show_running_workflow",
        summary="Show a workflow that runs, or did",
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def one(running_id: str, call: CallerCall) -> RunningOut:
        return await call(lambda tx, caller: running_out(running.show(tx, caller, running_id)))

    @routes.get(
        "/running-workflows/{running_id}/steps",
        operation_id="list_running_steps",
        summary="List the steps of a workflow that were launched, in their order",
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def steps(running_id: str, call: CallerCall, page: ById) -> PageOut[RunningStepOut]:
        return await call(lambda tx, caller: page_out(running.steps(tx, caller, running_id, page), running_step_out))

    @routes.post(
        "/running-workflows/{running_id}/stop",
        operation_id="stop_running_workflow",
        summary="End a workflow: nothing more begins, and what runs is ended",
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def stop(running_id: str, call: CallerCall) -> RunningOut:
        return await call(lambda tx, caller: running_out(running.stop(tx, caller, running_id)))

    @routes.delete(
        "/running-workflows/{running_id}",
        operation_id="remove_running_workflow",
        summary="Take a workflow that has ended from the list; its instances stay",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def remove(running_id: str, call: CallerCall) -> None:
        def work(tx: Tx, caller: Caller) -> None:
            running.remove(tx, caller, running_id)

        await call(work)


def _whole(kept: KeptWorkflow) -> WholeWorkflowOut:
    return whole_out(kept, faults_of(kept).problems)


def _digest(workflow_id: str, body: BaseModel) -> str:
    try:
        return digest({"workflow": workflow_id, **body.model_dump(mode="json")})
    except ValueError as error:
        raise Invalid(
            "the body holds a text that is not Unicode, or a number that JSON does not carry exactly",
            next_step="give such a number as text, and mend the text",
        ) from error
