"""Workflows: kept as drafts and versions, run in projects, followed and ended."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from fieldstation.core.pipelines.model.definition import Reading, read_workflow
from fieldstation.core.pipelines.model.faults import FORM
from fieldstation.core.pipelines.model.values import KeptWorkflow, NewRun, NewWorkflow, WorkflowChange, WorkflowScope
from fieldstation.core.pipelines.service import RunningWorkflows, Workflows
from fieldstation.facades.kit.calls import Call, CallerCall
from fieldstation.facades.kit.moving import Movers
from fieldstation.facades.squonk.application import refusals
from fieldstation.facades.squonk.arguments import Arguments, GivenArguments, described, note_form
from fieldstation.facades.squonk.forms import Received, receive
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import MAX_LIMIT, PageRequest

MOST = 10 * MAX_LIMIT
_FILE = "definition_file"
_SCOPES: Mapping[str, WorkflowScope] = {
    "GLOBAL": WorkflowScope.GLOBAL,
    "USER": WorkflowScope.USER,
    "PRODUCT": WorkflowScope.PRODUCT,
    "UNIT": WorkflowScope.UNIT,
    "ORGANISATION": WorkflowScope.ORGANISATION,
    "AS_PROJECT": WorkflowScope.PROJECT,
    "AS_UNIT": WorkflowScope.UNIT,
    "AS_ORGANISATION": WorkflowScope.ORGANISATION,
}
_WORDS = {
    WorkflowScope.PROJECT: "AS_PROJECT",
    WorkflowScope.UNIT: "AS_UNIT",
    WorkflowScope.ORGANISATION: "AS_ORGANISATION",
}


class StepOut(BaseModel):
    """A step of a workflow."""

    name: str
    specification: dict[str, Any]


class WorkflowOut(BaseModel):
    """A workflow; `name` is what it is called here, `workflow_name` what its definition says."""

    id: str
    name: str
    workflow_name: str | None = None
    workflow_description: str | None = None
    version: str | None = None
    validated: bool = Field(description="whether its definition is of the form")
    source_id: str | None = Field(default=None, description="the workflow that it is a version of")
    scope: str = Field(examples=["GLOBAL"])
    scope_id: str | None = None
    creating_user: str | None = None
    created: str | None = None
    validation_error_num: int | None = None
    validation_error_msg: list[str] | None = None
    variables: dict[str, Any] | None = None
    steps: list[StepOut] | None = None


class WorkflowsOut(BaseModel):
    """The workflows that you see, newest first."""

    count: int
    workflows: list[WorkflowOut]


class MadeWorkflowOut(BaseModel):
    """A workflow that was made."""

    id: str
    validated: bool


class ValidatedOut(BaseModel):
    """Whether the definition is of the form."""

    validated: bool


class IdOut(BaseModel):
    """What was made."""

    id: str


class DefinitionOut(BaseModel):
    """The text of a workflow."""

    definition: str


@dataclass(frozen=True, kw_only=True)
class WorkflowDoor:
    """What the routes of workflows need."""

    workflows: Workflows
    running: RunningWorkflows
    movers: Movers


def router(door: WorkflowDoor) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["workflow"])
    _add_reads(routes, door.workflows)
    _add_writes(routes, door)
    _add_versions(routes, door)
    return routes


def _add_reads(routes: APIRouter, workflows: Workflows) -> None:
    @routes.get(
        "/workflow",
        operation_id="get_workflows",
        summary="The workflows that you see, newest first",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def listed(call: CallerCall) -> WorkflowsOut:
        found = await call(lambda tx, caller: workflows.list(tx, caller, PageRequest(limit=MOST)).items)
        return WorkflowsOut(count=len(found), workflows=[_out(one) for one in found])

    @routes.get(
        "/workflow/{workflow_id}",
        operation_id="get_workflow",
        summary="One workflow",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def one(workflow_id: str, call: CallerCall) -> WorkflowOut:
        return _whole(await call(lambda tx, caller: workflows.show(tx, caller, workflow_id)))

    @routes.get(
        "/workflow/{workflow_id}/definition",
        operation_id="get_workflow_definition",
        summary="The definition of a workflow, as it was written",
        responses=refusals(404),
    )
    async def definition(workflow_id: str, call: CallerCall) -> DefinitionOut:
        found = await call(lambda tx, caller: workflows.show(tx, caller, workflow_id))
        return DefinitionOut(definition=found.definition)


def _add_writes(routes: APIRouter, door: WorkflowDoor) -> None:
    workflows = door.workflows

    @routes.post(
        "/workflow",
        operation_id="create_workflow",
        summary="Keep a workflow, whatever faults its definition has",
        status_code=HTTPStatus.CREATED,
        openapi_extra=_form("name", "scope", "scope_id", required=("name", "scope")),
        responses=refusals(404, 413),
    )
    async def create(request: Request, call: CallerCall) -> MadeWorkflowOut:
        received = await _received(request, call)
        text = _definition(received)
        if text is None:
            raise Invalid("a workflow without definition", next_step=f"send definition, or a file as {_FILE}")
        new = _new(received, await door.movers.run(lambda: read_workflow(text)))
        made = await call(lambda tx, caller: workflows.create(tx, caller, new))
        return MadeWorkflowOut(id=made.id, validated=made.workflow is not None)

    @routes.patch(
        "/workflow/{workflow_id}",
        operation_id="update_workflow",
        summary="Change a workflow that is no version",
        openapi_extra=_form("name"),
        responses=refusals(404, 409, 413),
    )
    async def change(workflow_id: str, request: Request, call: CallerCall) -> ValidatedOut:
        received = await _received(request, call)
        text = _definition(received)
        reading = None if text is None else await door.movers.run(lambda: read_workflow(text))
        wanted = WorkflowChange(name=received.fields.get("name") or None, reading=reading)
        changed = await call(lambda tx, caller: workflows.change(tx, caller, workflow_id, wanted))
        return ValidatedOut(validated=changed.workflow is not None)

    @routes.delete(
        "/workflow/{workflow_id}",
        operation_id="delete_workflow",
        summary="Remove a workflow that no version was made from",
        status_code=HTTPStatus.NO_CONTENT,
        responses=refusals(404, 409),
    )
    async def remove(workflow_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: workflows.remove(tx, caller, workflow_id))


def _add_versions(routes: APIRouter, door: WorkflowDoor) -> None:
    @routes.put(
        "/workflow/{workflow_id}/version",
        operation_id="apply_workflow_version",
        summary="Keep a workflow as it is now as a version, which nothing changes",
        status_code=HTTPStatus.CREATED,
        openapi_extra=described("version"),
        responses=refusals(404, 409),
    )
    async def tag(workflow_id: str, arguments: GivenArguments, call: CallerCall) -> IdOut:
        version = arguments.needed("version")
        return IdOut(id=(await call(lambda tx, caller: door.workflows.tag(tx, caller, workflow_id, version))).id)

    @routes.post(
        "/workflow/{workflow_id}/run",
        operation_id="run_workflow",
        summary="Run a workflow in a project",
        status_code=HTTPStatus.CREATED,
        openapi_extra=described("project_id", "as_name", optional=("variables", "debug")),
        responses=refusals(404, 409),
    )
    async def run(workflow_id: str, arguments: GivenArguments, call: CallerCall) -> IdOut:
        new = NewRun(
            workflow=workflow_id,
            project=arguments.needed("project_id"),
            name=arguments.needed("as_name"),
            variables=_variables(arguments),
            debug=arguments.text("debug"),
        )
        return IdOut(id=(await call(lambda tx, caller: door.running.run(tx, caller, new))).id)


async def _received(request: Request, call: Call) -> Received:
    """Read the form of somebody who is known."""
    await call(lambda _tx, _caller: None)
    received = await receive(request, _FILE)
    note_form(request.scope, {name: text for name, text in received.fields.items() if name != "definition"})
    return received


def _definition(received: Received) -> str | None:
    text = received.fields.get("definition") or None
    if received.file is None:
        return text
    if text is not None:
        raise Invalid("the definition comes twice", next_step=f"send definition or {_FILE}, not both")
    return received.file.decode("utf-8", "surrogateescape")


def _new(received: Received, reading: Reading) -> NewWorkflow:
    fields = received.fields
    missing = [name for name in ("name", "scope") if not fields.get(name)]
    if missing:
        raise Invalid(f"the form lacks {', '.join(missing)}", next_step="send these fields too", reason="form")
    word = fields["scope"]
    if word not in _SCOPES:
        raise Invalid(f"{word[:40]!r} is no scope", next_step=f"use one of: {', '.join(_SCOPES)}")
    return NewWorkflow(
        name=fields["name"],
        reading=reading,
        scope=_SCOPES[word],
        scope_id=fields.get("scope_id") or None,
        word=word,
    )


def _variables(arguments: Arguments) -> Mapping[str, Any]:
    text = arguments.text("variables")
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid("variables is no JSON object", next_step='send variables such as {"candidates": "mols.smi"}')
    return found


def _form(*fields: str, required: tuple[str, ...] = ()) -> dict[str, Any]:
    text, file = {"type": "string"}, {"type": "string", "format": "binary"}
    properties = dict.fromkeys((*fields, "definition"), text) | {_FILE: file}
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {"requestBody": {"content": {"multipart/form-data": {"schema": schema}}, "required": True}}


def _out(kept: KeptWorkflow) -> WorkflowOut:
    workflow = kept.workflow
    return WorkflowOut(
        id=kept.id,
        name=kept.name,
        workflow_name=None if workflow is None else workflow.name,
        workflow_description=None if workflow is None else workflow.description or None,
        version=kept.version,
        validated=workflow is not None,
        source_id=kept.source,
        scope=kept.word or _WORDS.get(kept.scope, kept.scope.name),
        scope_id=kept.scope_id or None,
    )


def _whole(kept: KeptWorkflow) -> WorkflowOut:
    workflow, faults = kept.workflow, [f"{fault.where}: {fault.text}" for fault in kept.faults]
    more: dict[str, Any] = {
        "creating_user": kept.creator,
        "created": wire_time(kept.created_at),
        "validation_error_num": FORM if faults else None,
        "validation_error_msg": faults or None,
    }
    if workflow is not None:
        written = workflow.document["steps"]
        steps = [StepOut(name=step["name"], specification=step["specification"]) for step in written]
        more |= {"variables": dict(workflow.variables), "steps": steps}
    return _out(kept).model_copy(update=more)
