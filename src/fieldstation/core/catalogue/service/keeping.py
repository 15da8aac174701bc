"""The catalogue kept in step, inside the transactions that publish versions, change data sets or share them."""

from collections.abc import Sequence
from typing import cast

from fieldstation.core.catalogue.model.product import product_of
from fieldstation.core.catalogue.store.keep import Keeper, New
from fieldstation.core.people.model import Kind, Permission
from fieldstation.core.people.service import Access
from fieldstation.db import Tx
from fieldstation.ports.hooks import PublishedVersion, Transaction


class Keeping:
    """Hears of versions, data sets and rights; no row of the catalogue is ever older than what it tells of."""

    def __init__(self) -> None:
        self.keeper = Keeper(Access().holders(Permission.DATASET_READ).of)

    def versions_published(self, tx: Transaction, versions: Sequence[PublishedVersion]) -> None:
        """Write the rows of versions that were just published, with what their metadata say of place and time."""
        news = [New(version_id=one.id, product=product_of(one.metadata)) for one in versions]
        self.keeper.add(cast(Tx, tx), news, list({one.dataset_id for one in versions}))

    def dataset_changed(self, tx: Transaction, dataset_id: str) -> None:
        """Write anew what the rows of a data set have of it; those of versions that are no more go."""
        self.keeper.settle(cast(Tx, tx), [dataset_id])

    def purged(self, tx: Tx, dataset_ids: Sequence[str]) -> None:
        """Forget data sets that were removed for good, as follows their event. Idempotent."""
        self.keeper.settle(tx, dataset_ids)

    def access_changed(self, tx: Transaction, kind: str, thing: str) -> None:
        """Write anew who may read a data set."""
        if kind == Kind.DATASET:
            self.keeper.read_by(cast(Tx, tx), thing)
