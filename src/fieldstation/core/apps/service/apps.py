"""Reading, keeping and ending applications. One is seen by who sees its project."""

from collections.abc import Sequence
from typing import Any

from fieldstation.core.apps.model.values import App, AppPhase
from fieldstation.core.apps.store import apps as store
from fieldstation.core.apps.store import passes as pass_store
from fieldstation.core.people.model import Caller, Kind, Permission, Thing
from fieldstation.core.people.service import Access
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.service.cancel import Cancels
from fieldstation.core.tasks.model import NewTask, Purpose, Task
from fieldstation.core.tasks.service import Tasks
from fieldstation.core.tools.model.apps import Cost
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, NotFound
from fieldstation.kernel.ids import is_id
from fieldstation.kernel.paging import Page, PageRequest, page_of

APP_REMOVE = "app.remove"  # the work of waiting for the end of one that was removed
_BATCH = 100
_PASSES = 5000


class Apps:
    """What there is to know of launched applications, and who ends them."""

    def __init__(self, access: Access, cancels: Cancels, tasks: Tasks) -> None:
        self._access = access
        self._cancels = cancels
        self._tasks = tasks

    def show(self, tx: Tx, caller: Caller, app_id: str, permission: Permission = Permission.PROJECT_READ) -> App:
        """Return one; NotFound when there is none or the caller may not see its project."""
        return app_of(self._seen(tx, caller, store.by_id(tx, app_id), permission))

    def of_run(self, tx: Tx, caller: Caller, run_id: str, permission: Permission = Permission.PROJECT_READ) -> App:
        """Return the one whose run this is; NotFound as for `show`."""
        row = store.by_run(tx, run_id) if is_id(run_id, "run") else None
        return app_of(self._seen(tx, caller, row, permission))

    def list(
        self,
        tx: Tx,
        caller: Caller,
        request: PageRequest,
        *,
        projects: Sequence[str] | None = None,
        application: str | None = None,
    ) -> Page[App]:
        """Return a page of those that the caller may see, newest first, of these projects and application if given."""
        visible = self._access.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        before = request.after[0] if request.after else store.LAST
        given = {"projects": None if projects is None else list(projects), "application": application}
        filters = {name: value for name, value in given.items() if value is not None}
        rows = store.page(tx, filters, before, request.limit + 1, visible)
        return page_of([app_of(row) for row in rows], request, lambda app: (app.id,))

    def archive(self, tx: Tx, caller: Caller, app_id: str, *, archived: bool) -> None:
        """Keep one for ever, or as long as others."""
        self.show(tx, caller, app_id, Permission.PROJECT_RUN)
        store.archive(tx, app_id, archived=archived)

    def stop(self, tx: Tx, caller: Caller, app_id: str) -> App:
        """Ask for the end of one, which stays to be seen; one that is over stays as it is."""
        found = self.show(tx, caller, app_id, Permission.PROJECT_RUN)
        if found.stopped_at is None:
            self._cancels.cancel(tx, caller, found.run_id)
        return found

    def remove(self, tx: Tx, caller: Caller, app_id: str) -> Task:
        """End one and take it out of sight; what it wrote into the project stays."""
        found = self.stop(tx, caller, app_id)
        if found.archived:
            raise Conflict(
                "this instance is archived", next_step="have it be archived no more, then remove it", reason="archived"
            )
        return self._removed(tx, caller.user_id, found.id, found.project)

    def sweep(self, tx: Tx, seconds: float) -> bool:
        """Remove some that ended so long ago and that nobody archived, and passes that are over; tells if more are."""
        old = store.old(tx, seconds, _BATCH)
        for row in old:
            self._removed(tx, row.user_id, row.id, row.project)
        return pass_store.sweep(tx, _PASSES) == _PASSES or len(old) == _BATCH

    def _removed(self, tx: Tx, user_id: str, app_id: str, project: str) -> Task:
        new = NewTask(purpose=Purpose.INSTANCE, purpose_id=app_id, project=project, removal=True, work=APP_REMOVE)
        task = self._tasks.begin(tx, user_id, new)
        store.remove(tx, app_id, task.id)
        return task

    def _seen(self, tx: Tx, caller: Caller, row: Any, permission: Permission) -> Any:
        if row is None:
            raise hidden()
        project = Thing(kind=Kind.PROJECT, id=row.project)
        if not self._access.may(tx, caller, Permission.PROJECT_READ, project):
            raise hidden()
        if permission is not Permission.PROJECT_READ:
            self._access.decide(tx, caller, permission, project)
        return row


def hidden() -> NotFound:
    """Return the error for an application that is not there or may not be seen."""
    return NotFound(
        "there is no such application running, or you may not see it",
        next_step="list those you see: fieldstation app list",
    )


def cost_of(row: Any) -> Cost:
    """Return what an application costs, as it was when it was launched."""
    return Cost(coins=row.cost, period_seconds=row.period_seconds, pro_rata=row.pro_rata)


def app_of(row: Any) -> App:
    """Return the application of a row."""
    phase = _phase(row)
    return App(
        id=row.id,
        run_id=row.run_id,
        task_id=row.task_id,
        removal_task=row.removal_task,
        project=row.project,
        owner=row.owner,
        name=row.name,
        application=row.application,
        version=row.version,
        title=row.title,
        variables=row.variables,
        phase=phase,
        error=(row.stop_text or row.message or row.reason or row.state) if phase is AppPhase.FAILED else None,
        archived=row.archived,
        cost=cost_of(row),
        units=row.units,
        coins=row.coins,
        authorisation=row.authorisation,
        launched_at=row.launched_at,
        answered_at=row.answered_at,
        stopped_at=row.ended_at,
    )


def _phase(row: Any) -> AppPhase:
    if row.ended_at is None:
        return AppPhase.PENDING if row.answered_at is None else AppPhase.RUNNING
    failed = row.stop_text is not None or State(row.state) is State.FAILED
    return AppPhase.FAILED if failed else AppPhase.COMPLETED
