"""Being the only one of a kind: a lease, taken when free, renewed at a third of its life."""

import time

from fieldstation.db import Database, leases
from fieldstation.db.leases import Lease
from fieldstation.kernel.processes import process_name

LEASE_SECONDS = 15.0


class Alone:
    """The right to be the one that does `name`, for this process."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._lease: Lease | None = None
        self._renew_at = 0.0

    def held(self) -> Lease | None:
        """Return the lease if it is ours now; takes or renews it when it is time."""
        before = time.monotonic()
        if self._lease is not None and before < self._renew_at:
            return self._lease
        with self._database.begin() as tx:
            if self._lease is not None and not leases.renew(tx, self._lease):
                self._lease = None
            if self._lease is None:
                self._lease = leases.acquire_or_inherit(tx, self._name, process_name(), LEASE_SECONDS)
        self._renew_at = before + LEASE_SECONDS / 3
        return self._lease

    def release(self) -> None:
        """Give the lease back, so that another takes over at once."""
        if self._lease is not None:
            with self._database.begin() as tx:
                leases.release(tx, self._lease)
            self._lease = None
