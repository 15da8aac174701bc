"""What products are charged for: instances, and days of storage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

OPEN_DAY = date(9999, 12, 31)  # of a charge for an instance that is not over


class ChargeKind(StrEnum):
    """What is charged for."""

    PROCESSING = "processing"
    STORAGE = "storage"


class Purpose(StrEnum):
    """What authority is given for."""

    INSTANCE = "instance"
    DATASET = "dataset"  # a version
    FILE = "file"  # a copy of a file of a version


@dataclass(frozen=True, kw_only=True)
class NewProcessing:
    """An instance that begins: who launched it, what its cost is worth, what it is expected to cost."""

    product: str
    instance: str
    name: str
    user_id: str
    username: str
    rate: Decimal | None
    quote: Decimal = Decimal(0)
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Processing:
    """What an instance is charged; `refunded`: the station failed it, so it costs nothing.

    `cost` is what its program said, `hold` what was set aside for it, `sqn` how often its charge changed.
    """

    instance: str
    name: str
    username: str
    sqn: int
    cost: Decimal
    rate: Decimal | None
    hold: Decimal
    refunded: bool
    detail: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What a day of storage is charged: units of `unit_bytes` begun at its peak, `unit_cost` coins each."""

    current_bytes: int
    peak_bytes: int
    unit_bytes: int
    unit_cost: Decimal

    @property
    def burn_rate(self) -> Decimal:
        """Coins of a day at which nothing comes or goes."""
        return units_of(self.current_bytes, self.unit_bytes) * self.unit_cost


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A charge: for an instance (`processing`) or a day (`stored`). It changes until `closed_at`.

    `day` is the one that it counts to, of UTC; an instance that is not over has OPEN_DAY.
    """

    id: int
    product: str
    unit: str
    organisation: str
    kind: ChargeKind
    day: date
    coins: Decimal
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    processing: Processing | None = None
    stored: Stored | None = None


def units_of(size: int, unit_bytes: int) -> int:
    """Return how many units of storage so many bytes begin."""
    return -(-size // unit_bytes)
