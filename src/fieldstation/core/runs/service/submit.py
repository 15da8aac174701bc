"""Submitting a run: everything that can be refused is refused here, in one transaction with the key that repeats."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstation.core.datasets.model import NewVersion
from fieldstation.core.datasets.service import Datasets
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Caller, Kind, Permission, Thing
from fieldstation.core.people.service import People
from fieldstation.core.runs.model.reuse import NotReusable, reuse_parts
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Run, RunInput, RunOutput, Submission, SubmitKey
from fieldstation.core.runs.service.inputs import Inputs
from fieldstation.core.runs.service.news import run_event
from fieldstation.core.runs.store import runs as run_store
from fieldstation.core.runs.store import submitted
from fieldstation.core.tools.model.definition import Definition
from fieldstation.core.tools.model.published import ResolvedTool
from fieldstation.core.tools.model.render import fill, render
from fieldstation.core.tools.service import Tools
from fieldstation.db import Tx
from fieldstation.db.outbox import Outbox
from fieldstation.kernel.canonical import digest
from fieldstation.kernel.errors import Conflict, Fault, Invalid, Problem
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.logs import request_id

_RESOURCES = {"cpu": float, "memory_bytes": int, "disk_bytes": int, "pids": int}
_HIGHEST_PRIORITY = 9
_MOST_FILES = 1_000_000  # as many as a run may have made


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The run of a submit; `repeated` when an earlier submit with the same key had made it."""

    run: Run
    repeated: bool


@dataclass(frozen=True, kw_only=True)
class Collaborators:
    """The features that a submit stands on."""

    people: People
    datasets: Datasets
    use: DataUse
    tools: Tools
    outbox: Outbox
    fingerprints: Mapping[str, str]  # of what lies under `host:` and `station:` here, for the reuse key


class Submits:
    """Takes submissions."""

    def __init__(self, parts: Collaborators) -> None:
        self._people = parts.people
        self._tools = parts.tools
        self._use = parts.use
        self._datasets = parts.datasets
        self._outbox = parts.outbox
        self._inputs = Inputs(parts.datasets, parts.use)
        self._fingerprints = parts.fingerprints

    def submit(self, tx: Tx, caller: Caller, submission: Submission, key: SubmitKey | None = None) -> Answer:
        """Queue a run, or return the one that the same key made before.

        Raises Invalid (also for a key that came with another body), NotFound for what the caller may not see,
        Forbidden for what they may not do, Unavailable while the first submit with this key is still at work.
        """
        if key is not None:
            earlier = self._earlier(tx, key)
            if earlier is not None:
                return Answer(run=earlier, repeated=True)
        run_id = self._queue(tx, caller, submission)
        if key is not None:
            submitted.keep(tx, key, run_id)
        run = run_store.run_by_id(tx, run_id)
        assert run is not None
        return Answer(run=run, repeated=False)

    def _earlier(self, tx: Tx, key: SubmitKey) -> Run | None:
        if not submitted.lock(tx, key):
            raise InProgress(
                "a submit with this Idempotency-Key is at work now", next_step="ask again in a moment with the same key"
            )
        found = submitted.find(tx, key)
        if found is None:
            return None
        body_digest, run_id = found
        if body_digest != key.body_digest:
            raise Invalid(
                "this Idempotency-Key came with another body before",
                next_step="use a new key for a new submit",
                reason="idempotency_key_reused",
            )
        return run_store.run_by_id(tx, run_id)

    def _queue(self, tx: Tx, caller: Caller, submission: Submission) -> str:
        project = submission.project or caller.space
        self._people.decide(tx, caller, Permission.PROJECT_RUN, Thing(kind=Kind.PROJECT, id=project))
        _check_texts(submission)
        tool = self._tools.resolve(tx, caller, submission.tool)
        definition = tool.definition
        parameters = fill(definition, submission.parameters)
        inputs = self._inputs.resolve(tx, caller, definition, submission.inputs)
        _check_command(definition, parameters, inputs)
        resources = _resources(definition, submission.resources)
        output = self._output_dataset(tx, caller, submission, tool)
        parts = reuse_parts(definition, tool.revision, parameters, inputs, self._fingerprints, submission.tag)
        if inputs and self._use.in_place(tx, [item.version_id for item in inputs]):
            parts = NotReusable(why="an input lies in place, where it can change")
        reused = self._reused(tx, caller, submission, parts)
        run_id = new_id("run")
        run_store.insert_run(
            tx,
            {
                "id": run_id,
                "project_id": project,
                "user_id": caller.user_id,
                "username": caller.username,
                "name": submission.name,
                **_tool_columns(tool),
                "parameters": parameters,
                "resources": resources,
                "output_dataset_id": output,
                "priority": _priority(submission.priority),
                "state": State.SUCCEEDED if reused else State.QUEUED,
                "reason": None,
                "tag": submission.tag,
                "reuse": submission.reuse,
                "reuse_key": None if isinstance(parts, NotReusable) else digest(parts),
                "reuse_parts": {"not_reusable": parts.why} if isinstance(parts, NotReusable) else parts,
                "reused_from": reused.id if reused else None,
                "request_id": request_id.get(),
            },
            inputs,
        )
        if reused is None:
            self._outbox.emit(tx, [run_event(run_id, project, State.QUEUED)])
            return run_id
        if reused.output is not None:
            run_store.share_output(tx, run_id, self._given(tx, caller, run_id, reused.output, output))
        text = f"the result of {reused.id} was used again"
        self._outbox.emit(tx, [run_event(run_id, project, State.SUCCEEDED, text=text)])
        return run_id

    def _given(self, tx: Tx, caller: Caller, run_id: str, found: RunOutput, wanted: str) -> RunOutput:
        """Return the version that stands for a reused result: itself, or a new one in the data set asked for."""
        if found.dataset_id == wanted:
            return found
        files = self._use.first_files(tx, found.version_id, _MOST_FILES)
        new = NewVersion(dataset_id=wanted, files=files, author_id=caller.user_id, run_id=run_id)
        (made,) = self._datasets.publish(tx, [new])
        self._use.require_room(tx, [wanted])
        return RunOutput(dataset_id=made.dataset_id, version_id=made.id, number=made.number)

    def _output_dataset(self, tx: Tx, caller: Caller, submission: Submission, tool: ResolvedTool) -> str:
        name = submission.output or f"{tool.name}-results"
        return self._use.for_outputs(tx, caller, name, make=True)

    def _reused(
        self, tx: Tx, caller: Caller, submission: Submission, parts: Mapping[str, Any] | NotReusable
    ) -> Run | None:
        if not submission.reuse or isinstance(parts, NotReusable):
            return None
        return next((run for run in run_store.reusable(tx, digest(parts)) if self._may_take(tx, caller, run)), None)

    def _may_take(self, tx: Tx, caller: Caller, run: Run) -> bool:
        """Tell whether a result is there still and the caller may read it; one without outputs is its project's."""
        if run.output is not None:
            return bool(self._use.readable(tx, caller, [run.output.version_id]))
        return self._people.may(tx, caller, Permission.PROJECT_READ, Thing(kind=Kind.PROJECT, id=run.project_id))


class InProgress(Conflict):
    """The first submit with this key has not ended yet."""

    reason = "idempotency_key_in_use"
    fault = Fault.PASSING
    retry_after_seconds = 1


def _check_texts(submission: Submission) -> None:
    texts = {"/name": submission.name, "/tag": submission.tag}
    problems = [
        Problem(where=where, text="cannot hold NUL or half of a surrogate pair")
        for where, given in texts.items()
        if given and any(character == "\0" or "\ud800" <= character <= "\udfff" for character in given)
    ]
    if problems:
        raise Invalid("a text cannot be kept", next_step="mend what `problems` names", problems=problems)


def _check_command(definition: Definition, parameters: Mapping[str, Any], inputs: Sequence[RunInput]) -> None:
    """Write the command once, so that one which no program would take is refused now and not when it starts."""
    paths: dict[str, list[str]] = defaultdict(list)
    for item in inputs:
        paths[item.slot].append(item.target)
    render(definition, parameters, paths)


def _tool_columns(tool: ResolvedTool) -> Mapping[str, Any]:
    definition = tool.definition
    return {
        "tool_id": tool.tool_id,
        "tool_name": tool.name,
        "tool_version": tool.version,
        "revision": tool.revision,
        "max_attempts": definition.retry.attempts,
        "retry_on": list(definition.retry.reasons),
        "soft_seconds": definition.limits.soft_seconds or definition.limits.hard_seconds,
        "hard_seconds": definition.limits.hard_seconds,
        "grace_seconds": definition.limits.grace_seconds,
    }


def _resources(definition: Definition, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    asked = definition.resources
    resources = {name: wanted.get(name, getattr(asked, name)) for name in _RESOURCES}
    problems = [
        Problem(where=f"/resources/{name}", text="must be a number above 0")
        for name, value in resources.items()
        if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0
    ]
    problems += [
        Problem(where=f"/resources/{name}", text=f"is unknown; known are {', '.join(_RESOURCES)}")
        for name in wanted
        if name not in _RESOURCES
    ]
    if problems:
        raise Invalid("the resources asked for have faults", next_step="mend what `problems` names", problems=problems)
    return resources


def _priority(priority: int) -> int:
    if not 0 <= priority <= _HIGHEST_PRIORITY:
        raise Invalid(
            "the priority is out of range",
            next_step="give a priority from 0 (last) to 9 (first)",
            problems=[Problem(where="/priority", text="must be from 0 to 9")],
        )
    return priority
