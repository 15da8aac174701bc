"""Asking for runs of workflows, seeing how far they are, and ending them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstation.core.accounting.service import Paying
from fieldstation.core.audit.model import Deed, Entry
from fieldstation.core.audit.service import record
from fieldstation.core.instances.service import Needs
from fieldstation.core.people.model import Caller, Kind, Permission, Thing
from fieldstation.core.people.service import Access
from fieldstation.core.pipelines.model.check import check_run
from fieldstation.core.pipelines.model.definition import Workflow
from fieldstation.core.pipelines.model.states import WorkflowState
from fieldstation.core.pipelines.model.values import KeptWorkflow, NewRun, RunKey, Running, RunningStep
from fieldstation.core.pipelines.service.workflows import Workflows, checked_name, faults_of, refuse_faults
from fieldstation.core.pipelines.store import running as store
from fieldstation.core.projects.service import Projects
from fieldstation.core.tools.model.jobs import JobName, KeptJob
from fieldstation.core.tools.model.render import unsound
from fieldstation.core.tools.service import Jobs
from fieldstation.db import Tx
from fieldstation.db.outbox import Event, Outbox
from fieldstation.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of
from fieldstation.ports.hooks import Transaction

KIND = "r-workflow"  # what their ids begin with
STEP_KIND = "r-workflow-step"
_DEBUG_LENGTH = 100


@dataclass(frozen=True, kw_only=True)
class RunParts:
    """What asking for a run stands on."""

    workflows: Workflows
    projects: Projects
    jobs: Jobs
    needs: Needs
    paying: Paying
    outbox: Outbox


class RunningWorkflows:
    """Takes requests to run workflows and to end them. Who sees a project sees what runs in it."""

    def __init__(self, access: Access, parts: RunParts, *, development: bool = False) -> None:
        self._access = access
        self._parts = parts
        self._development = development

    def run(self, tx: Tx, caller: Caller, new: NewRun, key: RunKey | None = None) -> Running:
        """Have a workflow run, as it is now; everything that can be refused of it is refused here.

        The same key gives the first answer again. Raises Invalid with every fault, Forbidden for a draft in a
        station for production, and OutOfCoins where the product that pays for the project is at its limit.
        """
        kept = self._parts.workflows.show(tx, caller, new.workflow)
        project = self._parts.projects.find(tx, caller, new.project, Permission.PROJECT_RUN).id
        if key is not None and (known := store.by_key(tx, caller.user_id, key.key)) is not None:
            return self._repeated(tx, caller, known, key)
        self._parts.paying.require(tx, self._parts.projects.get(tx, project).product)
        values = {"name": checked_name(new.name, KIND), "project": project, **self._checked(tx, caller, kept, new)}
        running_id = new_id(KIND)
        own = {"id": running_id, "workflow_id": kept.id, "user_id": caller.user_id, "debug": new.debug}
        keyed = {"request_key": key.key if key else None, "request_digest": key.digest if key else None}
        if not store.insert(tx, {**values, **own, **keyed}):
            raise Conflict(
                "a request with this key is being worked on", next_step="ask again in a moment", reason="in_progress"
            )
        self._parts.outbox.emit(tx, [running_event(running_id, project, WorkflowState.RUNNING)])
        body: Mapping[str, Any] = {"workflow": kept.id, "project": project}
        record(tx, Entry(actor=caller.user_id, deed=Deed.WORKFLOW_RUN, thing=running_id, body=body))
        return self.show(tx, caller, running_id)

    def show(
        self, tx: Tx, caller: Caller, running_id: str, permission: Permission = Permission.PROJECT_READ
    ) -> Running:
        """Return one; NotFound when there is none or the caller may not see its project."""
        row = store.by_id(tx, running_id)
        project = None if row is None else Thing(kind=Kind.PROJECT, id=row.project)
        if project is None or not self._access.may(tx, caller, Permission.PROJECT_READ, project):
            raise NotFound(
                "there is no running workflow with this id, or you may not see it",
                next_step="see what there is: fieldstation workflow runs",
            )
        if permission is not Permission.PROJECT_READ:
            self._access.decide(tx, caller, permission, project)
        return _running(row)

    def list(
        self,
        tx: Tx,
        caller: Caller,
        request: PageRequest,
        filters: Mapping[str, str] | None = None,
        *,
        oldest_first: bool = False,
    ) -> Page[Running]:
        """Return a page of those in projects that the caller sees, newest first.

        `filters` may have `project` and `workflow`, by id.
        """
        visible = self._access.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        begin = store.FIRST if oldest_first else store.LAST
        after = request.after[0] if request.after else begin
        rows = store.page(tx, filters or {}, after, request.limit + 1, (visible, oldest_first))
        return page_of([_running(row) for row in rows], request, lambda one: (one.id,))

    def steps(self, tx: Tx, caller: Caller, running_id: str, request: PageRequest) -> Page[RunningStep]:
        """Return a page of the steps that were launched, in their order."""
        self.show(tx, caller, running_id)
        after = request.after[0] if request.after else store.FIRST
        rows = store.steps(tx, running_id, after, request.limit + 1)
        return page_of([_step(row) for row in rows], request, lambda one: (one.id,))

    def stop(self, tx: Tx, caller: Caller, running_id: str) -> Running:
        """Ask for the end of one: nothing more begins, and what runs is ended. What has ended stays as it is."""
        found = self.show(tx, caller, running_id, Permission.PROJECT_RUN)
        if store.stop(tx, found.id, caller.user_id):
            body = {"state": found.state.value, "stopping": caller.username}
            event = Event(kind="workflow.stopping", thing=found.id, audience=found.project, body=body)
            self._parts.outbox.emit(tx, [event])
            record(tx, Entry(actor=caller.user_id, deed=Deed.WORKFLOW_STOPPED, thing=found.id))
        return self.show(tx, caller, running_id)

    def remove(self, tx: Tx, caller: Caller, running_id: str) -> None:
        """Take one out of sight; Conflict while it runs. Its instances stay as long as others."""
        found = self.show(tx, caller, running_id, Permission.PROJECT_RUN)
        if not found.state.final:
            raise Conflict(
                "this workflow is still running",
                next_step="wait for its end, or stop it: fieldstation workflow stop",
                reason="running",
            )
        store.remove(tx, found.id)

    def tidy(self, tx: Tx) -> bool:
        """Forget keys of requests that nobody repeats any more."""
        store.forget(tx)
        return False

    def _repeated(self, tx: Tx, caller: Caller, known: Any, key: RunKey) -> Running:
        if known.request_digest != key.digest:
            raise Invalid(
                "this Idempotency-Key came with another body before",
                next_step="use a new key for a new run",
                reason="idempotency_key_reused",
            )
        return self.show(tx, caller, known.id)

    def _checked(self, tx: Tx, caller: Caller, kept: KeptWorkflow, new: NewRun) -> dict[str, Any]:
        """Return what is kept of a request once it was found sound."""
        if kept.version is None and not self._development:
            raise Forbidden(
                "a station in production runs versions of workflows, not drafts",
                next_step="make a version of it and run that: fieldstation workflow tag",
                reason="version_needed",
            )
        if new.debug is not None and len(new.debug) > _DEBUG_LENGTH:
            raise Invalid("debug is longer than 100 characters", next_step="send a short word")
        if problems := list(unsound(new.variables, root="/variables")):
            raise Invalid(
                "the variables cannot be kept",
                next_step="mend the variables that are named",
                reason="variables_invalid",
                problems=problems,
            )
        refuse_faults(faults_of(kept), "has faults, and cannot run")
        workflow = kept.workflow
        assert workflow is not None
        jobs = self._parts.jobs.by_names(tx, caller, [step.job for step in workflow.steps])
        unusable = self._unusable(tx, caller, new.project, jobs)
        verdict = check_run(workflow, {name: one.job for name, one in jobs.items()}, new.variables, unusable)
        refuse_faults(verdict, "cannot run as it was asked for")
        variables = {**workflow.defaults, **{name: one for name, one in new.variables.items() if one is not None}}
        return {"document": json.dumps(workflow.document), "variables": json.dumps(variables)}

    def _unusable(self, tx: Tx, caller: Caller, project: str, jobs: Mapping[JobName, KeptJob]) -> Mapping[JobName, str]:
        """Tell what jobs lack that they would have to be given."""
        product = self._parts.projects.show(tx, caller, project).product
        lacks = self._parts.needs.lacks(tx, caller, [kept.job for kept in jobs.values()], product)
        lacking = {name: [*one.assets, *one.secrets, *one.roles] for name, one in zip(jobs, lacks, strict=True)}
        return {name: f"it asks for what there is not: {', '.join(one)}" for name, one in lacking.items() if one}


class OpenWorkflows:
    """A project stays while workflows run in it."""

    def removing(self, tx: Transaction, thing: str) -> None:
        """Raise Conflict while one has not ended."""
        assert isinstance(tx, Tx)
        if store.open_in(tx, thing):
            raise Conflict(
                "workflows run in this project", next_step="stop them, or wait for their end", reason="runs_open"
            )


class OpenWorkflowsOfUsers:
    """A user stays while workflows of theirs run."""

    def removing(self, tx: Transaction, thing: str) -> None:
        """Raise Conflict while one has not ended."""
        assert isinstance(tx, Tx)
        if store.open_of(tx, thing):
            raise Conflict("workflows of theirs run", next_step="stop them, or wait for their end", reason="in_use")


def running_event(running_id: str, project: str, state: WorkflowState, **more: Any) -> Event:
    """Write what became of a workflow as an event that the readers of its project may see."""
    return Event(
        kind=f"workflow.{state.value}", thing=running_id, audience=project, body={"state": state.value, **more}
    )


def step_events(running_id: str, project: str, steps: Sequence[tuple[str, int, WorkflowState]]) -> Sequence[Event]:
    """Write what became of steps (name, replica, state) of a workflow."""
    return [
        Event(
            kind="workflow.step",
            thing=running_id,
            audience=project,
            body={"step": name, "replica": replica, "state": state.value},
        )
        for name, replica, state in steps
    ]


def _running(row: Any) -> Running:
    return Running(
        id=row.id,
        name=row.name,
        workflow_id=row.workflow_id,
        workflow_name=row.workflow_name,
        version=row.version,
        project=row.project,
        project_name=row.project_name,
        user=row.username,
        state=WorkflowState(row.state),
        workflow=Workflow(document=row.document),
        variables=row.variables,
        debug=row.debug,
        error_number=row.error_number,
        error=row.error,
        stopping=row.stopping,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def _step(row: Any) -> RunningStep:
    return RunningStep(
        id=row.id,
        name=row.name,
        replica=row.replica,
        replicas=row.replicas,
        state=WorkflowState(row.state),
        variables=row.variables,
        instance=row.instance_id,
        task=row.task_id,
        run=row.run_id,
        error_number=row.error_number,
        error=row.error,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
