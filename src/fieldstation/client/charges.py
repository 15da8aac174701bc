"""What work and storage cost: charges, and the bills they come to. Coins are decimal texts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldstation.client.transport import Transport, at


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What an instance, or a day of storage, costs; one without `closed` still changes."""

    id: int
    kind: str
    product: str
    unit: str
    organisation: str
    coins: str
    opened: datetime
    day: str | None = None
    closed: datetime | None = None
    instance: str | None = None
    name: str | None = None
    launched_by: str | None = None
    cost: str | None = None
    rate: str | None = None
    held: str | None = None
    refunded: bool | None = None
    current_bytes: int | None = None
    peak_bytes: int | None = None
    unit_cost: str | None = None


@dataclass(frozen=True, kw_only=True)
class Days:
    """Days of UTC: the first one, and the one after the last."""

    begin: str
    end: str


@dataclass(frozen=True, kw_only=True)
class Day:
    """Coins of one day; `used` from the first day to it, `counts` what those count for. To come: predicted."""

    day: str
    processing: str
    storage: str
    used: str
    counts: str
    predicted: bool


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What a product is charged, day by day."""

    product: str
    name: str
    type: str
    unit: str
    unit_name: str
    period: Days
    current: bool
    allowance: str
    limit: str
    processing: str
    storage: str
    open: str
    held: str
    coins: str
    bill: str
    burn_rate: str
    prediction: str
    storage_prediction: str
    at_limit: bool
    days: Sequence[Day]


@dataclass(frozen=True, kw_only=True)
class ProductTotal:
    """Coins of a product."""

    product: str
    name: str
    type: str
    processing: str
    storage: str
    coins: str


@dataclass(frozen=True, kw_only=True)
class UnitBill:
    """What a unit is charged."""

    unit: str
    name: str
    organisation: str
    organisation_name: str
    period: Days
    processing: str
    storage: str
    coins: str
    products: Sequence[ProductTotal]


class Charges:
    """Everything about charges."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def all(self, **narrowed: str | None) -> Iterator[Charge]:
        """Yield the charges that the caller sees; `narrowed` may have `product`, `unit`, `organisation`, `kind`."""
        return self._transport.pages(Charge, at("charges"), _given(narrowed))

    def bill(self, product: str, *, prior: int = 0) -> Bill:
        """Return what a product is charged for its billing period, or for one so many before it."""
        return self._transport.get_as(Bill, at("products", product, "bill"), {"prior": prior})

    def bills(self, *, organisation: str | None = None, prior: int = 0) -> Iterator[UnitBill]:
        """Yield what the units that the caller sees are charged, newest unit first."""
        asked = {"organisation": organisation, "prior": str(prior)}
        return self._transport.pages(UnitBill, at("bills"), _given(asked))


def _given(asked: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value is not None}
