"""Workflows as requests and answers show them."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fieldstation.core.pipelines.model.definition import MAX_BYTES, Step, Workflow
from fieldstation.core.pipelines.model.states import WorkflowState
from fieldstation.core.pipelines.model.values import KeptWorkflow, Running, RunningStep, WorkflowScope
from fieldstation.facades.kit.problems import FaultOut
from fieldstation.facades.rest.instances import JobIn
from fieldstation.facades.rest.names import Text, Title
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Problem

Definition = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=MAX_BYTES)]
_DEFINITION = "YAML of kind DataManagerWorkflow"


class WorkflowIn(BaseModel):
    """A workflow to keep as a draft."""

    model_config = ConfigDict(extra="forbid")

    name: Title = Field(examples=["Split and join"])
    definition: Definition = Field(description=_DEFINITION)
    scope: WorkflowScope = Field(default=WorkflowScope.USER, description="who sees it")
    scope_id: Text | None = Field(
        default=None, description="a username (yours if left out), or the id of what the scope is"
    )


class WorkflowPatch(BaseModel):
    """What to change about a draft; fields left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    name: Title | None = None
    definition: Definition | None = Field(default=None, description=_DEFINITION)


class TagIn(BaseModel):
    """The version that a draft becomes."""

    model_config = ConfigDict(extra="forbid")

    version: Text = Field(max_length=24, examples=["1.0.0"])


class WorkflowRunIn(BaseModel):
    """Where a workflow is to run, and with what."""

    model_config = ConfigDict(extra="forbid")

    project: Text = Field(description="id of a project, or your own name for it")
    name: Title = Field(examples=["Monday"])
    variables: dict[str, Any] = Field(default_factory=dict, description="values by name")


class StepOut(BaseModel):
    """A step: a job, and the steps that must have ended well before it begins."""

    name: str
    description: str | None = None
    job: JobIn
    after: Sequence[str]


class VariableOut(BaseModel):
    """Something that is said when a workflow is run; `kind` is absent where its definition does not describe it."""

    name: str
    kind: str | None = Field(default=None, examples=["input", "option", "output"])
    title: str | None = None
    type: str | None = Field(default=None, examples=["file"])
    default: Any = None


class WorkflowOut(BaseModel):
    """A workflow: a draft, or a version of one (`source`), which nothing changes any more."""

    id: str
    name: str
    title: str | None = Field(default=None, description="what its definition calls it")
    description: str | None = None
    version: str | None = None
    source: str | None = Field(default=None, description="id of the draft that it is a version of")
    scope: WorkflowScope
    scope_id: str | None = None
    created_by: str
    created: str
    changed: str
    sound: bool = Field(description="whether its definition is of the form")


class WholeWorkflowOut(WorkflowOut):
    """A workflow with everything about it."""

    definition: str
    faults: Sequence[FaultOut]
    steps: Sequence[StepOut] = ()
    variables: Sequence[VariableOut] = Field(default=(), description="what is asked for when it is run")


class RunningOut(BaseModel):
    """A workflow that runs, or did; `steps` are those of its definition of then."""

    id: str
    name: str
    workflow: str = Field(description="id of the workflow")
    workflow_name: str
    version: str | None = None
    project: str
    project_name: str
    started_by: str
    state: WorkflowState
    error: str | None = Field(default=None, description="what ended it early, and what to do")
    error_number: int | None = None
    stopping: str | None = Field(default=None, description="who asked for its end")
    variables: dict[str, Any]
    started: str
    ended: str | None = None
    steps: Sequence[StepOut]


class RunningStepOut(BaseModel):
    """A step that was launched, or was to be; `replica` counts from 1 to `replicas`."""

    id: str
    name: str
    replica: int
    replicas: int
    state: WorkflowState
    variables: dict[str, Any]
    instance: str | None = None
    run: str | None = None
    task: str | None = None
    error: str | None = None
    error_number: int | None = None
    started: str
    ended: str | None = None


def fault_out(problem: Problem) -> FaultOut:
    """Describe one fault."""
    return FaultOut(where=problem.where, text=problem.text, line=problem.line, column=problem.column)


def workflow_out(kept: KeptWorkflow) -> WorkflowOut:
    """Describe a workflow as lists do."""
    return WorkflowOut(**_told(kept))


def whole_out(kept: KeptWorkflow, faults: Sequence[Problem]) -> WholeWorkflowOut:
    """Describe a workflow with all that is wrong with it."""
    workflow = kept.workflow
    return WholeWorkflowOut(
        **_told(kept),
        definition=kept.definition,
        faults=[fault_out(fault) for fault in faults],
        steps=[] if workflow is None else [step_out(step) for step in workflow.steps],
        variables=[] if workflow is None else [_variable(workflow, name) for name in workflow.asked],
    )


def _told(kept: KeptWorkflow) -> dict[str, Any]:
    workflow = kept.workflow
    return {
        "id": kept.id,
        "name": kept.name,
        "title": None if workflow is None else workflow.name,
        "description": None if workflow is None else workflow.description or None,
        "version": kept.version,
        "source": kept.source,
        "scope": kept.scope,
        "scope_id": kept.scope_id or None,
        "created_by": kept.creator,
        "created": wire_time(kept.created_at),
        "changed": wire_time(kept.changed_at),
        "sound": workflow is not None,
    }


def step_out(step: Step) -> StepOut:
    """Describe a step."""
    job = JobIn.model_construct(collection=step.job.collection, job=step.job.job, version=step.job.version)
    return StepOut(name=step.name, description=step.description or None, job=job, after=list(step.providers))


def _variable(workflow: Workflow, name: str) -> VariableOut:
    kinds = {"inputs": "input", "options": "option", "outputs": "output"}
    found = [(block, workflow.block(block)[name]) for block in kinds if name in workflow.block(block)]
    title = next((about["title"] for _, about in found if isinstance(about.get("title"), str)), None)
    kind = next((about["type"] for _, about in found if isinstance(about.get("type"), str)), None)
    return VariableOut(
        name=name,
        kind=kinds[found[0][0]] if found else None,
        title=title,
        type=kind,
        default=workflow.defaults.get(name),
    )


def running_out(running: Running) -> RunningOut:
    """Describe a workflow that runs, or did."""
    return RunningOut(
        id=running.id,
        name=running.name,
        workflow=running.workflow_id,
        workflow_name=running.workflow_name,
        version=running.version,
        project=running.project,
        project_name=running.project_name,
        started_by=running.user,
        state=running.state,
        error=running.error,
        error_number=running.error_number or None,
        stopping=running.stopping,
        variables=dict(running.variables),
        started=wire_time(running.started_at),
        ended=None if running.ended_at is None else wire_time(running.ended_at),
        steps=[step_out(step) for step in running.workflow.steps],
    )


def running_step_out(step: RunningStep) -> RunningStepOut:
    """Describe a step that was launched."""
    return RunningStepOut(
        id=step.id,
        name=step.name,
        replica=step.replica + 1,
        replicas=step.replicas,
        state=step.state,
        variables=dict(step.variables),
        instance=step.instance,
        run=step.run,
        task=step.task,
        error=step.error,
        error_number=step.error_number or None,
        started=wire_time(step.started_at),
        ended=None if step.ended_at is None else wire_time(step.ended_at),
    )
