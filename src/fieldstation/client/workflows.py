"""Workflows: kept, versioned, run and followed."""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fieldstation.client.answers import read
from fieldstation.client.things import JobName, Json
from fieldstation.client.transport import Transport, at

_RUNNING = "running"
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong with a definition."""

    where: str
    text: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a definition: its job, and the steps that it waits for."""

    name: str
    job: JobName
    after: Sequence[str]
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class Variable:
    """Something that is said when a workflow is run."""

    name: str
    kind: str | None = None
    title: str | None = None
    type: str | None = None
    default: Json = None


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """A workflow: a draft, or a version of the draft `source`."""

    id: str
    name: str
    scope: str
    created_by: str
    created: datetime
    changed: datetime
    sound: bool
    title: str | None = None
    description: str | None = None
    version: str | None = None
    source: str | None = None
    scope_id: str | None = None
    definition: str | None = None
    faults: Sequence[Fault] = field(default_factory=tuple)
    steps: Sequence[Step] = field(default_factory=tuple)
    variables: Sequence[Variable] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class RunningWorkflow:
    """A workflow that runs, or did; `state` is running, success, failure or stopped."""

    id: str
    name: str
    workflow: str
    workflow_name: str
    project: str
    project_name: str
    started_by: str
    state: str
    variables: Mapping[str, Json]
    started: datetime
    steps: Sequence[Step]
    version: str | None = None
    error: str | None = None
    error_number: int | None = None
    stopping: str | None = None
    ended: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RunningStep:
    """A step that was launched, the `replica`th of `replicas`."""

    id: str
    name: str
    replica: int
    replicas: int
    state: str
    variables: Mapping[str, Json]
    started: datetime
    instance: str | None = None
    run: str | None = None
    task: str | None = None
    error: str | None = None
    error_number: int | None = None
    ended: datetime | None = None


class Workflows:
    """Everything about workflows."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(self, name: str, definition: str, *, scope: str = "user", scope_id: str | None = None) -> Workflow:
        """Keep a workflow as a draft, whatever faults its definition has."""
        body: dict[str, Json] = {"name": name, "definition": definition, "scope": scope}
        if scope_id is not None:
            body["scope_id"] = scope_id
        return read(Workflow, self._transport.send("POST", at("workflows"), body))

    def all(self, source: str | None = None) -> Iterator[Workflow]:
        """Yield the workflows that the caller sees, newest first, or the versions of one draft."""
        return self._transport.pages(Workflow, at("workflows"), {"source": source})

    def show(self, workflow: str) -> Workflow:
        """Return one with its definition."""
        return self._transport.get_as(Workflow, at("workflows", workflow))

    def change(self, workflow: str, *, name: str | None = None, definition: str | None = None) -> Workflow:
        """Change a draft."""
        given = {"name": name, "definition": definition}
        body = {key: value for key, value in given.items() if value is not None}
        return read(Workflow, self._transport.send("PATCH", at("workflows", workflow), body))

    def tag(self, workflow: str, version: str) -> Workflow:
        """Keep a draft as a version, which nothing changes; return that."""
        return read(Workflow, self._transport.send("POST", at("workflows", workflow, "versions"), {"version": version}))

    def remove(self, workflow: str) -> None:
        """Remove a workflow that no version was made from."""
        self._transport.send("DELETE", at("workflows", workflow))

    def run(
        self,
        workflow: str,
        project: str,
        *,
        name: str,
        variables: Mapping[str, Json] | None = None,
        key: str | None = None,
    ) -> RunningWorkflow:
        """Have a workflow run in a project; the same `key` never makes it run a second time."""
        body = {"project": project, "name": name, "variables": dict(variables or {})}
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return read(RunningWorkflow, self._transport.send("POST", at("workflows", workflow, "runs"), body, headers))

    def running(self, *, project: str | None = None, workflow: str | None = None) -> Iterator[RunningWorkflow]:
        """Yield those that run, or did, newest first, of one project or workflow (by id) where given."""
        asked = {"project": project, "workflow": workflow}
        return self._transport.pages(RunningWorkflow, at("running-workflows"), asked)

    def status(self, running: str) -> RunningWorkflow:
        """Return one that runs, or did."""
        return self._transport.get_as(RunningWorkflow, at("running-workflows", running))

    def steps(self, running: str) -> Iterator[RunningStep]:
        """Yield its steps that were launched, in their order."""
        return self._transport.pages(RunningStep, at("running-workflows", running, "steps"))

    def wait(self, running: str) -> RunningWorkflow:
        """Return one once it has ended."""
        while (found := self.status(running)).state == _RUNNING:
            time.sleep(_PAUSE_SECONDS)
        return found

    def stop(self, running: str) -> RunningWorkflow:
        """Ask for the end of one."""
        return read(RunningWorkflow, self._transport.send("POST", at("running-workflows", running, "stop")))

    def forget(self, running: str) -> None:
        """Take one that has ended from the list."""
        self._transport.send("DELETE", at("running-workflows", running))
