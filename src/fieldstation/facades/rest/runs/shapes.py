"""Runs on the wire."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from fieldstation.core.datasets.model import DatasetName
from fieldstation.core.runs.model.reasons import MEANINGS, Reason
from fieldstation.core.runs.model.states import AttemptState, Outcome, State
from fieldstation.core.runs.model.values import Attempt, Run, RunInput, RunOutput, Submission
from fieldstation.core.runs.service.explain import Explanation
from fieldstation.db.outbox import StoredEvent
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Fault
from fieldstation.ports.engine import Stream

Names = Mapping[str, DatasetName]  # of data sets, by id
NO_NAMES: Names = MappingProxyType({})


class ResourcesIn(BaseModel):
    """What the run may use instead of what its tool asks for."""

    model_config = ConfigDict(extra="forbid")

    cpu: float | None = Field(default=None, gt=0, le=4096, description="processor cores", examples=[2])
    memory_bytes: int | None = Field(default=None, gt=0, le=2**50, examples=[1073741824])
    disk_bytes: int | None = Field(default=None, gt=0, le=2**50, description="of outputs", examples=[4294967296])
    pids: int | None = Field(default=None, gt=0, le=2**22, description="processes and threads", examples=[256])


class OutputIn(BaseModel):
    """Where the outputs go."""

    model_config = ConfigDict(extra="forbid")

    dataset: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="name of one of your data sets (made if new), or an id; `<tool>-results` if absent",
    )
    unit: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="id or name of the unit that pays for it, if it is new; else that of the project, else your own",
    )


class RunIn(BaseModel):
    """A run to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "tool": "table-summary@1.0.0",
                    "inputs": {"table": "seattle-weather@1"},
                    "parameters": {"date_column": "date"},
                }
            ]
        },
    )

    tool: str = Field(min_length=1, max_length=300, description="name, name@version or id of a tool")
    parameters: dict[str, Any] = Field(default_factory=dict, description="by name, as the tool's schema says")
    inputs: dict[str, str | list[str]] = Field(
        default_factory=dict, description="for each slot a reference, or several: `name@number:path`"
    )
    project: str | None = Field(default=None, max_length=200, description="id of a project; your own if absent")
    output: OutputIn | None = None
    name: str | None = Field(default=None, max_length=200)
    priority: int = Field(default=5, ge=0, le=9, description="0 last, 9 first")
    reuse: bool = Field(default=True, description="take the result of an identical run, where one may be taken")
    tag: str | None = Field(default=None, max_length=200, description="part of what makes runs identical")
    resources: ResourcesIn = Field(default_factory=ResourcesIn)

    def submission(self) -> Submission:
        """Translate to what the core takes."""
        return Submission(
            tool=self.tool,
            parameters=self.parameters,
            inputs={slot: [refs] if isinstance(refs, str) else refs for slot, refs in self.inputs.items()},
            project=self.project,
            output=self.output.dataset if self.output else None,
            unit=self.output.unit if self.output else None,
            name=self.name,
            priority=self.priority,
            reuse=self.reuse,
            tag=self.tag,
            resources=self.resources.model_dump(exclude_none=True),
        )


class RunToolOut(BaseModel):
    """The tool of a run: its name and version, and the revision that runs."""

    id: str
    name: str
    version: str
    revision: str


_NAME = Field(default=None, description="of the data set; absent where you may not see it, or it is not looked up")
_TITLE = Field(default=None, description="of the data set, where it has one")


class InputOut(BaseModel):
    """One input: which version (or file of it), and where the run sees it."""

    slot: str
    dataset: str
    name: str | None = _NAME
    title: str | None = _TITLE
    number: int
    version: str
    path: str | None = None
    target: str


class OutputOut(BaseModel):
    """The version that a run made."""

    dataset: str
    name: str | None = _NAME
    title: str | None = _TITLE
    number: int
    version: str


class ReasonOut(BaseModel):
    """Why a run waits or how it failed."""

    reason: Reason
    text: str
    fault: Fault
    next_step: str
    message: str | None = Field(default=None, description="what is particular to this run")


class RunOut(BaseModel):
    """A run."""

    id: str
    state: State
    reason: ReasonOut | None = None
    tool: RunToolOut
    name: str | None = None
    project: str
    submitted_by: str
    parameters: dict[str, Any]
    inputs: Sequence[InputOut]
    output_dataset: str | None = Field(default=None, description="absent where it works in its project")
    output_name: str | None = Field(default=None, description="of the data set that takes the outputs")
    output: OutputOut | None = None
    resources: dict[str, Any]
    priority: int
    attempts: int
    exit_code: int | None = None
    image: str | None = Field(default=None, description="the container image that it was pinned to")
    reused_from: str | None = None
    rerun_of: str | None = Field(default=None, description="the run that it repeats")
    tag: str | None = None
    cancel_requested_at: str | None = None
    created_at: str
    queued_at: str
    started_at: str | None = None
    ended_at: str | None = None
    request: str | None = Field(default=None, description="id of the request that submitted it, as in the logs")


class MadeVersionOut(BaseModel):
    """The version that a run made, as the event of its end tells it."""

    dataset: str
    version: str
    number: int


class EventOut(BaseModel):
    """Something that happened to a run."""

    id: int = Field(description="later events have greater ones")
    at: str
    kind: str = Field(description="`run.` and the state it came to, or what else happened", examples=["run.running"])
    state: State | None = Field(default=None, description="of the run from now on")
    attempt: int | None = Field(default=None, description="number of the attempt that it concerns")
    reason: Reason | None = None
    text: str | None = Field(default=None, description="what happened, in words")
    output: MadeVersionOut | None = None
    stream: Stream | None = Field(default=None, description="which log was cut (`run.log_limit`)")
    dropped_bytes: int | None = Field(default=None, description="how much of the middle of that log is not kept")


class EventsOut(BaseModel):
    """The events of a run, in order."""

    items: Sequence[EventOut]


class AttemptOut(BaseModel):
    """One try at a run; its times split it into staging, running and collecting."""

    id: str
    number: int
    engine: str
    state: AttemptState
    outcome: Outcome | None = None
    reason: Reason | None = None
    exit_code: int | None = None
    claimed_at: str
    running_at: str | None = None
    exited_at: str | None = None
    ended_at: str | None = None
    usage: dict[str, Any]


class AttemptsOut(BaseModel):
    """All attempts of a run, first to last."""

    items: Sequence[AttemptOut]


class WaitingOut(BaseModel):
    """Why a run waits, and for how long it may yet."""

    reason: Reason
    text: str
    fault: Fault
    next_step: str
    ahead: int | None = Field(default=None, description="how many runs are before it")
    estimate_seconds: float | None = None


class ReuseOut(BaseModel):
    """Whether a result was used again, and if not, in what the nearest run differs."""

    wanted: bool
    reused_from: str | None = None
    text: str
    nearest: str | None = None
    differs: Sequence[str]


class ExplanationOut(BaseModel):
    """Why a run is as it is."""

    run: RunOut
    waiting: WaitingOut | None = None
    ended: ReasonOut | None = None
    reuse: ReuseOut


def run_out(run: Run, names: Names = NO_NAMES) -> RunOut:
    """Write a run, with those names of its data sets that are given."""
    own = names.get(run.output_dataset_id) if run.output_dataset_id else None
    return RunOut(
        id=run.id,
        state=run.state,
        reason=reason_out(run.reason, run.message),
        tool=RunToolOut(id=run.tool_id, name=run.tool_name, version=run.tool_version, revision=run.revision),
        name=run.name,
        project=run.project_id,
        submitted_by=run.username,
        parameters=dict(run.parameters),
        inputs=[input_out(item, names) for item in run.inputs],
        output_dataset=run.output_dataset_id,
        output_name=own.name if own else None,
        output=_output(run.output, names) if run.output else None,
        resources=dict(run.resources),
        priority=run.priority,
        attempts=run.attempts,
        exit_code=run.exit_code,
        image=run.image,
        reused_from=run.reused_from,
        rerun_of=run.rerun_of,
        tag=run.tag,
        cancel_requested_at=wire_time(run.cancel_requested_at) if run.cancel_requested_at else None,
        created_at=wire_time(run.created_at),
        queued_at=wire_time(run.queued_at),
        started_at=wire_time(run.started_at) if run.started_at else None,
        ended_at=wire_time(run.ended_at) if run.ended_at else None,
        request=run.request_id or None,
    )


def input_out(item: RunInput, names: Names = NO_NAMES) -> InputOut:
    """Write an input."""
    named = names.get(item.dataset_id)
    return InputOut(
        slot=item.slot,
        dataset=item.dataset_id,
        name=named.name if named else None,
        title=(named.title or None) if named else None,
        number=item.number,
        version=item.version_id,
        path=item.path,
        target=item.target,
    )


def _output(output: RunOutput, names: Names) -> OutputOut:
    named = names.get(output.dataset_id)
    return OutputOut(
        dataset=output.dataset_id,
        name=named.name if named else None,
        title=(named.title or None) if named else None,
        number=output.number,
        version=output.version_id,
    )


def event_out(event: StoredEvent) -> EventOut:
    """Write an event."""
    known = {name: event.body[name] for name in EventOut.model_fields if name in event.body}
    return EventOut(id=event.id, at=wire_time(event.at), kind=event.kind, **known)


def attempt_out(attempt: Attempt) -> AttemptOut:
    """Write an attempt."""
    return AttemptOut(
        id=attempt.id,
        number=attempt.number,
        engine=attempt.engine,
        state=attempt.state,
        outcome=attempt.outcome,
        reason=attempt.reason,
        exit_code=attempt.exit_code,
        claimed_at=wire_time(attempt.claimed_at),
        running_at=wire_time(attempt.running_at) if attempt.running_at else None,
        exited_at=wire_time(attempt.exited_at) if attempt.exited_at else None,
        ended_at=wire_time(attempt.ended_at) if attempt.ended_at else None,
        usage=dict(attempt.usage),
    )


def explanation_out(found: Explanation) -> ExplanationOut:
    """Write an explanation."""
    waiting = found.waiting
    return ExplanationOut(
        run=run_out(found.run),
        waiting=WaitingOut(
            reason=waiting.reason,
            text=waiting.meaning.text,
            fault=waiting.meaning.fault,
            next_step=waiting.meaning.next_step,
            ahead=waiting.ahead,
            estimate_seconds=waiting.estimate_seconds,
        )
        if waiting
        else None,
        ended=reason_out(found.run.reason, found.run.message) if found.ended else None,
        reuse=ReuseOut(
            wanted=found.reuse.wanted,
            reused_from=found.reuse.reused_from,
            text=found.reuse.text,
            nearest=found.reuse.nearest,
            differs=found.reuse.differs,
        ),
    )


def reason_out(reason: Reason | None, message: str | None = None) -> ReasonOut | None:
    """Write a reason with what it means, where there is one."""
    if reason is None:
        return None
    meaning = MEANINGS[reason]
    return ReasonOut(
        reason=reason, text=meaning.text, fault=meaning.fault, next_step=meaning.next_step, message=message
    )
