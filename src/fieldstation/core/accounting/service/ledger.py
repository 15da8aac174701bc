"""The ledger: posting what is owed, once for each reference, and proving that everything agrees."""

from collections.abc import Sequence

from fieldstation.core.accounting.model.ledger import Transfer
from fieldstation.core.accounting.store import ledger as store
from fieldstation.db import Tx
from fieldstation.kernel.errors import Broken


def post(tx: Tx, transfers: Sequence[Transfer]) -> None:
    """Post transfers that were not posted before; Broken where one of the same reference says something else."""
    wanted = [one for one in transfers if one.amount]
    if not wanted:
        return
    new = store.post(tx, wanted)
    if len(new) < len(wanted):  # some were posted before, or their accounts are not there yet
        store.make_accounts(tx, wanted)
        new |= store.post(tx, [one for one in wanted if one.reference not in new])
    known = [one for one in wanted if one.reference not in new]
    if not known:
        return
    found = store.posted(tx, [one.reference for one in known])
    for one in known:
        row = found.get(one.reference)
        if row is None or (row.product, row.debit, row.credit, row.amount) != (
            one.product,
            one.debit,
            one.credit,
            one.amount,
        ):
            raise Broken(
                f"the ledger has another transfer {one.reference}",
                next_step="the operator types: fieldstation ledger verify",
                reason="ledger",
            )


class Ledger:
    """What an auditor asks of the ledger."""

    def faults(self, tx: Tx) -> Sequence[str]:
        """Return what does not agree, in words; empty when everything does."""
        return store.faults(tx)

    def counts(self, tx: Tx) -> tuple[int, int]:
        """Return how many accounts and transfers there are."""
        return store.counts(tx)

    def stand_still(self, tx: Tx) -> None:
        """Have a transaction, which did nothing yet, see one moment only."""
        store.stand_still(tx)
