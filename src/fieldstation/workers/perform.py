"""The perform loop: does the operations of tasks, each by the handler of its work.

An operation is held while it is done: by its holder's lease, renewed all the time, and under a fence. Whoever dies is
followed by another, who begins the operation anew; a handler must therefore bear to be repeated, and goes on where its
own steps, each one transaction, tell it to.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from fieldstation.core.tasks.model import Holder, Level, Operation
from fieldstation.core.tasks.service import Operations
from fieldstation.db import Database, Tx
from fieldstation.kernel.errors import Fault, FieldstationError, Unavailable
from fieldstation.kernel.logs import logger, request_id
from fieldstation.kernel.processes import is_dead, process_name
from fieldstation.workers.alone import LEASE_SECONDS
from fieldstation.workers.points import reached

log = logger(__name__)
MOST_FAILURES = 8  # after so many an operation is given up
MOST_DEATHS = 20  # so often may who does it be gone before the end: it may be what ends them
_IDLE_SECONDS = 2.0
_INHERIT_SECONDS = 5.0
_LONGEST_PAUSE = 300.0
_UNEXPECTED = "the station met an error that it did not expect; its operator finds it in the station's log"


class Interrupted(Exception):
    """Stop doing an operation: this process lost it, or is being ended. Whoever comes next goes on."""


class Assignment:
    """An operation in the hands of its handler."""

    def __init__(self, operation: Operation, operations: Operations, database: Database) -> None:
        self.operation = operation
        self._operations = operations
        self._database = database
        self._interrupted = threading.Event()

    def tell(self, text: str, level: Level = Level.INFO, *, replace_prior: bool = False) -> None:
        """Tell something about the task, in a transaction of its own; Interrupted as for `hold`."""
        with self._database.begin() as tx:
            self.hold(tx)
            self._operations.tell(tx, self.operation, level, text, replace_prior=replace_prior)

    def hold(self, tx: Tx) -> None:
        """Return when the operation is still ours, and keep it so until this transaction ends; else Interrupted."""
        if not self._operations.hold(tx, self.operation):
            self._interrupted.set()
        self.check()

    def check(self) -> None:
        """Raise Interrupted when this process is to stop; to be called often where bytes move."""
        if self._interrupted.is_set():
            raise Interrupted

    def interrupt(self) -> None:
        """Have the handler stop at its next `check`."""
        self._interrupted.set()


class Handler(Protocol):
    """Does the operations of one work, outside of any transaction but its own."""

    def perform(self, assignment: Assignment) -> None:
        """Do all that is left of an operation; returning means that it is done.

        Raises FieldstationError: where the fault is theirs who asked the task fails with its text. Otherwise, and for
        any other error, the operation is tried again later, a number of times.
        """


class Perform:
    """Does one operation at a time; any number of these may work at once."""

    def __init__(
        self,
        database: Database,
        operations: Operations,
        handlers: Mapping[str, Handler],
        *,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self.stopping: Callable[[], bool] = lambda: False
        self._database = database
        self._operations = operations
        self._handlers = handlers
        self._holder = Holder(name=process_name(), works=sorted(handlers), lease_seconds=lease_seconds)
        self._inherit_at = 0.0

    def step(self) -> float:
        """Do an operation; returns how long there is nothing to do."""
        if not self._handlers:
            return _IDLE_SECONDS
        dead = self._dead()
        operation = self._database.retrying(lambda tx: self._operations.claim(tx, self._holder, dead))
        if operation is None:
            return _IDLE_SECONDS
        reached("after claim of operation")
        token = request_id.set(operation.request_id)
        try:
            self._perform(operation)
        finally:
            request_id.reset(token)
        return 0.0

    def _perform(self, operation: Operation) -> None:
        if operation.deaths > MOST_DEATHS:
            text = f"given up: whoever did it was gone before the end, {operation.deaths} times"
            log.error("operation given up", work=operation.work, task=operation.task_id, why=text)
            self._finish(operation, 1, text)
            return
        assignment = Assignment(operation, self._operations, self._database)
        try:
            with self._renewing(assignment):
                self._handlers[operation.work].perform(assignment)
        except Interrupted:
            self._database.retrying(lambda tx: self._operations.leave(tx, operation))
        except FieldstationError as error:
            if error.fault is Fault.OURS:
                log.exception("operation failed", loop=f"perform {operation.work}", task=operation.task_id)
            self._failed(operation, f"{error} ({error.next_step})", hopeless=error.fault is Fault.YOURS)
        except OSError as error:
            self._failed(operation, f"the system says: {error.strerror or 'no more than that it failed'}")
        except Exception:  # the top of one operation: its fault must not keep the others from being done
            log.exception("operation failed", loop=f"perform {operation.work}", task=operation.task_id)
            self._failed(operation, _UNEXPECTED)
        else:
            self._finish(operation, 0)

    def _finish(self, operation: Operation, exit_code: int, message: str | None = None) -> None:
        reached("before end of operation")
        if not self._database.retrying(lambda tx: self._operations.finish(tx, operation, exit_code, message)):
            log.warning("operation was taken over before its end", work=operation.work, task=operation.task_id)

    def _failed(self, operation: Operation, text: str, *, hopeless: bool = False) -> None:
        """Put back what may succeed later, end what will not."""
        if hopeless or operation.failures + 1 >= MOST_FAILURES:
            self._finish(operation, 1, text)
            return
        pause = min(_LONGEST_PAUSE, 2.0 ** (operation.failures + 1))
        log.warning("operation put back", work=operation.work, task=operation.task_id, why=text, pause=pause)
        self._database.retrying(lambda tx: self._operations.retry(tx, operation, text, pause))

    def _dead(self) -> list[str]:
        """Return, now and then, holders of operations that are gone for sure."""
        if time.monotonic() < self._inherit_at:
            return []
        self._inherit_at = time.monotonic() + _INHERIT_SECONDS
        with self._database.begin() as tx:
            return [name for name in self._operations.holders(tx, self._holder.works) if is_dead(name)]

    @contextmanager
    def _renewing(self, assignment: Assignment) -> Iterator[None]:
        """Keep the claim from running out while bytes move, however long that takes."""
        over = threading.Event()
        renewer = threading.Thread(target=self._renew_until, args=(over, assignment), name="renew", daemon=True)
        renewer.start()
        try:
            yield
        finally:
            over.set()
            renewer.join()

    def _renew_until(self, over: threading.Event, assignment: Assignment) -> None:
        """Renew the claim at a third of its life; interrupt who holds it when it is lost, or the process ends."""
        seconds = self._holder.lease_seconds
        renewed = time.monotonic()
        while not over.wait(min(1.0, seconds / 3)):
            looked = time.monotonic()
            if self.stopping():
                assignment.interrupt()
            if looked - renewed < seconds / 3:
                continue
            if self._renewed(assignment):
                renewed = looked
            elif looked - renewed >= seconds * 2 / 3:  # before anybody else may begin
                assignment.interrupt()

    def _renewed(self, assignment: Assignment) -> bool:
        try:
            with self._database.alone() as tx:
                held = self._operations.renew(tx, assignment.operation, self._holder.lease_seconds)
        except Unavailable as error:  # another may take it over; the fence keeps us apart
            log.warning("claim not renewed", task=assignment.operation.task_id, why=error.text)
            return False
        if not held:
            assignment.interrupt()
        return held
