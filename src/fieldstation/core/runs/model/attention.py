"""What of a person's own runs asks for their eyes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State

MOST_UNREAD = 100  # counted; a badge says "99+"


@dataclass(frozen=True, kw_only=True)
class RunNote:
    """A run in a few words; `unread`: it ended since its submitter last looked, and they did not look at it itself."""

    id: str
    name: str | None
    tool_name: str
    tool_version: str
    state: State
    reason: Reason | None
    message: str | None
    attempts: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    unread: bool


@dataclass(frozen=True, kw_only=True)
class Attention:
    """Runs that somebody submitted and may still see, a bounded number of each sort, newest first.

    `failed` are those of the last days that failed by what they asked for, and that they did not look at. `unread`
    counts up to MOST_UNREAD.
    """

    under_way: Sequence[RunNote]
    ended: Sequence[RunNote]
    failed: Sequence[RunNote]
    unread: int
    looked_at: datetime | None
