"""Who provides what products pay for: this station, and nobody else."""

from dataclasses import dataclass
from datetime import datetime

from fieldstation.core.people.model import Caller
from fieldstation.core.people.service import Organisations
from fieldstation.db import Tx
from fieldstation.kernel.errors import NotFound

ONLY = 1  # the number of the only merchant


@dataclass(frozen=True, kw_only=True)
class Merchant:
    """A provider, by the address that people see; registered when the station came to be."""

    id: int
    name: str
    address: str
    created_at: datetime


class Merchants:
    """Tells who provides."""

    def __init__(self, organisations: Organisations, name: str, address: str) -> None:
        self._organisations = organisations
        self.name = name
        self._address = address

    def show(self, tx: Tx, caller: Caller, number: int = ONLY) -> Merchant:
        """Return the merchant of this number."""
        created_at = self._organisations.default(tx, caller).created_at
        if number != ONLY:
            raise NotFound(f"there is no merchant {number}", next_step=f"this station is merchant {ONLY}")
        return Merchant(id=ONLY, name=self.name, address=self._address, created_at=created_at)
