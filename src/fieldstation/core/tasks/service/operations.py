"""`Operations`: what a performer does inside its transactions; each moves the task of the operation with it."""

from collections.abc import Mapping, Sequence

from fieldstation.core.tasks.model import Holder, Level, Move, Operation, TaskState
from fieldstation.core.tasks.service.tasks import QUEUED, Tasks, end
from fieldstation.core.tasks.store import operations as store
from fieldstation.db import Tx
from fieldstation.db.outbox import note


class Operations:
    """The queue of work that the station does for tasks; every write is under the fence of its claim."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    def claim(self, tx: Tx, holder: Holder, dead: Sequence[str] = ()) -> Operation | None:
        """Take an operation that is due, its task is started then; None when there is nothing to do.

        Those who asked are served in turn, each from their oldest operation on, so that nobody waits for all that
        another asked for. An operation whose claim ran out is taken from its holder, and so is one whose holder is
        among the `dead`.
        """
        claimed = store.claim(tx, holder, dead)
        if claimed is not None:
            self._tasks.move_own(tx, claimed.user_id, Move(task_id=claimed.task_id, state=TaskState.STARTED))
        return claimed

    def holders(self, tx: Tx, works: Sequence[str]) -> Sequence[str]:
        """Return who holds operations of these works now."""
        return store.holders(tx, works)

    def counts(self, tx: Tx) -> Mapping[str, int]:
        """Return how many operations wait, for their time too, and how many are being done, for who operates us."""
        waiting, held = store.counts(tx)
        return {"waiting": waiting, "at_work": held}

    def renew(self, tx: Tx, operation: Operation, seconds: float) -> bool:
        """Prolong a claim; False means that it was lost and that its holder must stop."""
        return store.renew(tx, operation, seconds)

    def hold(self, tx: Tx, operation: Operation) -> bool:
        """Tell, inside the transaction of a step, that the claim is still ours; it stays so until that ends."""
        return store.hold(tx, operation)

    def tell(self, tx: Tx, operation: Operation, level: Level, text: str, *, replace_prior: bool = False) -> None:
        """Tell something about the task, as `Tasks.event` does."""
        self._tasks.event(tx, operation.task_id, level, text, replace_prior=replace_prior)

    def finish(self, tx: Tx, operation: Operation, exit_code: int, message: str | None = None) -> bool:
        """End an operation and its task; False when it was not ours any more, and nothing happened."""
        move = end(operation.task_id, exit_code, message)
        return store.done(tx, operation) and self._tasks.move_own(tx, operation.user_id, move)

    def retry(self, tx: Tx, operation: Operation, message: str, pause: float) -> bool:
        """Put a failed operation back for after a pause (seconds); False when it was not ours any more."""
        ours = store.give_back(tx, operation, pause=pause, failed=True)
        move = Move(task_id=operation.task_id, state=TaskState.RETRY, message=message)
        return ours and self._tasks.move_own(tx, operation.user_id, move)

    def leave(self, tx: Tx, operation: Operation) -> None:
        """Let another go on with an operation at once; its task stays started."""
        if store.give_back(tx, operation):
            note(tx, QUEUED, [operation.task_id])
