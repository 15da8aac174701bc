"""What a task is, the states it goes through, and the operation that some of them are.

pending ─► started ─► success | failure
   │         │  ▲
   │         ▼  │
   └─────► retry
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

KEPT_DAYS = 400  # after which a task that is done is forgotten
MOST_EVENTS = 10_000  # kept of one task; the last one says that there were more
MOST_MOVES = 200  # of one task; after so many only an end is recorded
MOST_TEXT = 2_000  # characters of an event or of what is said about a state
_BLANK = "(blank)"
_CUT = "…"


class Purpose(StrEnum):
    """What kind of thing a task is about."""

    DATASET = "dataset"
    FILE = "file"
    IMAGE = "image"  # a container image, under its name
    INSTANCE = "instance"
    PROJECT = "project"


class TaskState(StrEnum):
    """Where a task is. Final states are final."""

    PENDING = "pending"  # asked for, not begun
    STARTED = "started"  # at work; an application is ready now
    RETRY = "retry"  # it did not succeed; it will be tried again
    SUCCESS = "success"
    FAILURE = "failure"

    @property
    def final(self) -> bool:
        """Whether a task in this state will never change state again."""
        return self in FINAL


FINAL = frozenset({TaskState.SUCCESS, TaskState.FAILURE})
MOVES: Mapping[TaskState, frozenset[TaskState]] = {
    TaskState.PENDING: frozenset({TaskState.STARTED, TaskState.RETRY, TaskState.SUCCESS, TaskState.FAILURE}),
    TaskState.STARTED: frozenset({TaskState.RETRY, TaskState.SUCCESS, TaskState.FAILURE}),
    TaskState.RETRY: frozenset({TaskState.STARTED, TaskState.SUCCESS, TaskState.FAILURE}),
    TaskState.SUCCESS: frozenset(),
    TaskState.FAILURE: frozenset(),
}


def before(state: TaskState) -> Sequence[TaskState]:
    """Return the states from which a task may move to `state`."""
    return [known for known, following in MOVES.items() if state in following]


class Level(StrEnum):
    """How much an event matters."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


@dataclass(frozen=True, kw_only=True)
class NewTask:
    """A task to begin; `purpose_id` is the id of the thing it is about, in `project` where that lies in one.

    `work` names the operation that the station's performer does for it, with `payload` (plain JSON) as what it needs
    to know; None: who began the task moves it. `context` is what a person told to find it again by.
    """

    purpose: Purpose
    purpose_id: str
    purpose_version: int | None = None
    project: str | None = None
    removal: bool = False
    context: str | None = None
    work: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task as it is now; `username` is who asked for it, `exit_code` (0: it went well) is there once it is done."""

    id: str
    user_id: str
    username: str
    purpose: Purpose
    purpose_id: str
    purpose_version: int | None
    project: str | None
    removal: bool
    context: str | None
    state: TaskState
    exit_code: int | None
    events: int
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Move:
    """A task is to move to `state`; ends carry an exit code. It is left as it is where it may not move so."""

    task_id: str
    state: TaskState
    exit_code: int | None = None
    message: str | None = None


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A state that a task came to."""

    state: TaskState
    at: datetime
    message: str | None


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """Something to tell about a task; `replace_prior` puts it in the place of what was told last."""

    task_id: str
    text: str
    level: Level = Level.INFO
    replace_prior: bool = False


@dataclass(frozen=True, kw_only=True)
class TaskEvent:
    """Something that was told about a task; `ordinal` counts from 1."""

    ordinal: int
    level: Level
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class TaskFilter:
    """Which tasks are wanted.

    `about` is the id of the thing they are about; a project, or the unit or organisation that pays for projects, is
    told by its id, and leaves the tasks of projects that the caller may read.
    """

    purposes: frozenset[Purpose] = frozenset(Purpose)
    exclude_done: bool = False
    exclude_removal: bool = False
    project: str | None = None
    unit: str | None = None
    organisation: str | None = None
    about: str | None = None
    context: str | None = None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """The work of a task, claimed: its holder does it until the lease runs out, and writes under the fence.

    `failures` says how often it was tried and failed, `deaths` how often who did it was gone before the end.
    """

    task_id: str
    work: str
    payload: Mapping[str, Any]
    purpose_id: str
    project: str | None
    user_id: str
    request_id: str
    fence: int
    failures: int
    deaths: int


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who claims operations, which works they can do, and for how long a claim lasts without being renewed."""

    name: str
    works: Sequence[str]
    lease_seconds: float


def kept_text(text: str) -> str:
    """Return a text as it is kept: what no database holds is replaced, what is too long is cut, nothing is blank."""
    plain = text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode().strip()
    return _BLANK if not plain else plain if len(plain) <= MOST_TEXT else plain[: MOST_TEXT - 1] + _CUT
