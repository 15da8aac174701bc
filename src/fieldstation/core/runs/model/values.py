"""What runs are made of: what is asked for, what is kept, what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import AttemptState, Outcome, State


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What a person asks for.

    `tool` and each input are references as people write them (`table-summary@1.0.0`, `weather@3:daily.csv`);
    `output` names the data set that takes the outputs as a new version (default: `<tool>-results` of the caller), and
    `unit` the one that pays for it where it is made (default: that of the project).
    """

    tool: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    project: str | None = None
    output: str | None = None
    unit: str | None = None
    name: str | None = None
    priority: int = 5
    reuse: bool = True
    resources: Mapping[str, Any] = field(default_factory=dict)
    tag: str | None = None
    rerun_of: str | None = None  # the run that it repeats


@dataclass(frozen=True, kw_only=True)
class RunInput:
    """One thing a run reads: a version, or one file of it (`path`), seen at `target` inside."""

    slot: str
    version_id: str
    dataset_id: str
    number: int
    manifest_digest: str
    path: str | None
    target: str


@dataclass(frozen=True, kw_only=True)
class RunOutput:
    """The version a run made."""

    dataset_id: str
    version_id: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run as it is kept. Times are the database's; `fence` is that of who may write next."""

    id: str
    project_id: str
    user_id: str
    username: str
    name: str | None
    tool_id: str
    tool_name: str
    tool_version: str
    revision: str
    parameters: Mapping[str, Any]
    inputs: Sequence[RunInput]
    output_dataset_id: str | None  # None: it works in its project, and what it makes stays there
    resources: Mapping[str, Any]
    priority: int
    state: State
    reason: Reason | None
    message: str | None
    exit_code: int | None
    attempts: int
    max_attempts: int
    retry_on: frozenset[str]
    soft_seconds: float
    hard_seconds: float
    tag: str | None
    image: str | None  # of a container, pinned: what it sees, whatever the name of the image means by now
    reuse_key: str | None
    reused_from: str | None
    rerun_of: str | None
    cancel_requested_at: datetime | None
    created_at: datetime
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    output: RunOutput | None
    request_id: str


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try at a run: its times split into staging, running, collecting."""

    id: str
    run_id: str
    number: int
    engine: str
    state: AttemptState
    outcome: Outcome | None
    reason: Reason | None
    exit_code: int | None
    claimed_at: datetime
    running_at: datetime | None
    exited_at: datetime | None
    ended_at: datetime | None
    usage: Mapping[str, Any]
    logs: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to start one attempt, under `fence`, until `seconds` have gone without renewal."""

    attempt_id: str
    run_id: str
    number: int
    fence: int
    uid: int | None
    run: Run
    barred: tuple[Reason, str | None] | None = None  # why it must not start, found at the claim


@dataclass(frozen=True, kw_only=True)
class Exit:
    """What the engine saw of an attempt's end; `lost` means no evidence of how, `stopped` that our signal ended it."""

    attempt_id: str
    lost: bool
    stopped: bool
    exit_code: int | None
    breaches: frozenset[str]
    usage: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of an attempt, and of its run when it is the last one."""

    outcome: Outcome
    reason: Reason | None = None
    message: str | None = None


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who claims: the engine it acts for, its name, and for how long a claim lasts without renewal.

    `containers` says whether that engine shows container images; else it is given no run that is pinned to one.
    """

    engine: str
    name: str
    lease_seconds: float
    containers: bool = False


@dataclass(frozen=True, kw_only=True)
class Moved:
    """An attempt and its run after a move that hit them."""

    attempt_id: str
    run_id: str
    project_id: str
    number: int
    state: State  # of the run


@dataclass(frozen=True, kw_only=True)
class Running:
    """A running attempt: its engine's handle, what was asked of it already, and the seconds it has left.

    `grace` are the seconds its tool wants between a cancel's SIGTERM and SIGKILL.
    `asked` and `killed`: a stop, a kill was recorded; `asked_ago` seconds since the stop.
    """

    id: str
    handle: str
    stop_reason: str | None
    asked: bool
    killed: bool
    cancel: bool
    soft_left: float
    hard_left: float
    asked_ago: float | None
    grace: float


@dataclass(frozen=True, kw_only=True)
class Collectable:
    """An attempt whose process is gone, claimed for collecting."""

    attempt_id: str
    run_id: str
    number: int
    fence: int
    lost: bool
    exit_code: int | None
    breaches: frozenset[str]
    usage: Mapping[str, Any]
    stop_reason: str | None
    claimed_at: datetime
    tries: int  # attempts of the run so far that were started, this one included


@dataclass(frozen=True, kw_only=True)
class TakenOver:
    """A staging attempt whose holder is gone, now ours to decide on."""

    attempt_id: str
    run_id: str
    number: int
    fence: int


@dataclass(frozen=True, kw_only=True)
class End:
    """How an attempt ends, and what its run becomes."""

    attempt_id: str
    run_id: str
    fence: int
    outcome: str
    reason: str | None
    message: str | None
    exit_code: int | None
    logs: Mapping[str, Any]
    state: State  # of the run; where it would be queued but a cancel was asked for, it becomes canceled
    run_reason: str | None


@dataclass(frozen=True, kw_only=True)
class SubmitKey:
    """One person's key for one submit, with the digest of the canonical body it came with."""

    user_id: str
    route: str
    key: str
    body_digest: str
