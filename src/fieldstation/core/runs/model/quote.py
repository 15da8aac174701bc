"""What a run will use and get, told before it is submitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstation.core.datasets.model import Account
from fieldstation.core.runs.model.values import RunInput
from fieldstation.core.tools.model.published import ResolvedTool


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How much something was for half of some runs at most, and for nine in ten."""

    median: float
    p90: float


@dataclass(frozen=True, kw_only=True)
class Experience:
    """What the last runs of a tool that succeeded took: seconds, bytes of outputs, bytes of memory, processor seconds.

    None where none of them tells.
    """

    runs: int
    seconds: Spread | None = None
    output_bytes: Spread | None = None
    memory_bytes: Spread | None = None
    cpu_seconds: Spread | None = None


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """Whether the result of an identical run (`run`) would be taken, in words too."""

    run: str | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a submission would come to now.

    `ahead` runs would be before it; `output_id` is absent where a data set of that name would be made; `account` is
    that of who pays for the outputs, where the caller may know it.
    """

    tool: ResolvedTool
    parameters: Mapping[str, Any]
    inputs: Sequence[RunInput]
    resources: Mapping[str, Any]
    soft_seconds: float
    hard_seconds: float
    output_name: str
    output_id: str | None
    reuse: Foretold
    ahead: int
    estimate_seconds: float | None
    before: Experience
    account: Account | None
