"""What a station with accounting asks for before data sets and projects are made: that somebody pays for them."""

from fieldstation.core.accounting.model.products import TEST_UNIT
from fieldstation.core.accounting.service.paying import Paying
from fieldstation.core.accounting.store import products as store
from fieldstation.core.people.model import Caller, Permission
from fieldstation.core.people.service import Units
from fieldstation.db import Tx
from fieldstation.kernel.errors import Forbidden


class Subscriptions:
    """Says who pays. Without accounting (`on` False) nobody has to."""

    def __init__(self, units: Units, paying: Paying, *, on: bool) -> None:
        self._units = units
        self._paying = paying
        self._on = on

    def storage(self, tx: Tx, caller: Caller, unit: str | None) -> str | None:
        """Return the id of the unit that stores what the caller makes: the one that is named, else their personal one.

        None where none is named and none has to pay. Raises NotFound for a unit that the caller does not see, and with
        accounting Forbidden (`no_subscription`) unless the unit has a storage subscription; and OutOfCoins where the
        one that it has is at its limit.
        """
        found = self._unit(tx, caller, unit)
        self.room(tx, found)
        return found

    def room(self, tx: Tx, unit: str | None) -> None:
        """Return when something pays for the data sets of a unit, where it has to, and has coins left.

        Raises Forbidden (`no_subscription`) and OutOfCoins. None is for what was made when nobody had to pay.
        """
        if self._on and unit is not None and unit != TEST_UNIT and not store.stores(tx, unit):
            raise _no_storage(unit)
        self._paying.require(tx, self._paying.of_unit(tx, unit))

    def _unit(self, tx: Tx, caller: Caller, unit: str | None) -> str | None:
        found = None if unit is None else self._units.find(tx, caller, unit, Permission.UNIT_USE).id
        if not self._on:
            return found
        found = found or self._units.personal_id(tx, caller)
        if found is None:
            raise Forbidden(
                "data sets are paid for by units, and you have no unit of your own",
                next_step="name a unit with --unit, or make yours: fieldstation unit create-personal --billing-day 1",
                reason="no_subscription",
            )
        return found

    def tier(self, product: str | None) -> None:
        """Raise Forbidden (`no_subscription`) with accounting where no product is named that pays for a project."""
        if self._on and product is None:
            raise Forbidden(
                "projects are paid for by a project tier that no other project has claimed",
                next_step="subscribe: fieldstation product create NAME --unit UNIT --flavour bronze, and name its id",
                reason="no_subscription",
            )


def _no_storage(unit: str) -> Forbidden:
    return Forbidden(
        f"the unit {unit} has no storage subscription, which has to pay for its data sets",
        next_step=f"subscribe: fieldstation product create NAME --unit {unit} --allowance COINS; a new data set "
        "may name another unit with --unit",
        reason="no_subscription",
    )
