"""What follows from how far the steps of a workflow are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fieldstation.core.pipelines.model.definition import Step, Workflow
from fieldstation.core.pipelines.model.faults import STALLED, STOPPED
from fieldstation.core.pipelines.model.states import WorkflowState
from fieldstation.core.pipelines.model.wiring import Ended
from fieldstation.core.runs.model.states import State as RunState
from fieldstation.kernel.canonical import Json


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a step made: of each output, where it was to lie, and the files that do, below the step's folder."""

    creates: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class UnderWay:
    """A replica of a step: what was noted of it, and what became of its run since."""

    id: str
    name: str
    replica: int
    replicas: int
    state: WorkflowState
    variables: Mapping[str, Json]
    links: Sequence[str]
    lands: Sequence[str]
    made: Made
    instance: str | None
    run: str | None
    run_state: RunState | None
    exit_code: int | None
    why: str | None
    outputs: Mapping[str, Mapping[str, Json]]
    told: bool  # whether all that its program said was taken note of

    @property
    def over(self) -> bool:
        """Whether its run has ended and nobody noted it yet."""
        return not self.state.final and self.run_state is not None and self.run_state.final


@dataclass(frozen=True, kw_only=True)
class Moving:
    """A workflow that has something to do. `failure` is the number and text of what ends it early."""

    id: str
    name: str
    project: str
    user_id: str
    username: str
    workflow: Workflow
    variables: Mapping[str, Json]
    debug: str | None
    stopping: bool
    failure: tuple[int, str] | None
    due_at: datetime | None
    steps: Sequence[UnderWay] = ()

    @property
    def told(self) -> bool:
        """Whether all that its steps said was taken note of."""
        return all(one.told for one in self.steps)

    def ended(self, step: str) -> Sequence[Ended]:
        """Return the replicas of a step that has ended well."""
        return [
            Ended(instance=one.instance or "", variables=one.variables, creates=one.made.creates, made=one.made.files)
            for one in sorted(self.of(step), key=lambda one: one.replica)
        ]

    def of(self, step: str) -> Sequence[UnderWay]:
        """Return what there is of a step."""
        return [one for one in self.steps if one.name == step]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What to do: end runs, launch steps, or end the workflow, with a number and a text where it ends badly."""

    cancel: Sequence[str] = ()
    launch: Sequence[Step] = ()
    end: WorkflowState | None = None
    number: int = 0
    error: str | None = None


def decide(moving: Moving) -> Decision:
    """Return what follows: the end of everything once a step failed or somebody stops it, else every READY step."""
    open_steps = [one for one in moving.steps if not one.state.final]
    complete = [step for step in moving.workflow.steps if _is_complete(moving.of(step.name))]
    if moving.failure is not None:
        return _ending(open_steps, WorkflowState.FAILURE, moving.failure)
    if len(complete) == len(moving.workflow.steps):
        return Decision(end=WorkflowState.SUCCESS)
    if moving.stopping:
        return _ending(open_steps, WorkflowState.STOPPED, (STOPPED, "it was stopped by a user"))
    ended_well = {step.name for step in complete}
    ready = [
        step
        for step in moving.workflow.steps
        if step not in complete and set(step.providers) <= ended_well and not _is_launched(moving.of(step.name))
    ]
    if ready or open_steps:
        return Decision(launch=ready)
    waiting = ", ".join(step.name for step in moving.workflow.steps if step not in complete)
    return Decision(
        end=WorkflowState.FAILURE, number=STALLED, error=f"nothing runs, and these steps cannot begin: {waiting}"
    )


def _ending(open_steps: Sequence[UnderWay], state: WorkflowState, why: tuple[int, str]) -> Decision:
    if open_steps:
        return Decision(cancel=[one.run for one in open_steps if one.run is not None])
    return Decision(end=state, number=why[0], error=why[1])


def _is_launched(replicas: Sequence[UnderWay]) -> bool:
    return bool(replicas) and len(replicas) == replicas[0].replicas


def _is_complete(replicas: Sequence[UnderWay]) -> bool:
    return _is_launched(replicas) and all(one.state is WorkflowState.SUCCESS for one in replicas)
