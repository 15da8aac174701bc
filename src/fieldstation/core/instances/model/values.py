"""What instances are."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from fieldstation.core.instances.model.describe import expressions
from fieldstation.core.runs.model.plan import Plan
from fieldstation.core.runs.model.states import State
from fieldstation.core.tools.model.jobs import JobName, KeptJob
from fieldstation.core.tools.model.squonk.fill import Filled
from fieldstation.kernel.errors import Invalid
from fieldstation.ports.templates import Template

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-_. ]{0,78}[A-Za-z0-9]")


class Phase(StrEnum):
    """How far an instance is."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


PHASES: Mapping[State, Phase] = {
    State.HELD: Phase.PENDING,
    State.QUEUED: Phase.PENDING,
    State.STAGING: Phase.PENDING,
    State.RUNNING: Phase.RUNNING,
    State.COLLECTING: Phase.RUNNING,
    State.SUCCEEDED: Phase.COMPLETED,
    State.FAILED: Phase.FAILED,
    State.CANCELED: Phase.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class Callback:
    """Where to tell each state; `context` goes along, `token` reads files of the project while the instance lasts."""

    url: str | None = None
    context: str | None = None
    token: str | None = field(default=None, repr=False)
    make_token: bool = False


@dataclass(frozen=True, kw_only=True)
class Apart:
    """A job that sees its own folder in place of the project's, with these files and folders of the project in it.

    `step` is the id of what it is launched for.
    """

    step: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Launch:
    """A job to launch: in which project, under which name, with which variables; `sub_path` is where it starts.

    `debug`, unless it is "0", has the instance be kept after its end until somebody removes it.
    """

    project: str
    name: str
    job: JobName
    variables: Mapping[str, Any] = field(default_factory=dict)
    sub_path: str | None = None
    debug: str | None = None
    callback: Callback = field(default_factory=Callback)
    apart: Apart | None = None


@dataclass(frozen=True, kw_only=True)
class Quote:
    """Coins that a launch is expected to cost, after `past` instances of its job; `rate` is what its cost is worth."""

    coins: Decimal
    past: int
    rate: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A launch that was found sound; its command is still to be expanded, outside of any transaction.

    `product` is the one that pays for it, None where nobody does.
    """

    instance_id: str
    launch: Launch
    kept: KeptJob
    filled: Filled
    assets: Mapping[str, str]  # name: id
    product: str | None
    quote: Quote

    @property
    def templates(self) -> Sequence[Template]:
        """The command, then where each output will lie, then the names of their fields."""
        outputs = self.kept.job.outputs
        texts = [str(about.get("creates", "")) for about in outputs.values()]
        return [self.filled.command, *map(self.filled.text, [*texts, *expressions(outputs)])]


@dataclass(frozen=True, kw_only=True)
class Worked:
    """A draft with its command: what will be started, and where its outputs will lie, as its author describes them."""

    draft: Draft
    command: str
    plan: Plan
    outputs: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Launched:
    """What a launch led to; `token` is shown this once."""

    instance_id: str
    task_id: str
    command: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A job that was launched, and how far it is; what it was launched with is `written` as JSON."""

    id: str
    run_id: str
    task_id: str
    removal_task: str | None
    project: str
    owner: str
    step: str | None
    name: str
    job: JobName
    job_number: int
    title: str
    nextflow: bool
    written: str
    outputs: Mapping[str, Mapping[str, Any]]
    described: Sequence[str]  # the files beside its outputs, once it has ended
    exit_code: int | None
    command: str
    phase: Phase
    error: str | None
    archived: bool
    debug: bool
    token_valid: bool
    rate: Decimal | None
    cost: Decimal | None
    coins: Decimal | None
    authorisation: int | None
    launched_at: datetime
    started_at: datetime | None
    stopped_at: datetime | None

    @property
    def specification(self) -> Mapping[str, Any]:
        """What it was launched with; read each time, as lists of thousands pass it on as it is written."""
        found: Mapping[str, Any] = json.loads(self.written)
        return found


def check_name(name: str) -> None:
    """Return when something that is launched may be called so; Invalid otherwise."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"{name[:100]!r} cannot be the name of an instance",
            next_step="use 2 to 80 letters, digits, '-', '_', '.' and spaces, a letter or digit first and last",
            reason="name",
        )
