"""What a version was used for: the runs that took it, and what they made."""

from dataclasses import dataclass

from fieldstation.core.datasets.model import Version
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.people.model import Caller, Kind, Permission
from fieldstation.core.people.service import People
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.store import uses as store
from fieldstation.db import Tx
from fieldstation.kernel.paging import Page, PageRequest, page_of


@dataclass(frozen=True, kw_only=True)
class Use:
    """A run that took a version; `made` is the name of the data set of its result, where the caller may see that."""

    run: Run
    made: str | None


class Uses:
    """Finds who took what."""

    def __init__(self, people: People, use: DataUse) -> None:
        self._people = people
        self._use = use

    def page(self, tx: Tx, caller: Caller, version: Version, request: PageRequest) -> Page[Use]:
        """Return a page of the runs that took a version and that the caller may see, newest first."""
        visible = self._people.visible(caller, Permission.PROJECT_READ, Kind.PROJECT)
        runs = page_of(store.page(tx, version.id, visible, request), request, lambda run: (run.id,))
        names = self._use.known(tx, caller, [run.output.version_id for run in runs.items if run.output])
        return Page(
            items=[Use(run=run, made=names.get(run.output.version_id) if run.output else None) for run in runs.items],
            next=runs.next,
        )
