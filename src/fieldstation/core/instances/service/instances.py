"""Reading, keeping and removing instances. One is seen by who sees its project."""

from collections.abc import Sequence
from typing import Any

from fieldstation.core.instances.model.values import PHASES, Instance
from fieldstation.core.instances.store import instances as store
from fieldstation.core.people.model import Caller, Kind, Permission, Thing
from fieldstation.core.people.service import Access
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.service.cancel import Cancels
from fieldstation.core.tasks.model import NewTask, Purpose, Task
from fieldstation.core.tasks.service import Tasks
from fieldstation.core.tools.model.jobs import JobName
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, NotFound
from fieldstation.kernel.paging import Page, PageRequest, page_of

INSTANCE_REMOVE = "instance.remove"  # the work of ending one and removing its folder
_BATCH = 100


class Instances:
    """What there is to know of instances, and who ends them."""

    def __init__(self, access: Access, cancels: Cancels, tasks: Tasks) -> None:
        self._access = access
        self._cancels = cancels
        self._tasks = tasks

    def show(
        self, tx: Tx, caller: Caller, instance_id: str, permission: Permission = Permission.PROJECT_READ
    ) -> Instance:
        """Return one instance; NotFound when there is none or the caller may not see its project."""
        row = store.by_id(tx, instance_id)
        if row is None:
            raise hidden()
        project = Thing(kind=Kind.PROJECT, id=row.project)
        if not self._access.may(tx, caller, Permission.PROJECT_READ, project):
            raise hidden()
        if permission is not Permission.PROJECT_READ:
            self._access.decide(tx, caller, permission, project)
        return _instance(row)

    def list(
        self, tx: Tx, caller: Caller, request: PageRequest, *, projects: Sequence[str] | None = None
    ) -> Page[Instance]:
        """Return a page of the instances that the caller may see, newest first, of these projects where given."""
        visible = self._access.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        before = request.after[0] if request.after else store.LAST
        rows = store.page(tx, projects, before, request.limit + 1, visible)
        return page_of([_instance(row) for row in rows], request, lambda instance: (instance.id,))

    def archive(self, tx: Tx, caller: Caller, instance_id: str, *, archived: bool) -> None:
        """Keep an instance for ever, or as long as others."""
        self.show(tx, caller, instance_id, Permission.PROJECT_RUN)
        store.archive(tx, instance_id, archived=archived)

    def remove(self, tx: Tx, caller: Caller, instance_id: str) -> Task:
        """End an instance and take it out of sight; its folder goes with the task that is returned. Outputs stay."""
        found = self.show(tx, caller, instance_id, Permission.PROJECT_RUN)
        if found.archived:
            raise Conflict(
                "this instance is archived", next_step="have it be archived no more, then remove it", reason="archived"
            )
        if found.stopped_at is None:
            self._cancels.cancel(tx, caller, found.run_id)
        return self._removed(tx, caller.user_id, found.id, found.project)

    def sweep(self, tx: Tx, seconds: float) -> bool:
        """Remove some of the instances that ended so long ago and that nobody keeps; tells if more are left."""
        old = store.old(tx, seconds, _BATCH)
        for row in old:
            self._removed(tx, row.user_id, row.id, row.project)
        return len(old) == _BATCH

    def _removed(self, tx: Tx, user_id: str, instance_id: str, project: str) -> Task:
        new = NewTask(
            purpose=Purpose.INSTANCE, purpose_id=instance_id, project=project, removal=True, work=INSTANCE_REMOVE
        )
        task = self._tasks.begin(tx, user_id, new)
        store.remove(tx, instance_id, task.id)
        return task


def hidden() -> NotFound:
    """Return the error for an instance that is not there or may not be seen."""
    return NotFound("there is no instance with this id, or you may not see it", next_step="list the instances you see")


def _instance(row: Any) -> Instance:
    state = State(row.state)
    return Instance(
        id=row.id,
        run_id=row.run_id,
        task_id=row.task_id,
        removal_task=row.removal_task,
        project=row.project,
        owner=row.owner,
        step=row.step,
        name=row.name,
        job=JobName(collection=row.collection, job=row.job_name, version=row.job_version),
        job_number=row.job,
        title=row.title,
        nextflow=row.nextflow,
        written=row.written,
        outputs=row.outputs,
        described=row.described,
        exit_code=row.exit_code,
        command=row.command,
        phase=PHASES[state],
        error=None if state in (State.SUCCEEDED, *_OPEN) else row.message or row.reason or state.value,
        archived=row.archived,
        debug=row.debug,
        token_valid=row.token_valid,
        rate=row.rate,
        cost=row.cost,
        coins=row.coins,
        authorisation=row.authorisation,
        launched_at=row.launched_at,
        started_at=row.started_at,
        stopped_at=row.ended_at,
    )


_OPEN = (State.HELD, State.QUEUED, State.STAGING, State.RUNNING, State.COLLECTING)
