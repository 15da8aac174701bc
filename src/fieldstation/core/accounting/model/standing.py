"""How a product stands: what it has used, what that counts for, and what it will probably come to."""

from dataclasses import dataclass
from decimal import Decimal

from fieldstation.core.accounting.model.products import Tariff, Terms


@dataclass(frozen=True, kw_only=True)
class Use:
    """Coins that a product has used in a period, and bytes.

    `processing`: of instances that are over. `storage`: of days that are over. `today`: what today's storage comes to
    so far. `accrued`: what instances that are not over have cost until now, `reserved` the same but no less than was
    set aside for each, `held` what was set aside. `burn_rate` is what a day costs with what lies there now.
    """

    processing: Decimal = Decimal(0)
    storage: Decimal = Decimal(0)
    today: Decimal = Decimal(0)
    accrued: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    held: Decimal = Decimal(0)
    burn_rate: Decimal = Decimal(0)
    current_bytes: int = 0
    peak_bytes: int = 0

    @property
    def coins(self) -> Decimal:
        """What was posted: instances and days that are over."""
        return self.processing + self.storage

    @property
    def due(self) -> Decimal:
        """What a bill of now lists: what was posted, and today's storage."""
        return self.coins + self.today


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the use of a period counts for; `bill` of now, `prediction` for its end, of which storage alone."""

    bill: Decimal
    prediction: Decimal
    storage_prediction: Decimal
    at_limit: bool


def counted(coins: Decimal, terms: Terms, tariff: Tariff) -> Decimal:
    """Return what coins of a period count for: beyond the allowance more, and beyond the limit more still."""
    within = min(coins, terms.allowance)
    beyond = max(min(coins, terms.limit) - terms.allowance, Decimal(0))
    over = max(coins - terms.limit, Decimal(0))
    return within + beyond * tariff.allowance_multiplier + over * tariff.overspend_multiplier


def standing(use: Use, terms: Terms, tariff: Tariff, remaining_days: int) -> Standing:
    """Return how a product stands with `remaining_days` left, today among them.

    The prediction has today's storage in what is due, so that only the days after today burn on.
    """
    ahead = use.burn_rate * max(remaining_days - 1, 0)
    return Standing(
        bill=counted(use.due, terms, tariff),
        prediction=counted(use.due + use.accrued + ahead, terms, tariff),
        storage_prediction=use.storage + use.today + ahead,
        at_limit=counted(use.due + use.accrued, terms, tariff) >= terms.limit,
    )


def has_room(use: Use, terms: Terms, tariff: Tariff, more: Decimal) -> bool:
    """Tell whether new work may begin that is expected to cost `more` coins."""
    counts = counted(use.due + use.reserved + more, terms, tariff)
    return counts <= terms.limit if more > 0 else counts < terms.limit
