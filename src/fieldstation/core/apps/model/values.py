"""Applications that were launched, and the ways into them.

pending ─► running ─► completed | failed
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from fieldstation.core.tools.model.apps import Cost

SOURCES = ("image", "cpu", "memory")  # variables that say how it runs, where its definition asks for them


class AppPhase(StrEnum):
    """How far an application is."""

    PENDING = "pending"  # it does not answer yet
    RUNNING = "running"  # it can be opened
    COMPLETED = "completed"  # it was ended, or ended itself well
    FAILED = "failed"


class StopReason(StrEnum):
    """Why the station ends an application."""

    NO_ANSWER = "no_answer"
    NO_COINS = "no_coins"


@dataclass(frozen=True, kw_only=True)
class NewApp:
    """An application to launch in a project under a name; `application` is its id, also with `@version`."""

    project: str
    name: str
    application: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Application:
    """What can be launched: the newest version of it. `id` is PLURAL.GROUP."""

    id: str
    tool_id: str
    version: str
    title: str
    description: str
    parameters: Mapping[str, Any]
    variants: Mapping[str, str]
    cost: Cost
    cores: float
    memory_bytes: int

    @property
    def group(self) -> str:
        """What stands behind the first dot of its id."""
        return self.id.partition(".")[2]

    @property
    def kind(self) -> str:
        """Its title as one word, as `FileBrowser`."""
        words = "".join(letter if letter.isalnum() else " " for letter in self.title).split()
        return "".join(word[:1].upper() + word[1:] for word in words)


@dataclass(frozen=True, kw_only=True)
class App:
    """An application that was launched, and how far it is. `units` are its PxGi."""

    id: str
    run_id: str
    task_id: str
    removal_task: str | None
    project: str
    owner: str
    name: str
    application: str
    version: str
    title: str
    variables: Mapping[str, Any]
    phase: AppPhase
    error: str | None
    archived: bool
    cost: Cost
    units: Decimal
    coins: Decimal | None
    authorisation: int | None
    launched_at: datetime
    answered_at: datetime | None
    stopped_at: datetime | None

    @property
    def path(self) -> str:
        """Where it is opened, below the address of the station."""
        return path_of(self.run_id)


@dataclass(frozen=True, kw_only=True)
class Way:
    """The way into a running application: the engine and the attempt whose door it is."""

    run_id: str
    engine: str
    attempt_id: str
    strips: bool


@dataclass(frozen=True, kw_only=True)
class Attended:
    """An application that is not over, as the station looks after it; `attempt_id` once its program was started.

    Seconds are until now: `running_seconds` since its program began, `paid_seconds` since it first answered,
    `accrued_ago` since `accrued`, its coins then,
    were last written into its charge.
    """

    id: str
    task_id: str
    run_id: str
    user_id: str
    project: str
    product: str | None
    engine: str | None
    attempt_id: str | None
    listens: bool
    over: bool
    within_seconds: float
    running_seconds: float | None
    paid_seconds: float | None
    accrued: Decimal | None
    accrued_ago: float | None
    cost: Cost
    units: Decimal
    warned: bool
    stopping: bool


def path_of(run_id: str) -> str:
    """Return the path below which an application is reached."""
    return f"/apps/{run_id}/"
