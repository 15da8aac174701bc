"""What of runs is tidied from time to time."""

from fieldstation.core.runs.store import submitted
from fieldstation.db import Tx

_BATCH = 5000


def forget_submits(tx: Tx) -> bool:
    """Forget the keys of submits that are older than 48 hours, a batch at a time; returns whether there are more."""
    return submitted.forget_old(tx, _BATCH) == _BATCH
