"""Charges for instances: opened at launch with a hold, followed, and closed once with what was captured."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fieldstation.core.accounting.model import ledger
from fieldstation.core.accounting.model.charges import Charge, NewProcessing, Purpose
from fieldstation.core.accounting.model.ledger import coins_of
from fieldstation.core.accounting.service.ledger import post
from fieldstation.core.accounting.service.paying import Paying, today
from fieldstation.core.accounting.store import charges as store
from fieldstation.db import Tx
from fieldstation.ports.hooks import Charged, ProcessingCharged


class ProcessingCharges:
    """Keeps what instances cost; `hooks` hear of each change in its transaction."""

    def __init__(self, paying: Paying, hooks: Sequence[Charged] = ()) -> None:
        self._paying = paying
        self._hooks = hooks

    def free(self, tx: Tx, product: str) -> bool:
        """Tell whether instances that this product pays for cost nothing."""
        return self._paying.free(tx, product)

    def open(self, tx: Tx, new: NewProcessing) -> None:
        """Give an instance authority to begin, and set its quote aside; OutOfCoins where that is too much.

        Nothing happens for one that was opened before.
        """
        self._paying.require(tx, new.product, new.quote, alone=True)
        if store.open_processing(tx, new, new.quote):
            self._paying.granted(tx, new.product, Purpose.INSTANCE, new.instance, new.user_id)
            post(tx, [ledger.held(new.product, new.instance, new.quote, today(tx))])

    def has_room(self, tx: Tx, product: str, more: Decimal) -> bool:
        """Tell whether a product has so many coins left for what it pays for already."""
        return self._paying.has_room(tx, product, more)

    def accrue(self, tx: Tx, instance: str, cost: Decimal, rate: Decimal | None) -> None:
        """Take note of what an instance has cost until now."""
        changed = store.accrue(tx, instance, cost, coins_of(cost, rate))
        if changed is not None:
            self._tell(tx, *changed)

    def capture(self, tx: Tx, instance: str, *, refund: bool, detail: dict[str, Any]) -> None:
        """Close the charge of an instance that is over: its coins are paid, and what was set aside is given back.

        `refund`: it costs nothing, because the station failed it. Nothing happens a second time, and where nobody pays.
        """
        charge = store.lock_processing(tx, instance)
        if charge is None or charge.closed_at is not None:
            return
        assert charge.processing is not None
        coins, day = Decimal(0) if refund else charge.coins, today(tx)
        post(
            tx,
            [
                ledger.released(charge.product, instance, charge.processing.hold, day),
                ledger.captured(charge.product, instance, coins, day),
            ],
        )
        self._tell(tx, *store.close_processing(tx, charge, day, coins, detail))

    def _tell(self, tx: Tx, charge: Charge, code: int) -> None:
        found = charge.processing
        if found is None or not self._hooks:
            return
        told = ProcessingCharged(
            product=charge.product,
            unit=charge.unit,
            organisation=charge.organisation,
            instance=found.instance,
            name=found.name,
            username=found.username,
            code=code,
            sqn=found.sqn,
            cost=found.cost,
            coins=charge.coins,
            final=charge.closed_at is not None,
            detail=found.detail,
        )
        for hook in self._hooks:
            hook.processing_charged(tx, told)
