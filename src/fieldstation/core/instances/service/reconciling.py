"""Whether instances and their charges agree, for an auditor."""

from collections.abc import Sequence

from fieldstation.core.instances.store import reconciling as store
from fieldstation.db import Tx


def charge_faults(tx: Tx) -> Sequence[str]:
    """Return where an instance and its charge do not agree, in words; empty when all do."""
    return store.faults(tx)
