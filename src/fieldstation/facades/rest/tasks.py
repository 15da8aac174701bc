"""Tasks: what takes its time, as people follow it."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from fieldstation.core.people.model import Caller
from fieldstation.core.tasks.model import KEPT_DAYS, Level, Passed, Purpose, Task, TaskEvent, TaskFilter, TaskState
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.hub import Hub
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.kit.waiting import LONGEST_WAIT_SECONDS, waited
from fieldstation.facades.rest.names import Text
from fieldstation.kernel.clock import wire_time

Id = Annotated[Text, Field(max_length=200)]
Context = Annotated[Text, Field(max_length=256)]


class TaskOut(BaseModel):
    """A task: one operation that somebody asked for."""

    id: str = Field(examples=["task-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"])
    purpose: Purpose = Field(description="the kind of thing it is about", examples=["project"])
    purpose_id: str = Field(description="the id of that thing", examples=["project-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b"])
    purpose_version: int | None = Field(default=None, description="the version of a data set that it is about")
    project: str | None = Field(default=None, description="id of the project that it happens in")
    removal: bool = Field(description="whether it removes the thing")
    context: str | None = Field(default=None, description="what was told to find it again by")
    asked_by: str = Field(description="username", examples=["ada"])
    state: TaskState
    done: bool = Field(description="whether its state will never change again")
    exit_code: int | None = Field(default=None, description="of one that is done: 0 when it went well", examples=[0])
    events: int = Field(description="how many events there are to read")
    created: str
    ended: str | None = None


class PassedOut(BaseModel):
    """A state that a task came to."""

    state: TaskState
    at: str
    message: str | None = Field(default=None, examples=["the volume is away (wait)"])


class TaskDetailOut(TaskOut):
    """A task with the states that it went through, first to last."""

    states: Sequence[PassedOut]


class TaskEventOut(BaseModel):
    """Something that was told about a task."""

    ordinal: int = Field(description="counts from 1", examples=[1])
    level: Level
    text: str
    at: str


def _wanted(
    purpose: Annotated[list[Purpose] | None, Query(description="only about these kinds of things")] = None,
    exclude_purpose: Annotated[list[Purpose] | None, Query(description="not about these kinds")] = None,
    exclude_done: Annotated[bool, Query(description="only those that are not done")] = False,
    exclude_removal: Annotated[bool, Query(description="only those that remove nothing")] = False,
    context: Annotated[Context | None, Query(description="only those of which this was told")] = None,
) -> TaskFilter:
    return TaskFilter(
        purposes=frozenset(purpose or Purpose) - frozenset(exclude_purpose or ()),
        exclude_done=exclude_done,
        exclude_removal=exclude_removal,
        context=context,
    )


def _about(
    wanted: Annotated[TaskFilter, Depends(_wanted)],
    about: Annotated[Id | None, Query(description="only about the thing of this id")] = None,
    project: Annotated[Id | None, Query(description="only in this project, by id")] = None,
    unit: Annotated[Id | None, Query(description="only in projects that this unit pays for, by id")] = None,
    organisation: Annotated[Id | None, Query(description="only in projects of this organisation's units")] = None,
) -> TaskFilter:
    return replace(wanted, about=about, project=project, unit=unit, organisation=organisation)


Wanted = Annotated[TaskFilter, Depends(_about)]
WaitSeconds = Annotated[
    float, Query(ge=0, le=LONGEST_WAIT_SECONDS, description="answer when the task is done, or after so long")
]


def router(tasks: Tasks, hub: Hub) -> APIRouter:
    """Return the routes of tasks."""
    routes = APIRouter(prefix="/tasks", tags=["tasks"])

    @routes.get(
        "",
        operation_id="list_tasks",
        summary="List tasks, newest first",
        response_model_exclude_none=True,
        responses=responses(),
    )
    async def list_all(call: CallerCall, page: ById, wanted: Wanted) -> PageOut[TaskOut]:
        """List the tasks that you asked for, and those about projects and data sets that you may read."""
        return await call(lambda tx, caller: page_out(tasks.page(tx, caller, page, wanted), _out))

    @routes.get(
        "/{task_id}",
        operation_id="show_task",
        summary="Show a task and the states it went through",
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def show(call: CallerCall, task_id: str, wait_seconds: WaitSeconds = 0.0) -> TaskDetailOut:
        """Show one task; with `wait_seconds` the answer comes as soon as it is done."""

        def look(tx: Tx, caller: Caller) -> TaskDetailOut:
            task = tasks.show(tx, caller, task_id)
            return _detail(task, tasks.states(tx, task))

        return await waited(call, look, hub, task_id, wait_seconds, lambda task: task.done)

    @routes.get(
        "/{task_id}/events",
        operation_id="list_task_events",
        summary="List what was told about a task, in its order",
        response_model_exclude_none=True,
        responses=responses(404),
    )
    async def events(call: CallerCall, task_id: str, page: ById) -> PageOut[TaskEventOut]:
        return await call(lambda tx, caller: page_out(tasks.events(tx, caller, task_id, page), _event))

    @routes.delete(
        "/{task_id}",
        operation_id="remove_task",
        summary="Remove a task that you asked for and that is done",
        description=f"What it did stays as it is. A task that is done goes by itself after {KEPT_DAYS} days.",
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=responses(403, 404, 409),
    )
    async def remove(call: CallerCall, task_id: str) -> None:
        await call(lambda tx, caller: tasks.remove(tx, caller, task_id))

    return routes


def _out(task: Task) -> TaskOut:
    return TaskOut(**_fields(task))


def _detail(task: Task, states: Sequence[Passed]) -> TaskDetailOut:
    return TaskDetailOut(**_fields(task), states=[_passed(one) for one in states])


def _fields(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "purpose": task.purpose,
        "purpose_id": task.purpose_id,
        "purpose_version": task.purpose_version,
        "project": task.project,
        "removal": task.removal,
        "context": task.context,
        "asked_by": task.username,
        "state": task.state,
        "done": task.state.final,
        "exit_code": task.exit_code,
        "events": task.events,
        "created": wire_time(task.created_at),
        "ended": wire_time(task.done_at) if task.done_at else None,
    }


def _passed(one: Passed) -> PassedOut:
    return PassedOut(state=one.state, at=wire_time(one.at), message=one.message)


def _event(one: TaskEvent) -> TaskEventOut:
    return TaskEventOut(ordinal=one.ordinal, level=one.level, text=one.text, at=wire_time(one.at))
