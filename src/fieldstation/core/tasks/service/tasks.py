"""`Tasks`: begins tasks, moves them, keeps what is told about them, and shows them to who may see them."""

from collections.abc import Sequence

from fieldstation.core.people.model import Caller, Kind, Permission, within_scopes
from fieldstation.core.people.service import Access
from fieldstation.core.tasks.model import (
    KEPT_DAYS,
    Level,
    Move,
    NewEvent,
    NewTask,
    Passed,
    Purpose,
    Task,
    TaskEvent,
    TaskFilter,
    TaskState,
)
from fieldstation.core.tasks.store import find
from fieldstation.core.tasks.store import tasks as store
from fieldstation.db import Tx
from fieldstation.db.outbox import Event, Outbox, note
from fieldstation.kernel.errors import Conflict, Forbidden, NotFound
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.logs import request_id
from fieldstation.kernel.paging import Page, PageRequest, page_of

QUEUED = "task.queued"  # the note that wakes performers
MOVED = "task.moved"  # the note that wakes who waits for a task
_BATCH = 5000
_BATCH_EVENTS = 50_000


class Tasks:
    """What the rest of the core does with tasks; every deed has a form for many, of a fixed number of statements."""

    def __init__(self, access: Access, outbox: Outbox) -> None:
        self._access = access
        self._outbox = outbox

    def begin(self, tx: Tx, user_id: str, new: NewTask) -> Task:
        """Begin a task that this user asked for; its work, if it has any, is done once the transaction is durable."""
        (task,) = self.begin_many(tx, [(user_id, new)])
        return task

    def begin_many(self, tx: Tx, tasks: Sequence[tuple[str, NewTask]]) -> Sequence[Task]:
        """Begin tasks, each with who asked for it; returns them in the same order."""
        if not tasks:
            return []
        begun = store.begin(tx, [(new_id("task"), user_id, new) for user_id, new in tasks], request_id.get())
        queued = [task for task, (_, new) in zip(begun, tasks, strict=True) if new.work is not None]
        note(tx, QUEUED, [task.id for task in queued])
        self._outbox.emit(tx, [_news(task.id, task.user_id, task.state) for task in queued])
        return begun

    def started(self, tx: Tx, task_id: str) -> bool:
        """Tell that a task is at work; returns whether that moved it."""
        return bool(self.move_many(tx, [Move(task_id=task_id, state=TaskState.STARTED)]))

    def finished(self, tx: Tx, task_id: str, exit_code: int, message: str | None = None) -> bool:
        """Tell that a task is done, well where `exit_code` is 0; returns whether that moved it."""
        return bool(self.move_many(tx, [end(task_id, exit_code, message)]))

    def move_many(self, tx: Tx, moves: Sequence[Move]) -> set[str]:
        """Move tasks, each once; returns those that moved.

        One that may not move so, because it did before or is done, stays as it is; so does one that is not there.
        """
        if not moves:
            return set()
        moved = store.move(tx, moves)
        note(tx, MOVED, sorted(moved))
        return moved

    def move_own(self, tx: Tx, user_id: str, move: Move) -> bool:
        """Move a task that the station does itself, and have this user, who asked for it, hear of it."""
        moved = bool(self.move_many(tx, [move]))
        if moved:
            self._outbox.emit(tx, [_news(move.task_id, user_id, move.state)])
        return moved

    def event(self, tx: Tx, task_id: str, level: Level, text: str, *, replace_prior: bool = False) -> None:
        """Tell something about a task, behind or in place of what was told last."""
        self.tell_many(tx, [NewEvent(task_id=task_id, level=level, text=text, replace_prior=replace_prior)])

    def tell_many(self, tx: Tx, events: Sequence[NewEvent]) -> None:
        """Tell something about tasks, in this order; beyond MOST_EVENTS a task keeps only that there was more."""
        if events:
            note(tx, MOVED, sorted(store.tell(tx, events)))

    def show(self, tx: Tx, caller: Caller, task_id: str) -> Task:
        """Return a task; NotFound when there is none or the caller may not see it."""
        found = find.one(tx, task_id, self._sight(caller))
        if found is None:
            raise NotFound(
                "there is no task with this id, or you may not see it",
                next_step="list the tasks you see: fieldstation task list",
            )
        return found

    def states(self, tx: Tx, task: Task) -> Sequence[Passed]:
        """Return the states that a task which was shown went through, first to last."""
        return find.states(tx, task.id)

    def events(self, tx: Tx, caller: Caller, task_id: str, page: PageRequest) -> Page[TaskEvent]:
        """Return a page of what was told about a task, in its order; NotFound as for `show`."""
        self.show(tx, caller, task_id)
        found = find.events(tx, task_id, page.number(0), page.limit + 1)
        return page_of(found, page, lambda event: (str(event.ordinal),))

    def page(self, tx: Tx, caller: Caller, page: PageRequest, wanted: TaskFilter) -> Page[Task]:
        """Return a page of the tasks that are wanted and that the caller may see, newest first."""
        return page_of(find.page(tx, self._sight(caller), wanted, page), page, lambda task: (task.id,))

    def remove(self, tx: Tx, caller: Caller, task_id: str) -> None:
        """Remove a task that is done.

        Raises NotFound as `show` does, Forbidden for who did not ask for it, Conflict while it is not done.
        """
        self._access.require(caller, Permission.STATION_USE)
        task = self.show(tx, caller, task_id)
        if task.user_id != caller.user_id:
            raise Forbidden(
                "you see this task, but only who asked for it may remove it",
                next_step=f"ask {task.username}; a task that is done goes by itself after {KEPT_DAYS} days",
                reason="role_missing",
            )
        if not find.remove(tx, task_id, caller.user_id):
            raise Conflict(
                "this task is not done", next_step="wait until it is, then remove it", reason="task_not_done"
            )

    def tidy(self, tx: Tx) -> bool:
        """Forget a batch of tasks that were done long ago, as a chore; returns whether there may be more."""
        return store.forget(tx, KEPT_DAYS, _BATCH, _BATCH_EVENTS) > 0

    def _sight(self, caller: Caller) -> find.Sight:
        """Say what a caller sees; of their own tasks those about things that their token includes."""
        of_datasets = within_scopes(caller, Permission.DATASET_READ)
        others = (
            frozenset(Purpose) - {Purpose.DATASET} if within_scopes(caller, Permission.PROJECT_READ) else frozenset()
        )
        return find.Sight(
            user_id=caller.user_id,
            purposes=others | {Purpose.DATASET} if of_datasets else others,
            projects=self._access.visible(caller, Permission.PROJECT_READ, Kind.PROJECT),
            datasets=self._access.visible(caller, Permission.DATASET_READ, Kind.DATASET),
        )


def end(task_id: str, exit_code: int, message: str | None = None) -> Move:
    """Return the move of a task to its end."""
    state = TaskState.FAILURE if exit_code else TaskState.SUCCESS
    return Move(task_id=task_id, state=state, exit_code=exit_code, message=message)


def _news(task_id: str, user_id: str, state: TaskState) -> Event:
    """Return what is told, to who asked for it, of a task that the station does itself."""
    return Event(kind=f"task.{state}", thing=task_id, audience=user_id, body={})
