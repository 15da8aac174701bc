"""The data sets that a user owns, when they go."""

from collections.abc import Sequence
from dataclasses import dataclass

from fieldstation.core.datasets.store import owned as store
from fieldstation.db import Tx


@dataclass(frozen=True, kw_only=True)
class OwnedDataset:
    """A data set that is not in the trash."""

    id: str
    name: str


def owned_by(tx: Tx, user_id: str, limit: int) -> Sequence[OwnedDataset]:
    """Return up to `limit` data sets of a user, asking nobody whether the caller may know of them."""
    return [OwnedDataset(id=row.id, name=row.name) for row in store.owned(tx, user_id, limit)]
