"""Workflows and runs of them, as the station keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fieldstation.core.pipelines.model.definition import Reading, Workflow
from fieldstation.core.pipelines.model.states import WorkflowState
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Problem


class WorkflowScope(StrEnum):
    """Who sees a workflow, and may run it where they may run jobs."""

    USER = "user"
    PROJECT = "project"
    PRODUCT = "product"
    UNIT = "unit"
    ORGANISATION = "organisation"
    GLOBAL = "global"


@dataclass(frozen=True, kw_only=True)
class NewWorkflow:
    """A workflow to keep; without `scope_id` one of scope `user` is the caller's.

    `word` is what the scope is called by who asked, where they have a word of their own for it.
    """

    name: str
    reading: Reading
    scope: WorkflowScope = WorkflowScope.USER
    scope_id: str | None = None
    word: str | None = None


@dataclass(frozen=True, kw_only=True)
class WorkflowChange:
    """What shall change about a draft; what is None stays."""

    name: str | None = None
    reading: Reading | None = None


@dataclass(frozen=True, kw_only=True)
class KeptWorkflow:
    """A workflow: a draft, or a version of one, which nothing changes any more (`source` is the draft's id).

    `workflow` is absent while the definition has faults of form. `definition` is its text, where it was asked for.
    """

    id: str
    name: str
    scope: WorkflowScope
    scope_id: str
    word: str | None
    creator: str
    version: str | None
    source: str | None
    workflow: Workflow | None
    faults: Sequence[Problem]
    created_at: datetime
    changed_at: datetime
    definition: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class NewRun:
    """A workflow to run: in which project, under which name, with which values for its variables."""

    workflow: str
    project: str
    name: str
    variables: Mapping[str, Json] = field(default_factory=dict)
    debug: str | None = None


@dataclass(frozen=True, kw_only=True)
class RunKey:
    """What makes a request for a run safe to repeat: the caller's key, and the digest of what they asked for."""

    key: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Running:
    """A workflow that runs, or did: its definition is the one of then.

    `error` says what ended it early and what to do; `stopping` is who asked for its end.
    """

    id: str
    name: str
    workflow_id: str
    workflow_name: str
    version: str | None
    project: str
    project_name: str
    user: str
    state: WorkflowState
    workflow: Workflow
    variables: Mapping[str, Json]
    debug: str | None
    error_number: int
    error: str | None
    stopping: str | None
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class RunningStep:
    """A step that was launched, or was to be; `replica` counts from 0 to `replicas` - 1."""

    id: str
    name: str
    replica: int
    replicas: int
    state: WorkflowState
    variables: Mapping[str, Json]
    instance: str | None
    task: str | None
    run: str | None
    error_number: int
    error: str | None
    started_at: datetime
    ended_at: datetime | None
