"""Figures about runs: how many there are, what they would use, what they used. Sizes in bytes, times in seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fieldstation.client.things import Json, Reason, RunInput, RunTool


@dataclass(frozen=True, kw_only=True)
class Group:
    """How many runs are in a state for a reason; with `more` there are more, and only the newest were counted."""

    state: str
    count: int
    more: bool = False
    reason: Reason | None = None


@dataclass(frozen=True, kw_only=True)
class Groups:
    """All groups, the largest first."""

    items: Sequence[Group]


@dataclass(frozen=True, kw_only=True)
class Target:
    """The data set that would take the outputs; one without an id would be made."""

    name: str
    id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """Whether the result of an identical run (`run`) would be used."""

    text: str
    run: str | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """The place that a run would have in the queue now."""

    ahead: int
    estimate_seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class Spread:
    """At most so much for half of the runs, and for nine in ten."""

    median: float
    p90: float


@dataclass(frozen=True, kw_only=True)
class Before:
    """What the last runs of the tool took that succeeded; memory at its peak."""

    runs: int
    seconds: Spread | None = None
    output_bytes: Spread | None = None
    memory_bytes: Spread | None = None
    cpu_seconds: Spread | None = None


@dataclass(frozen=True, kw_only=True)
class Room:
    """What is left of the caller's quota."""

    quota: int
    free: int


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a run would come to if it were submitted now."""

    tool: RunTool
    output: Target
    soft_seconds: float
    hard_seconds: float
    reuse: Foretold
    queue: Place
    before: Before
    inputs: Sequence[RunInput] = ()
    parameters: Mapping[str, Json] = field(default_factory=dict)
    resources: Mapping[str, Json] = field(default_factory=dict)
    room: Room | None = None


@dataclass(frozen=True, kw_only=True)
class Point:
    """What an attempt had used `seconds` after its start; `cores` were at work on average since the point before."""

    seconds: float
    cpu_seconds: float | None = None
    cores: float | None = None
    memory_bytes: int | None = None
    disk_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What an attempt used over time; `over` when no point will be added."""

    over: bool
    items: Sequence[Point] = ()
    attempt: int | None = None
