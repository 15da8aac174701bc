"""What products are charged, by day, by period, by unit and by organisation; seen by the members of their units."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from fieldstation.core.accounting.model.charges import Charge
from fieldstation.core.accounting.model.periods import Period, Span
from fieldstation.core.accounting.model.products import ProductType, Tariff
from fieldstation.core.accounting.model.standing import Standing, Use, counted, standing
from fieldstation.core.accounting.service.paying import today
from fieldstation.core.accounting.service.products import Product, Products
from fieldstation.core.accounting.store import charges as store
from fieldstation.core.accounting.store import use as use_store
from fieldstation.core.people.model import Caller, Kind, Permission
from fieldstation.core.people.service import Access, Organisations, Units
from fieldstation.core.people.service.organisations import Organisation, operates
from fieldstation.core.people.service.units import Unit
from fieldstation.db import Tx
from fieldstation.kernel.errors import Invalid
from fieldstation.kernel.paging import Page, PageRequest, page_of

_EVERY = PageRequest(limit=10_000)
_DIGITS = 18


@dataclass(frozen=True, kw_only=True)
class Day:
    """Coins of one day, and of all from the first one to it; `counts` is what those count for.

    Days to come have what is predicted: `predicted` is then what `counts` will probably be.
    """

    day: date
    processing: Decimal
    storage: Decimal
    used: Decimal
    counts: Decimal
    predicted: bool


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What a product is charged for some days; `standing` is of the present period, or of the one that is meant."""

    product: Product
    period: Period
    current: bool
    use: Use
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class ProductTotal:
    """Coins of a product in a period: of instances that ended in it, and of its days of storage."""

    product: str
    type: ProductType
    name: str
    processing: Decimal
    storage: Decimal


@dataclass(frozen=True, kw_only=True)
class UnitTotal:
    """What the products of a unit are charged for its period."""

    unit: Unit
    period: Period
    products: Sequence[ProductTotal]

    @property
    def processing(self) -> Decimal:
        """Coins of instances."""
        return sum((one.processing for one in self.products), Decimal(0))

    @property
    def storage(self) -> Decimal:
        """Coins of storage."""
        return sum((one.storage for one in self.products), Decimal(0))


class Bills:
    """Reads what is charged."""

    def __init__(self, access: Access, organisations: Organisations, units: Units, products: Products) -> None:
        self._access = access
        self._organisations = organisations
        self._units = units
        self._products = products
        self._tariff: Tariff = products.tariff

    def product(self, tx: Tx, caller: Caller, product_id: str, span: Span) -> Bill:
        """Return what a product is charged for some days."""
        product = self._products.show(tx, caller, product_id)
        now = today(tx)
        period = span.period(now, product.unit.billing_day)
        use = use_store.uses(tx, {product.id: period}, now)[product.id]
        current = period.begin <= now < period.end
        left = period.remaining_days(now) if current else 0
        return Bill(
            product=product,
            period=period,
            current=current,
            use=use,
            standing=standing(use if current else _over(use), product.terms, self._tariff, left),
        )

    def days(self, tx: Tx, bill: Bill) -> Sequence[Day]:
        """Return each day of a bill: what it cost until today, and what is predicted from then on."""
        found = use_store.days(tx, bill.product.id, bill.period)
        now = today(tx)
        shown: list[Day] = []
        used = Decimal(0)
        for day in bill.period.days:
            processing, storage = found.get(day, (Decimal(0), Decimal(0)))
            if day > now:
                storage = bill.use.burn_rate if bill.current else Decimal(0)
            if day == now + timedelta(days=1):
                processing = bill.use.accrued  # what is under way will end some day; it counts once, from tomorrow on
            used += processing + storage
            counts = counted(used, bill.product.terms, self._tariff)
            shown.append(
                Day(
                    day=day,
                    processing=processing,
                    storage=storage,
                    used=used,
                    counts=counts,
                    predicted=day > now,
                )
            )
        return shown

    def charges(self, tx: Tx, bill: Bill, limit: int) -> Sequence[Charge]:
        """Return up to `limit` charges of a bill, oldest first, those for instances under way last."""
        return store.of_product(tx, bill.product.id, bill.period, limit, now=bill.current)

    def page(self, tx: Tx, caller: Caller, request: PageRequest, filters: Mapping[str, str]) -> Page[Charge]:
        """Return charges, those under way first, then newest day first.

        `filters` may have `product`, `unit` and `organisation`, which must be such as the caller sees, and `kind`.
        """
        wanted = dict(filters)
        if "product" in wanted:
            self._products.show(tx, caller, wanted["product"])
        if "unit" in wanted:
            wanted["unit"] = self._units.show(tx, caller, wanted["unit"]).id
        if "organisation" in wanted:
            wanted["organisation"] = self._organisations.show(tx, caller, wanted["organisation"]).id
        visible = self._access.visible(caller, Permission.UNIT_USE, Kind.UNIT)
        every = operates(caller) or "product" in wanted  # whoever sees a product sees all its charges
        seen: tuple[str | None, Mapping[str, Any]] = (None, {}) if every else (visible.where("n.id"), visible.values)
        rows = store.page(tx, wanted, _position(request), request.limit + 1, seen)
        return page_of(rows, request, lambda one: (one.day.isoformat(), str(one.id)))

    def unit(self, tx: Tx, caller: Caller, unit_id: str, span: Span) -> UnitTotal:
        """Return what a unit is charged."""
        (total,) = self._totals(tx, [self._units.show(tx, caller, unit_id)], span)
        return total

    def organisation(
        self, tx: Tx, caller: Caller, organisation_id: str, span: Span
    ) -> tuple[Organisation, Sequence[UnitTotal]]:
        """Return what the units of an organisation that the caller sees are charged, each for its own period."""
        organisation = self._organisations.show(tx, caller, organisation_id)
        units = self._units.list(tx, caller, _EVERY, {"organisation": organisation.id}).items
        return organisation, self._totals(tx, units, span)

    def all(self, tx: Tx, caller: Caller, span: Span) -> Sequence[UnitTotal]:
        """Return what every unit of the station is charged, each for its own period; for operators."""
        self._access.require(caller, Permission.STATION_OPERATE)
        return self._totals(tx, self._units.list(tx, caller, _EVERY).items, span)

    def totals(
        self, tx: Tx, caller: Caller, request: PageRequest, filters: Mapping[str, str], span: Span
    ) -> Page[UnitTotal]:
        """Return what each unit that the caller sees is charged, for its own period, newest unit first.

        `filters` may have `organisation`, which must be one that the caller sees.
        """
        wanted = dict(filters)
        if "organisation" in wanted:
            wanted["organisation"] = self._organisations.show(tx, caller, wanted["organisation"]).id
        page = self._units.list(tx, caller, request, wanted)
        return Page(items=self._totals(tx, page.items, span), next=page.next)

    def _totals(self, tx: Tx, units: Sequence[Unit], span: Span) -> Sequence[UnitTotal]:
        now = today(tx)
        periods = {unit.id: span.period(now, unit.billing_day) for unit in units}
        found: dict[str, list[ProductTotal]] = defaultdict(list)
        for row in use_store.totals(tx, periods):
            total = ProductTotal(
                product=row.id,
                type=ProductType(row.type),
                name=row.name,
                processing=row.processing,
                storage=row.storage,
            )
            found[row.unit].append(total)
        return [UnitTotal(unit=unit, period=periods[unit.id], products=found[unit.id]) for unit in units]


def _over(use: Use) -> Use:
    """Return the use of days that are over, or to come: nothing of now belongs to them."""
    return Use(processing=use.processing, storage=use.storage, today=use.today)


def _position(request: PageRequest) -> tuple[str, str]:
    if request.after is None:
        return store.LAST
    day, number = request.after
    try:
        date.fromisoformat(day)
    except ValueError:
        day = ""
    if not day or not (number.isascii() and number.isdigit() and len(number) <= _DIGITS):
        raise Invalid("the page position is not one that this station gave out", next_step="start from the first page")
    return day, number
