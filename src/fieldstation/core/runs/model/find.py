"""Which runs are meant, and how many there are of each kind."""

from dataclasses import dataclass
from datetime import datetime

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State


@dataclass(frozen=True, kw_only=True)
class RunFilter:
    """Which runs are meant; None leaves a thing open.

    `tool` is a name, `project` an id, `submitted_by` a username; submitted at `since` or later, and before `until`.
    """

    state: State | None = None
    reason: Reason | None = None
    tool: str | None = None
    project: str | None = None
    submitted_by: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Group:
    """How many runs are in a state for a reason; with `more` there are more, and only the newest were counted."""

    state: State
    reason: Reason | None
    count: int
    more: bool
