"""`Tasks`: begins tasks, moves them and keeps what is told about them."""

from collections.abc import Sequence

from fieldstation.core.people.service import Access
from fieldstation.core.tasks.model import Level, Move, NewEvent, NewTask, State, Task
from fieldstation.core.tasks.store import tasks as store
from fieldstation.db import Tx
from fieldstation.db.outbox import note
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.logs import request_id

QUEUED = "task.queued"  # the note that wakes performers
MOVED = "task.moved"  # the note that wakes who waits for a task


class Tasks:
    """What the rest of the core does with tasks; every deed has a form for many, of a fixed number of statements."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def begin(self, tx: Tx, user_id: str, new: NewTask) -> Task:
        """Begin a task that this user asked for; its work, if it has any, is done once the transaction is durable."""
        (task,) = self.begin_many(tx, [(user_id, new)])
        return task

    def begin_many(self, tx: Tx, tasks: Sequence[tuple[str, NewTask]]) -> Sequence[Task]:
        """Begin tasks, each with who asked for it; returns them in the same order."""
        if not tasks:
            return []
        begun = store.begin(tx, [(new_id("task"), user_id, new) for user_id, new in tasks], request_id.get())
        note(tx, QUEUED, [task.id for task, (_, new) in zip(begun, tasks, strict=True) if new.work is not None])
        return begun

    def started(self, tx: Tx, task_id: str) -> bool:
        """Tell that a task is at work; returns whether that moved it."""
        return bool(self.move_many(tx, [Move(task_id=task_id, state=State.STARTED)]))

    def retried(self, tx: Tx, task_id: str, message: str) -> bool:
        """Tell that a task will be tried again, and why; returns whether that moved it."""
        return bool(self.move_many(tx, [Move(task_id=task_id, state=State.RETRY, message=message)]))

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

    def event(self, tx: Tx, task_id: str, level: Level, text: str, *, replace_prior: bool = False) -> None:
        """Tell something about a task, behind or in place of what was told last."""
        self.tell_many(tx, [NewEvent(task_id=task_id, level=level, text=text, replace_prior=replace_prior)])

    def tell_many(self, tx: Tx, events: Sequence[NewEvent]) -> None:
        """Tell something about tasks, in this order; beyond MOST_EVENTS a task keeps only that there was more."""
        if events:
            note(tx, MOVED, sorted(store.tell(tx, events)))


def end(task_id: str, exit_code: int, message: str | None = None) -> Move:
    """Return the move of a task to its end."""
    state = State.FAILURE if exit_code else State.SUCCESS
    return Move(task_id=task_id, state=state, exit_code=exit_code, message=message)
