"""What a launch is expected to cost: what the same job cost before, at the rate of now."""

from decimal import Decimal
from statistics import median

from fieldstation.core.accounting.model.ledger import coins_of
from fieldstation.core.instances.model.values import Quote
from fieldstation.core.instances.store import following as store
from fieldstation.db import Tx

_LATEST = 20


def quote(tx: Tx, job: int, rate: Decimal | None) -> Quote:
    """Return the median of what the latest 20 instances of this version of a job cost that ended well.

    Nothing is expected of a job without a rate, and of one that never told a cost.
    """
    costs = store.past_costs(tx, job, _LATEST) if rate else []
    coins = coins_of(Decimal(median(costs)), rate) if costs else Decimal(0)
    return Quote(coins=coins, past=len(costs), rate=rate)
