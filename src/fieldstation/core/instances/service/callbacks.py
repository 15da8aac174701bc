"""Telling an instance's states to who asked for it, in their order, until each was heard or given up."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fieldstation.core.instances.store import callbacks as store
from fieldstation.core.tasks.model import Level
from fieldstation.core.tasks.service import Tasks
from fieldstation.db import Tx

MOST_FAILURES = 8
LEASE_SECONDS = 60.0  # longer than any request may take
REVOKED = "REVOKED"  # somebody ended the instance, which its task knows as FAILURE


@dataclass(frozen=True, kw_only=True)
class ClaimedCallback:
    """A callback to make now."""

    id: int
    instance_id: str
    task_id: str
    url: str
    body: Mapping[str, Any]
    failures: int
    fence: int

    @property
    def content(self) -> bytes:
        """What is sent."""
        return json.dumps(self.body).encode()


class Callbacks:
    """What a deliverer does inside its transactions."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    def claim(self, tx: Tx, holder: str, *, patient: bool) -> ClaimedCallback | None:
        """Take a callback that is due; of one instance they come in order, to one host one at a time.

        Only the `patient` are given those to a host that did not hear the last time.
        """
        row = store.claim(tx, holder, LEASE_SECONDS, patient=patient)
        if row is None:
            return None
        return ClaimedCallback(
            id=row.id,
            instance_id=row.instance_id,
            task_id=row.task,
            url=row.url,
            body=row.body,
            failures=row.failures,
            fence=row.fence,
        )

    def sent(self, tx: Tx, callback: ClaimedCallback) -> None:
        """It was heard."""
        store.sent(tx, callback.id, callback.fence)

    def failed(self, tx: Tx, callback: ClaimedCallback, why: str, *, hopeless: bool) -> None:
        """It was not heard: it is tried again later each time, or given up, which the task tells."""
        if not hopeless and callback.failures + 1 < MOST_FAILURES:
            store.later(tx, callback.id, callback.fence, 2.0 ** (callback.failures + 1), why)
        elif store.dead(tx, callback.id, callback.fence, why):
            said = f"the callback for {callback.body['job_status']} was given up: {why}"
            self._tasks.event(tx, callback.task_id, Level.WARNING, said)

    def tidy(self, tx: Tx) -> bool:
        """Forget what was given up long ago."""
        store.forget(tx)
        return False


def tell(tx: Tx, instance_id: str, status: str, exit_code: int | None = None) -> None:
    """Have a status, the name of a task's state or REVOKED, be told to who asked for it."""
    store.add(tx, instance_id, status, None if exit_code is None else {"exit_code": exit_code})
