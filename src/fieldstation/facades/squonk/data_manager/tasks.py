"""Tasks: what takes its time, as people follow it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from fieldstation.core.people.model import Caller
from fieldstation.core.tasks.model import MOST_EVENTS, Passed, Purpose, Task, TaskEvent, TaskFilter
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.application import refusals
from fieldstation.kernel.clock import wire_time
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import MAX_LIMIT, PageRequest

_EVENTS = 500  # where nothing else is asked for
_KNOWN = frozenset(Purpose) - {Purpose.IMAGE}  # what programs made for it know of
_ALL = ", ".join(sorted(purpose.name for purpose in _KNOWN))
_Name = Annotated[str | None, Query(max_length=256, pattern=r"^[^\x00]*$")]


class TaskOut(BaseModel):
    """A task."""

    created: str
    done: bool
    exit_code: int | None = Field(default=None, description="of one that is done: 0 when it went well")
    purpose: str = Field(examples=["PROJECT"])
    purpose_id: str
    purpose_version: int | None = None
    removal: bool


class ListedTaskOut(TaskOut):
    """A task of a list."""

    id: str


class TasksOut(BaseModel):
    """Tasks, newest first."""

    count: int
    tasks: list[ListedTaskOut]


class StateOut(BaseModel):
    """A state that a task came to."""

    state: str = Field(examples=["STARTED"])
    time: str
    message: str | None = None


class EventOut(BaseModel):
    """Something that was told about a task."""

    ordinal: int
    level: str = Field(examples=["INFO"])
    message: str
    time: str


class TaskDetailOut(TaskOut):
    """A task, its states and some of its events, oldest first."""

    states: list[StateOut]
    events: list[EventOut]


def _kinds(
    purpose: Annotated[str | None, Query(max_length=20, description=f"one of {_ALL}")] = None,
    exclude_purpose: Annotated[str | None, Query(max_length=100, description=f"some of {_ALL}, dots between")] = None,
    exclude_done: Annotated[bool, Query(description="leave out what is done")] = False,
    exclude_removal: Annotated[bool, Query(description="leave out what removes something")] = False,
    instance_callback_context: _Name = None,
) -> TaskFilter:
    wanted = _purposes(purpose, "purpose") or _KNOWN
    return TaskFilter(
        purposes=wanted - _purposes(exclude_purpose, "exclude_purpose"),
        exclude_done=exclude_done,
        exclude_removal=exclude_removal,
        context=instance_callback_context or None,
    )


def _wanted(
    kinds: Annotated[TaskFilter, Depends(_kinds)],
    project_id: _Name = None,
    unit_id: _Name = None,
    org_id: _Name = None,
) -> TaskFilter:
    return replace(kinds, project=project_id or None, unit=unit_id or None, organisation=org_id or None)


def router(tasks: Tasks) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["task"])

    @routes.get(
        "/task",
        operation_id="get_tasks",
        summary=f"The newest {MAX_LIMIT:,} of the tasks that you see",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def listed(call: CallerCall, wanted: Annotated[TaskFilter, Depends(_wanted)]) -> TasksOut:
        found = await call(lambda tx, caller: tasks.page(tx, caller, PageRequest(limit=MAX_LIMIT), wanted))
        items = [ListedTaskOut(id=task.id, **_fields(task)) for task in found.items]
        return TasksOut(count=len(items), tasks=items)

    @routes.get(
        "/task/{task_id}",
        operation_id="get_task",
        summary="A task, its states and its events",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def one(
        task_id: str,
        call: CallerCall,
        event_limit: Annotated[int, Query(ge=1, description="at most so many events")] = _EVENTS,
        event_prior_ordinal: Annotated[int, Query(ge=0, le=MOST_EVENTS, description="events behind this one")] = 0,
    ) -> TaskDetailOut:
        page = PageRequest(limit=min(event_limit, MOST_EVENTS), after=(str(event_prior_ordinal),))

        def look(tx: Tx, caller: Caller) -> TaskDetailOut:
            task = tasks.show(tx, caller, task_id)
            return _detail(task, tasks.states(tx, task), tasks.events(tx, caller, task_id, page).items)

        return await call(look)

    @routes.delete(
        "/task/{task_id}",
        operation_id="delete_task",
        summary="Forget a task of yours that is done",
        status_code=204,
        response_class=Response,
        responses=refusals(404, 409),
    )
    async def remove(task_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: tasks.remove(tx, caller, task_id))

    return routes


def _purposes(text: str | None, argument: str) -> frozenset[Purpose]:
    """Read purposes with dots between them, or commas as some calls of the client tell; Invalid for any other word."""
    names = [name.strip() for name in (text or "").replace(",", ".").split(".") if name.strip()]
    known = {purpose.name: purpose for purpose in _KNOWN}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Invalid(f"{argument} cannot be {unknown[0][:40]!r}", next_step=f"use {_ALL}")
    return frozenset(known[name] for name in names)


def _detail(task: Task, states: Sequence[Passed], events: Sequence[TaskEvent]) -> TaskDetailOut:
    return TaskDetailOut(
        **_fields(task),
        states=[StateOut(state=one.state.name, time=wire_time(one.at), message=one.message) for one in states],
        events=[
            EventOut(ordinal=one.ordinal, level=one.level.name, message=one.text, time=wire_time(one.at))
            for one in events
        ],
    )


def _fields(task: Task) -> dict[str, Any]:
    return {
        "created": wire_time(task.created_at),
        "done": task.state.final,
        "exit_code": task.exit_code,
        "purpose": task.purpose.name,
        "purpose_id": task.purpose_id,
        "purpose_version": task.purpose_version,
        "removal": task.removal,
    }
