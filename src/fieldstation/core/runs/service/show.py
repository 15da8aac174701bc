"""Reading runs: one, a page, their events and attempts. A run is seen by who sees its project."""

from collections.abc import Mapping, Sequence

from fieldstation.core.people.model import Caller, Kind, Permission, Thing
from fieldstation.core.people.service import People
from fieldstation.core.runs.model.find import Group, RunFilter
from fieldstation.core.runs.model.values import Attempt, Run
from fieldstation.core.runs.store import find, queue
from fieldstation.core.runs.store import runs as run_store
from fieldstation.db import Tx, outbox
from fieldstation.db.outbox import StoredEvent
from fieldstation.kernel.errors import NotFound
from fieldstation.kernel.paging import Page, PageRequest, page_of


class Runs:
    """What may be read of runs, and by whom."""

    def __init__(self, people: People) -> None:
        self._people = people

    def show(self, tx: Tx, caller: Caller, run_id: str, permission: Permission = Permission.PROJECT_READ) -> Run:
        """Return one run; NotFound when there is none or the caller may not see its project."""
        run = run_store.run_by_id(tx, run_id)
        if run is None:
            raise no_run()
        project = Thing(kind=Kind.PROJECT, id=run.project_id)
        if not self._people.may(tx, caller, Permission.PROJECT_READ, project):
            raise no_run()
        if permission is not Permission.PROJECT_READ:
            self._people.decide(tx, caller, permission, project)
        return run

    def page(self, tx: Tx, caller: Caller, page: PageRequest, wanted: RunFilter) -> Page[Run]:
        """Return a page of the runs that are wanted and that the caller may see, newest first."""
        visible = self._people.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        return page_of(find.page_of_runs(tx, page, visible, wanted), page, lambda run: (run.id,))

    def groups(self, tx: Tx, caller: Caller, wanted: RunFilter) -> Sequence[Group]:
        """Count the runs that are wanted and that the caller may see by state and reason, most frequent first."""
        return find.groups(tx, self._people.visible(caller, Permission.PROJECT_READ, Kind.PROJECT), wanted)

    def several(self, tx: Tx, caller: Caller, run_ids: Sequence[str]) -> Mapping[str, Run]:
        """Return those of these runs that the caller may see, by id."""
        visible = self._people.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        return run_store.runs_by_ids(tx, run_ids, visible)

    def readers(self, tx: Tx, caller: Caller, version_ids: Sequence[str], limit: int) -> Sequence[str]:
        """Return the runs that read these versions and that the caller may see, newest first."""
        visible = self._people.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        return run_store.readers(tx, version_ids, limit, visible)

    def events(self, tx: Tx, caller: Caller, run_id: str, after: int = 0) -> Sequence[StoredEvent]:
        """Return what happened to a run, in order, behind the event `after`."""
        self.show(tx, caller, run_id)
        return outbox.events_of(tx, run_id, after=after)

    def attempts(self, tx: Tx, caller: Caller, run_id: str) -> Sequence[Attempt]:
        """Return all attempts of a run, first to last."""
        self.show(tx, caller, run_id)
        return run_store.attempts_of(tx, run_id)

    def counts(self, tx: Tx) -> Mapping[str, int]:
        """Return how many runs are in each state that is not final, for who operates the station."""
        return queue.counts(tx)


def no_run() -> NotFound:
    """Return the error for a run that is not there or may not be seen."""
    return NotFound(
        "there is no run with this id, or you may not see it", next_step="list the runs you see: fieldstation run list"
    )
