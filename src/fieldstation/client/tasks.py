"""Tasks of a station: what takes its time, followed to its end."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldstation.client.answers import read
from fieldstation.client.runs import HELD_SECONDS
from fieldstation.client.transport import Transport, at


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A state that a task came to."""

    state: str
    at: datetime
    message: str | None = None


@dataclass(frozen=True, kw_only=True)
class Task:
    """One operation that takes its time; `exit_code` is there once it is `done`, 0 when it went well.

    `purpose_id` is the id of the thing it is about, a dataset, file, instance or project, or the name of an image;
    `states` are told of one task, not in lists.
    """

    id: str
    purpose: str
    purpose_id: str
    removal: bool
    asked_by: str
    state: str
    done: bool
    events: int
    created: datetime
    purpose_version: int | None = None
    project: str | None = None
    context: str | None = None
    exit_code: int | None = None
    ended: datetime | None = None
    states: Sequence[Passed] = ()


@dataclass(frozen=True, kw_only=True)
class TaskEvent:
    """Something that was told about a task."""

    ordinal: int
    level: str
    text: str
    at: datetime


class Tasks:
    """Everything about tasks."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def all(self, **query: str | int | bool | None) -> Iterator[Task]:
        """Yield the tasks that the caller may see, newest first.

        `query` narrows by `purpose`, `exclude_purpose`, `exclude_done`, `exclude_removal`, by the id of `about` (the
        thing), `project`, `unit` or `organisation`, and by `context`.
        """
        return self._transport.pages(Task, at("tasks"), query)

    def show(self, task_id: str) -> Task:
        """Return one task, with its states."""
        return self._transport.get_as(Task, at("tasks", task_id))

    def events(self, task_id: str) -> Iterator[TaskEvent]:
        """Yield what was told about a task, in its order."""
        return self._transport.pages(TaskEvent, at("tasks", task_id, "events"), {"limit": 1000})

    def wait(self, task_id: str, timeout: float = float("inf")) -> Task:
        """Return a task once it is done, or as it is when `timeout` seconds are over."""
        ends = time.monotonic() + timeout
        while True:
            held = max(0.0, min(HELD_SECONDS, ends - time.monotonic()))
            answer = self._transport.get(at("tasks", task_id), {"wait_seconds": f"{held:.1f}"}, timeout=held + 30)
            task = read(Task, answer)
            if task.done or time.monotonic() >= ends:
                return task

    def remove(self, task_id: str) -> None:
        """Remove a task that the caller asked for and that is done; what it did stays."""
        self._transport.send("DELETE", at("tasks", task_id))
