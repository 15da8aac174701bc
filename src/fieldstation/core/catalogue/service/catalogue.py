"""Versions found by place, time, facet and words, each by those alone who may read it."""

from collections.abc import Sequence

from fieldstation.core.catalogue.model.product import Given, given_over, said_of
from fieldstation.core.catalogue.model.values import Counts, Entry, FacetWanted, Search
from fieldstation.core.catalogue.service.keeping import Keeping
from fieldstation.core.catalogue.store import facets as counting
from fieldstation.core.catalogue.store import search as store
from fieldstation.core.catalogue.store.search import Seen
from fieldstation.core.datasets.service import Datasets
from fieldstation.core.people.model import Caller, Permission, hidden
from fieldstation.core.people.model import Kind as Things
from fieldstation.core.people.service import Access
from fieldstation.db import Tx
from fieldstation.db.outbox import Event, Outbox
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import Page, PageRequest, page_of

_MOST_FACETS = 20
_MOST_BUCKETS = 1_000
CHANGED = "catalogue.changed"


class Catalogue:
    """Searches, counts and describes; `keeping` hears of what changes."""

    def __init__(self, access: Access, datasets: Datasets, keeping: Keeping, outbox: Outbox) -> None:
        self._access = access
        self._datasets = datasets
        self.keeping = keeping
        self._outbox = outbox

    def search(self, tx: Tx, caller: Caller, wanted: Search, request: PageRequest) -> Page[Entry]:
        """Return a page of what a search finds, in its order or the newest first; Invalid for a filter of no meaning.

        A position has as many texts as the order has keys, and one more.
        """
        return page_of(store.page(tx, self._seen(caller), wanted, request), request, lambda entry: entry.order)

    def count(self, tx: Tx, caller: Caller, wanted: Search, facets: Sequence[FacetWanted] = ()) -> Counts:
        """Count what a search finds and how it falls into facets, each as if none of its values had been chosen."""
        if len(facets) > _MOST_FACETS or any(facet.most > _MOST_BUCKETS for facet in facets):
            raise Invalid(
                f"there are at most {_MOST_FACETS} facets of {_MOST_BUCKETS} values each",
                next_step="ask for fewer at once",
                reason="facets",
            )
        return counting.count(tx, self._seen(caller), wanted, facets)

    def show(self, tx: Tx, caller: Caller, reference: str) -> Entry:
        """Return the entry of a version; raises as `Datasets.resolve` does."""
        found = self._datasets.resolve(tx, caller, reference, Permission.DATASET_READ)
        entry = store.one(tx, found.version_id)
        if entry is None:
            raise hidden(Things.DATASET)
        return entry

    def describe(self, tx: Tx, caller: Caller, reference: str, given: Given) -> Entry:
        """Say what a version is: its type, level, release, place and time. What is not given stays.

        Raises as `Datasets.resolve` does, and Invalid for a place or time that is none.
        """
        found = self._datasets.resolve(tx, caller, reference, Permission.DATASET_EDIT)
        entry = store.one(tx, found.version_id)
        if entry is None:
            raise hidden(Things.DATASET)
        self.keeping.keeper.describe(tx, found.version_id, given_over(said_of(entry), given))
        body = {"version": found.version_id, "name": found.dataset_name, "number": found.number}
        self._outbox.emit(tx, [Event(kind=CHANGED, thing=found.dataset_id, audience=found.dataset_id, body=body)])
        return self.show(tx, caller, found.version_id)

    def _seen(self, caller: Caller) -> Seen:
        visible = self._access.among(caller, Permission.DATASET_READ)
        return Seen(condition=visible.where("c.readers"), values=visible.values)
