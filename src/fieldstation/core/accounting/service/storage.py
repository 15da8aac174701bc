"""Charges for storage: each day of UTC at its peak, by product, closed once when the day is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fieldstation.core.accounting.model import ledger
from fieldstation.core.accounting.model.charges import Charge
from fieldstation.core.accounting.model.products import ProductType
from fieldstation.core.accounting.service.ledger import post
from fieldstation.core.accounting.service.paying import Paying, today
from fieldstation.core.accounting.store import charges as store
from fieldstation.core.accounting.store import products as product_store
from fieldstation.db import Tx
from fieldstation.ports.hooks import Charged, StorageCharged

_BATCH = 200


@dataclass(frozen=True, kw_only=True)
class Payer:
    """A product that pays for what lies somewhere: a tier for its projects, storage for the data sets of `unit`."""

    product: str
    unit: str
    tier: bool
    spare: bool  # another product pays for the data sets of its unit


class StorageCharges:
    """Keeps what days of storage cost; `hooks` hear of each that is over, in its transaction."""

    def __init__(self, paying: Paying, hooks: Sequence[Charged] = ()) -> None:
        self.paying = paying
        self._hooks = hooks
        self._price: Mapping[str, Any] = {
            "unit_bytes": paying.tariff.storage_unit_bytes,
            "unit_cost": paying.tariff.storage_cost,
        }

    def grew(self, tx: Tx, product: str | None, size: int) -> None:
        """Count bytes that came to what a product pays for, so that no peak of a day is missed; None pays nothing."""
        if product is not None and size > 0:
            store.grew(tx, product, size, today(tx), self._price)

    def payers(self, tx: Tx, after: str, limit: int) -> Sequence[Payer]:
        """Return up to `limit` products behind the id `after`."""
        return [
            Payer(product=row.id, unit=row.unit, tier=row.type == ProductType.PROJECT_TIER, spare=row.spare)
            for row in product_store.payers(tx, after, limit)
        ]

    def measured(self, tx: Tx, sizes: Mapping[str, int]) -> None:
        """Take note of how many bytes lie now in what products pay for."""
        store.measured(tx, sizes, today(tx), self._price)

    def close(self, tx: Tx) -> bool:
        """Close some of the days that are over; tells whether more are left.

        The day after begins with what lay there, also where the station was down on it: nothing came or went then.
        """
        now = today(tx)
        due = store.due_days(tx, now, _BATCH)
        if not due:
            return False
        post(tx, [ledger.stored(one.product, one.coins, one.day) for one in due])
        for closed in store.close_days(tx, [one.id for one in due]):
            self._tell(tx, closed)
        items = [(one.product, one.day + timedelta(days=1), one.stored.current_bytes) for one in due if one.stored]
        store.carry(tx, items, self._price)
        return True

    def _tell(self, tx: Tx, charge: Charge) -> None:
        assert charge.stored is not None
        told = StorageCharged(
            product=charge.product,
            unit=charge.unit,
            organisation=charge.organisation,
            day=charge.day,
            peak_bytes=charge.stored.peak_bytes,
            coins=charge.coins,
        )
        for hook in self._hooks:
            hook.storage_charged(tx, told)
