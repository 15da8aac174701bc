"""Who pays: authority to begin something, while the product that pays has coins left."""

from datetime import UTC, date
from decimal import Decimal
from typing import Any

from fieldstation.core.accounting.model.charges import Purpose
from fieldstation.core.accounting.model.periods import period_of
from fieldstation.core.accounting.model.products import Flavour, Tariff, Terms, coins
from fieldstation.core.accounting.model.standing import has_room
from fieldstation.core.accounting.store import authorities as store
from fieldstation.core.accounting.store import products as product_store
from fieldstation.core.accounting.store import use as use_store
from fieldstation.core.actions.model import Asked
from fieldstation.core.actions.service import denied, granted
from fieldstation.core.audit.model import STATION
from fieldstation.db import Tx
from fieldstation.kernel.errors import OutOfCoins

_BEGIN = "BEGIN"  # what authority is asked for


class Paying:
    """Gives authority, and tells the number of each that was given."""

    def __init__(self, tariff: Tariff) -> None:
        self.tariff = tariff

    def require(self, tx: Tx, product_id: str | None, more: Decimal = Decimal(0), *, alone: bool = False) -> None:
        """Return when new work may begin that is expected to cost `more`; OutOfCoins (`no_coins`) otherwise.

        Nobody is asked where no product pays, and an evaluation is free. `alone`: others who ask so wait until this
        transaction ends, so that they do not count on the same coins.
        """
        if product_id is None:
            return
        row = product_store.terms(tx, product_id, alone=alone)
        if row.flavour == Flavour.EVALUATION:
            return
        day = today(tx)
        period = period_of(day, row.billing_day)
        use = use_store.uses(tx, {row.id: period}, day)[row.id]
        terms = Terms(allowance=row.allowance, limit=row.coin_limit)
        if not has_room(use, terms, self.tariff, more):
            refusal = _out_of_coins(row, use.due + use.reserved, more, period.end)
            asked = Asked(operation=_BEGIN, value=f"{more:f}")
            tx.when_refused(lambda later: denied(later, asked, STATION, product_id, refusal.text))
            raise refusal

    def has_room(self, tx: Tx, product_id: str, more: Decimal) -> bool:
        """Tell whether work under way that is about to cost `more` beyond what was set aside may go on."""
        row = product_store.terms(tx, product_id, alone=False)
        if row.flavour == Flavour.EVALUATION:
            return True
        day = today(tx)
        period = period_of(day, row.billing_day)
        use = use_store.uses(tx, {row.id: period}, day)[row.id]
        return has_room(use, Terms(allowance=row.allowance, limit=row.coin_limit), self.tariff, more)

    def free(self, tx: Tx, product_id: str) -> bool:
        """Tell whether what this product pays for costs nothing."""
        return bool(product_store.terms(tx, product_id, alone=False).flavour == Flavour.EVALUATION)

    def granted(self, tx: Tx, product_id: str | None, purpose: Purpose, thing: str, user_id: str) -> None:
        """Note that authority was given for a thing that a user begins."""
        code = None if product_id is None else store.grant(tx, product_id, purpose, thing, user_id)
        if product_id is not None and code is not None:
            granted(tx, Asked(operation=_BEGIN, value=purpose.value, id=thing), user_id, product_id, code)

    def of_unit(self, tx: Tx, unit_id: str | None) -> str | None:
        """Return the product that pays for the data sets of a unit: its oldest one for storage, if it has any."""
        return None if unit_id is None else product_store.pays_storage(tx, unit_id)


def today(tx: Tx) -> date:
    """Return the day of this transaction, of UTC."""
    return tx.now().astimezone(UTC).date()


def _out_of_coins(row: Any, used: Decimal, more: Decimal, end: date) -> OutOfCoins:
    expected = f", and this is expected to cost {coins(more)}" if more else ""
    return OutOfCoins(
        f"{row.name} ({row.id}) has used or set aside {coins(used)} coins of its limit of {coins(row.coin_limit)}"
        f"{expected}",
        next_step=f"raise its limit: fieldstation product change {row.id} --limit COINS; or wait: "
        f"its next period begins on {end}",
        reason="no_coins",
    )
