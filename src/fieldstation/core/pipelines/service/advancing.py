"""What the worker that moves workflows on does inside its transactions."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fieldstation.core.instances.model.values import Apart, Draft, Launch, Worked
from fieldstation.core.instances.service import Launches
from fieldstation.core.people.model import Caller
from fieldstation.core.people.service import People
from fieldstation.core.pipelines.model.advance import Decision, Made, Moving, UnderWay
from fieldstation.core.pipelines.model.definition import Step, Workflow
from fieldstation.core.pipelines.model.faults import COMMAND, JOB_GONE, REFUSED, StepFault
from fieldstation.core.pipelines.model.states import WorkflowState
from fieldstation.core.pipelines.model.wiring import Wired, Wiring
from fieldstation.core.pipelines.service.running import STEP_KIND, running_event, step_events
from fieldstation.core.pipelines.store import advancing as store
from fieldstation.core.runs.model.states import State as RunState
from fieldstation.core.runs.service.cancel import Cancels
from fieldstation.core.tools.service import Jobs
from fieldstation.db import Tx
from fieldstation.db.outbox import Outbox
from fieldstation.kernel.errors import Fault, FieldstationError, NotFound
from fieldstation.kernel.ids import new_id

_BY_REASON = {"command_invalid": COMMAND, "variables_invalid": COMMAND}


@dataclass(frozen=True, kw_only=True)
class StepEnd:
    """How a replica of a step ended, as it is to be noted."""

    step: UnderWay
    state: WorkflowState
    made: Made = field(default_factory=Made)
    number: int = 0
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A replica of a step that is to be launched, and the draft of its launch."""

    step_id: str
    wired: Wired
    draft: Draft


@dataclass(frozen=True, kw_only=True)
class LaunchParts:
    """What launching steps stands on."""

    people: People
    jobs: Jobs
    launches: Launches
    cancels: Cancels
    outbox: Outbox


class Advancing:
    """Moves workflows on; the worker holds the lease under which nobody else does."""

    def __init__(self, parts: LaunchParts) -> None:
        self._parts = parts

    def due(self, tx: Tx, limit: int) -> Sequence[Moving]:
        """Return workflows that have something to do, with all their steps, in two statements."""
        rows = store.due(tx, limit)
        steps: dict[str, list[UnderWay]] = {row.id: [] for row in rows}
        if rows:
            for row in store.steps(tx, list(steps)):
                steps[row.running_id].append(_under_way(row))
        return [_moving(row, steps[row.id]) for row in rows]

    def settled(self, tx: Tx, moving: Moving, ends: Sequence[StepEnd]) -> Moving:
        """Note how replicas ended; returns the workflow as it is then, with something to do until it may rest."""
        if not ends:
            return moving
        now = {one.id: one for one in moving.steps}
        failure = moving.failure
        for end in ends:
            if store.step_ended(tx, _ended_row(end)):
                told = [(end.step.name, end.step.replica, end.state)]
                self._parts.outbox.emit(tx, step_events(moving.id, moving.project, told))
            now[end.step.id] = replace(end.step, state=end.state, made=end.made)
            if end.state is WorkflowState.FAILURE and failure is None and not moving.stopping:
                failure = (end.number, end.error or "")
                store.failing(tx, moving.id, *failure)
        due_at = store.due_now(tx, moving.id)
        return replace(moving, failure=failure, steps=list(now.values()), due_at=due_at)

    def wire(self, tx: Tx, moving: Moving, step: Step) -> tuple[Caller, Sequence[Wired]]:
        """Return for whom a step is launched, and those of its replicas that were not yet. Raises StepFault."""
        known = self._parts.people.caller(tx, moving.user_id)
        if known.suspended:
            raise StepFault(REFUSED, f"{moving.username} is suspended", "ask an operator of this station")
        wanted = {one.name: one for one in moving.workflow.steps if one.name in (step.name, *step.providers)}
        jobs = self._parts.jobs.by_names(tx, known.caller, [one.job for one in wanted.values()])
        for one in wanted.values():
            if one.job not in jobs:
                raise StepFault(
                    JOB_GONE,
                    f"the job of the step {one.name} is gone, or {moving.username} may not use it any more: "
                    f"{one.job.collection}/{one.job.job}@{one.job.version}",
                    "have it loaded again, then run the workflow again",
                )
        wiring = Wiring(moving.workflow, {one.name: jobs[one.job].job for one in wanted.values()}, moving.variables)
        there = {one.replica for one in moving.of(step.name)}
        ended = {name: moving.ended(name) for name in step.providers}
        return known.caller, [wired for wired in wiring.wire(step, ended) if wired.replica not in there]

    def plan(self, tx: Tx, caller: Caller, moving: Moving, step: Step, wired: Sequence[Wired]) -> Sequence[Planned]:
        """Return the launches of these replicas, but for their commands. Raises StepFault, or what may pass."""
        planned = []
        for one in wired:
            step_id = new_id(STEP_KIND)
            launch = Launch(
                project=moving.project,
                name=step.name if len(step.name) > 1 else f"step {step.name}",
                job=step.job,
                variables=one.variables,
                debug=moving.debug,
                apart=Apart(step=step_id, links=one.links),
            )
            try:
                draft = self._parts.launches.draft(tx, caller, launch)
            except FieldstationError as error:
                raise fault_of(step, error) from error
            planned.append(Planned(step_id=step_id, wired=one, draft=draft))
        return planned

    def launch(
        self, tx: Tx, caller: Caller, moving: Moving, step: Step, launches: Sequence[tuple[Planned, Worked]]
    ) -> bool:
        """Launch replicas of a step, each once for ever; False when somebody stopped the workflow meanwhile."""
        row = store.lock(tx, moving.id)
        if row is None or row.stopped_by is not None:
            return False
        for planned, worked in launches:
            made = self._launched(tx, caller, step, worked)
            values = _step_row(moving, step.name, planned.wired, WorkflowState.RUNNING)
            if not store.add_step(tx, {**values, "id": planned.step_id, "instance_id": made}):
                raise AlreadyLaunched
        told = [(step.name, planned.wired.replica, WorkflowState.RUNNING) for planned, _ in launches]
        self._parts.outbox.emit(tx, step_events(moving.id, moving.project, told))
        return True

    def _launched(self, tx: Tx, caller: Caller, step: Step, worked: Worked) -> str:
        try:
            return self._parts.launches.launch(tx, caller, worked).instance_id
        except FieldstationError as error:
            raise fault_of(step, error) from error

    def failed(self, tx: Tx, moving: Moving, step: Step, fault: StepFault) -> None:
        """Note that a step cannot be launched, which ends its workflow."""
        if store.lock(tx, moving.id) is None:
            return
        taken = [one.replica for one in moving.of(step.name)]
        wired = Wired(replica=len(taken), replicas=len(taken) + 1, variables=step.constants)
        values = _step_row(moving, step.name, wired, WorkflowState.FAILURE)
        own = {"id": new_id(STEP_KIND), "error_number": fault.number, "error": fault.told}
        if store.add_step(tx, {**values, **own}):
            told = [(step.name, wired.replica, WorkflowState.FAILURE)]
            self._parts.outbox.emit(tx, step_events(moving.id, moving.project, told))
        store.failing(tx, moving.id, fault.number, fault.told)

    def cancel(self, tx: Tx, moving: Moving, runs: Sequence[str]) -> None:
        """Ask for the end of the runs of steps."""
        self._parts.cancels.end(tx, self._parts.people.caller(tx, moving.user_id).caller, moving.project, runs)

    def end(self, tx: Tx, moving: Moving, decision: Decision) -> None:
        """Note how a workflow ended."""
        assert decision.end is not None
        if decision.error is not None:
            store.failing(tx, moving.id, decision.number, decision.error)
        if store.ended(tx, moving.id, decision.end):
            more = {} if decision.error is None else {"text": decision.error}
            self._parts.outbox.emit(tx, [running_event(moving.id, moving.project, decision.end, **more)])

    def rest(self, tx: Tx, moving: Moving) -> None:
        """Have a workflow wait for the end of one of its steps."""
        if moving.due_at is not None:
            store.rest(tx, moving.id, moving.due_at)

    def later(self, tx: Tx, moving: Moving, seconds: float) -> None:
        """Have a workflow be looked at again after a while."""
        store.later(tx, moving.id, seconds)


class AlreadyLaunched(Exception):
    """Another worker launched this replica."""


def fault_of(step: Step, error: FieldstationError) -> Exception:
    """Return what a refused launch means for its workflow: the error itself where it may pass."""
    if error.fault is Fault.PASSING:
        return error
    number = JOB_GONE if isinstance(error, NotFound) and "job" in error.text else _BY_REASON.get(error.reason, REFUSED)
    faults = "".join(f"; {problem.where.strip('/')} {problem.text}" for problem in error.problems)
    return StepFault(number, f"the step {step.name} cannot be launched: {error.text}{faults}", error.next_step)


def _moving(row: Any, steps: Sequence[UnderWay]) -> Moving:
    return Moving(
        id=row.id,
        name=row.name,
        project=row.project,
        user_id=row.user_id,
        username=row.username,
        workflow=Workflow(document=row.document),
        variables=row.variables,
        debug=row.debug,
        stopping=row.stopped_by is not None,
        failure=(row.error_number, row.error or "") if row.error_number else None,
        due_at=row.due_at,
        steps=steps,
    )


def _under_way(row: Any) -> UnderWay:
    made: Mapping[str, Any] = row.made or {}
    return UnderWay(
        id=row.id,
        name=row.name,
        replica=row.replica,
        replicas=row.replicas,
        state=WorkflowState(row.state),
        variables=row.variables,
        links=row.links,
        lands=row.lands,
        made=Made(creates=made.get("creates", {}), files=made.get("files", {})),
        instance=row.instance_id,
        run=row.run_id,
        run_state=None if row.run_state is None else RunState(row.run_state),
        exit_code=row.exit_code,
        why=row.message or row.reason,
        outputs=row.outputs or {},
        told=row.told or row.instance_id is None,
    )


def _step_row(moving: Moving, name: str, wired: Wired, state: WorkflowState) -> dict[str, Any]:
    return {
        "running_id": moving.id,
        "name": name,
        "replica": wired.replica,
        "replicas": wired.replicas,
        "state": state,
        "variables": json.dumps(wired.variables),
        "links": json.dumps(wired.links),
        "lands": json.dumps(wired.lands),
        "instance_id": None,
        "error_number": 0,
        "error": None,
    }


def _ended_row(end: StepEnd) -> dict[str, Any]:
    made = {"creates": end.made.creates, "files": end.made.files}
    return {
        "id": end.step.id,
        "state": end.state,
        "made": json.dumps(made),
        "error_number": end.number,
        "error": end.error,
    }
