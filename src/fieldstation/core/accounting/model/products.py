"""What can be subscribed to, for how many coins, and what a subscription allows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from fieldstation.core.people.model import Privacy
from fieldstation.kernel.errors import Invalid

TEST_PRODUCT = (
    "product-11111111-1111-1111-1111-111111111111"  # reserved: operators make projects of it, as many as needed
)
TEST_UNIT = "unit-11111111-1111-1111-1111-111111111111"  # of that product
COIN_BOUND = Decimal(10) ** 15  # far above what anybody pays, far below what a column holds
_PLACES = 6


class ProductType(StrEnum):
    """What a product pays for."""

    PROJECT_TIER = "project_tier"  # one project: what its work costs, and what lies in it
    STORAGE = "storage"  # the data sets of a unit


class Flavour(StrEnum):
    """How much a project tier includes."""

    EVALUATION = "evaluation"  # free, for a public project
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Coins of one billing period: up to `allowance` at the plain price; at `limit` new work is refused."""

    allowance: Decimal
    limit: Decimal


TIERS = "evaluation=100/100, bronze=1000/2000, silver=5000/10000, gold=20000/40000"


def read_tiers(text: str) -> Mapping[Flavour, Terms]:
    """Read `FLAVOUR=ALLOWANCE/LIMIT, …` in whole coins, every flavour once; ValueError says what is wrong."""
    tiers: dict[Flavour, Terms] = {}
    for part in text.split(","):
        found = re.fullmatch(r"\s*([a-z]+)\s*=\s*([0-9]{1,15})\s*/\s*([0-9]{1,15})\s*", part)
        if found is None or found[1] not in set(Flavour):
            raise ValueError(f"{part.strip()!r} is not FLAVOUR=ALLOWANCE/LIMIT with a flavour of {', '.join(Flavour)}")
        terms = Terms(allowance=Decimal(found[2]), limit=Decimal(found[3]))
        if terms.limit < terms.allowance:
            raise ValueError(f"the limit of {found[1]} is below its allowance")
        tiers[Flavour(found[1])] = terms
    if missing := set(Flavour) - tiers.keys():
        raise ValueError(f"says nothing of {', '.join(sorted(missing))}")
    return {flavour: tiers[flavour] for flavour in Flavour}


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """What the station asks: the terms of each flavour, and coins for each day and unit of storage.

    `allowance_multiplier` and `overspend_multiplier` are what coins beyond the allowance and beyond the limit count.
    """

    tiers: Mapping[Flavour, Terms] = field(default_factory=lambda: read_tiers(TIERS))
    storage_cost: Decimal = Decimal(1)
    storage_unit_bytes: int = 1 << 30
    allowance_multiplier: Decimal = Decimal(1)
    overspend_multiplier: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class NewProduct:
    """A product to subscribe to; a tier has a `flavour` and its terms from it, storage says its own."""

    name: str
    type: ProductType
    flavour: Flavour | None = None
    allowance: Decimal | None = None
    limit: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class ProductChange:
    """What shall change about a product; what is None stays."""

    name: str | None = None
    allowance: Decimal | None = None
    limit: Decimal | None = None


def terms_of(new: NewProduct, tariff: Tariff) -> Terms:
    """Return the terms of a new product, or raise Invalid where it asks for what its type has not."""
    if new.type is ProductType.PROJECT_TIER:
        return _tier_terms(new, tariff)
    if new.flavour is not None:
        raise _wrong("a storage subscription has no flavour", "leave the flavour out")
    if new.allowance is None or new.allowance < 1:
        raise _wrong("a storage subscription needs an allowance", "give an allowance of at least 1 coin")
    return _sound(new.allowance, new.allowance if new.limit is None else new.limit)


def _tier_terms(new: NewProduct, tariff: Tariff) -> Terms:
    if new.flavour is None:
        raise _wrong("a project tier needs a flavour", f"give one of: {', '.join(Flavour)}")
    if new.allowance is not None or new.limit is not None:
        raise _wrong(
            f"allowance and limit of the flavour {new.flavour} are built in", "leave both out; they can be raised later"
        )
    return tariff.tiers[new.flavour]


def raised(terms: Terms, change: ProductChange, flavour: Flavour | None) -> Terms:
    """Return the terms with what `change` raises; Invalid where it would lower them."""
    allowance = terms.allowance if change.allowance is None else change.allowance
    limit = terms.limit if change.limit is None else change.limit
    if allowance < terms.allowance or limit < terms.limit:
        raise _wrong(
            f"an allowance ({coins(terms.allowance)}) and a limit ({coins(terms.limit)}) can only be raised",
            "give as many coins or more",
        )
    if flavour is Flavour.EVALUATION and (allowance, limit) != (terms.allowance, terms.limit):
        raise _wrong("what an evaluation includes is fixed", "subscribe to another flavour")
    return _sound(allowance, limit)


def _sound(allowance: Decimal, limit: Decimal) -> Terms:
    if any(amount >= COIN_BOUND for amount in (allowance, limit)):
        raise _wrong("so many coins are out of reach", f"give fewer than {coins(COIN_BOUND)}")
    if any(amount != round(amount, _PLACES) for amount in (allowance, limit)):
        raise _wrong("a coin has at most six decimal places", "round the amount")
    if limit < allowance:
        raise _wrong(
            f"the limit ({coins(limit)}) is below the allowance ({coins(allowance)})",
            "give a limit that is not below the allowance",
        )
    return Terms(allowance=allowance, limit=limit)


def settled_privacy(rule: Privacy, flavour: Flavour | None, wanted: bool | None) -> bool:
    """Return whether a project of this flavour in a unit of this rule is private; Invalid where that is not as wanted.

    `wanted` None takes what the rule says; an evaluation is public whatever the rule.
    """
    if flavour is Flavour.EVALUATION:
        if wanted:
            raise _private("a project under evaluation is always public", "make it public, or use another flavour")
        return False
    if wanted is None:
        return rule.private
    if rule.fixed and wanted is not rule.private:
        what = "private" if rule.private else "public"
        raise _private(f"all projects of this unit are {what}", f"make it {what}, or use a product of another unit")
    return wanted


def coins(amount: Decimal) -> str:
    """Write an amount of coins, exactly and without needless zeros."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _wrong(text: str, next_step: str) -> Invalid:
    return Invalid(text, next_step=next_step, reason="terms")


def _private(text: str, next_step: str) -> Invalid:
    return Invalid(text, next_step=next_step, reason="privacy")
