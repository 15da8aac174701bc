"""What runs have to say when a project or a user goes."""

from fieldstation.core.runs.store import runs as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict
from fieldstation.ports.hooks import Transaction


class OpenRuns:
    """A project stays while runs are at work in it."""

    def removing(self, tx: Transaction, thing: str) -> None:
        """Raise Conflict while a run of this project has not ended."""
        assert isinstance(tx, Tx)
        if store.any_open(tx, thing):
            raise Conflict(
                "runs are waiting or at work in this project",
                next_step="cancel them, or wait for their end",
                reason="runs_open",
            )


class OpenRunsOfUsers:
    """A user stays while runs of theirs are at work."""

    def removing(self, tx: Transaction, thing: str) -> None:
        """Raise Conflict while a run of this user has not ended."""
        assert isinstance(tx, Tx)
        if store.any_open_of(tx, thing):
            raise Conflict(
                "runs of theirs are waiting or at work", next_step="cancel them, or wait for their end", reason="in_use"
            )
