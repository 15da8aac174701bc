"""What a backup must hold of data sets."""

from collections.abc import Iterator

from fieldstation.core.datasets.store import archive as store
from fieldstation.db import Tx
from fieldstation.ports.storage import Stored

_BATCH = 5000


def named_blobs(tx: Tx) -> Iterator[Stored]:
    """Walk over every blob that a version or a holder names, as this transaction sees them."""
    after = b""
    while batch := store.named(tx, after, _BATCH):
        for sha256, size in batch:
            yield Stored(sha256=sha256.hex(), size=size)
        after = batch[-1][0]
