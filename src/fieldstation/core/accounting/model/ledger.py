"""The ledger: accounts of products, and transfers of coins from one to another.

A transfer has both its sides in one value, so it cannot be out of balance. What an account has taken in (debit) counts
up, what it has given (credit) counts down.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

PLACES = Decimal("0.000001")  # the least that a coin is divided into
_PER_COST = 1000


class Account(StrEnum):
    """The accounts that every product has."""

    PROCESSING = "processing"  # what its instances cost
    STORAGE = "storage"  # what its days of storage cost
    HELD = "held"  # what is set aside for instances that are not over
    PLEDGED = "pledged"  # where that comes from
    INCOME = "income"  # what the station got from the product


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """Coins, more than none, from `credit` to `debit` of one product on a day; posted once for its `reference`."""

    reference: str
    product: str
    debit: Account
    credit: Account
    amount: Decimal
    day: date


def held(product: str, instance: str, amount: Decimal, day: date) -> Transfer:
    """Return what sets coins aside for an instance."""
    return Transfer(
        reference=f"hold:{instance}",
        product=product,
        debit=Account.HELD,
        credit=Account.PLEDGED,
        amount=amount,
        day=day,
    )


def released(product: str, instance: str, amount: Decimal, day: date) -> Transfer:
    """Return what gives back the coins that were set aside for an instance."""
    return Transfer(
        reference=f"release:{instance}",
        product=product,
        debit=Account.PLEDGED,
        credit=Account.HELD,
        amount=amount,
        day=day,
    )


def captured(product: str, instance: str, amount: Decimal, day: date) -> Transfer:
    """Return what an instance is paid with."""
    return Transfer(
        reference=f"capture:{instance}",
        product=product,
        debit=Account.PROCESSING,
        credit=Account.INCOME,
        amount=amount,
        day=day,
    )


def stored(product: str, amount: Decimal, day: date) -> Transfer:
    """Return what a day of storage is paid with."""
    return Transfer(
        reference=f"storage:{product}:{day.isoformat()}",
        product=product,
        debit=Account.STORAGE,
        credit=Account.INCOME,
        amount=amount,
        day=day,
    )


def coins_of(cost: Decimal, rate: Decimal | None) -> Decimal:
    """Return what a cost comes to in coins: cost * rate / 1000, rounded half-even to six places; no rate is free."""
    if not rate:
        return Decimal(0)
    return (cost * rate / _PER_COST).quantize(PLACES, rounding=ROUND_HALF_EVEN)
