"""Products: what a unit subscribed to, and which project claimed which tier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from fieldstation.core.accounting.model.periods import Period, period_of
from fieldstation.core.accounting.model.products import (
    TEST_PRODUCT,
    Flavour,
    NewProduct,
    ProductChange,
    ProductType,
    Tariff,
    Terms,
    coins,
    raised,
    settled_privacy,
    terms_of,
)
from fieldstation.core.accounting.model.standing import Standing, Use, standing
from fieldstation.core.accounting.service.paying import today
from fieldstation.core.accounting.store import products as store
from fieldstation.core.accounting.store import use as use_store
from fieldstation.core.actions.model import Asked
from fieldstation.core.actions.service import act, denied, granted
from fieldstation.core.audit.model import STATION, Deed, Entry
from fieldstation.core.people.model import Caller, Kind, Permission, Privacy, Thing, within_scopes
from fieldstation.core.people.service import Access, Units
from fieldstation.core.people.service.access import scope_missing
from fieldstation.core.people.service.names import checked_title
from fieldstation.core.people.service.organisations import operates
from fieldstation.core.people.service.units import Unit
from fieldstation.db import Tx
from fieldstation.kernel.canonical import Json
from fieldstation.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.paging import Page, PageRequest, page_of
from fieldstation.ports.hooks import Removing, Transaction

KIND = "product"  # what their ids begin with


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The project that a tier pays for."""

    project_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product with the unit that subscribed to it; `claim` is of tiers only.

    `period` is the one that it is billed for now, of which `remaining_days` are left, today among them; `use` is what
    it used in it, `standing` what that counts for.
    """

    id: str
    unit: Unit
    type: ProductType
    flavour: Flavour | None
    name: str
    terms: Terms
    claim: Claim | None
    created_at: datetime
    period: Period
    remaining_days: int
    use: Use
    standing: Standing

    def private(self, wanted: bool | None) -> bool:
        """Return whether a project that this pays for is private; Invalid where it may not be as wanted."""
        return settled_privacy(self.unit.privacy, self.flavour, wanted)


@dataclass(frozen=True, kw_only=True)
class ProductBrief:
    """Where a product belongs, for lists of what it pays for."""

    id: str
    flavour: Flavour | None
    unit_id: str
    organisation_id: str


class Products:
    """Keeps what units subscribed to; who is a member of a unit, or of its organisation, sees and makes its products.

    `removing` are asked before a product goes.
    """

    def __init__(self, access: Access, units: Units, tariff: Tariff, removing: Sequence[Removing] = ()) -> None:
        self._access = access
        self._units = units
        self._removing = removing
        self.tariff = tariff

    def create(self, tx: Tx, caller: Caller, unit: str, new: NewProduct) -> Product:
        """Subscribe to a product for a unit."""
        found = self._units.find(tx, caller, unit, Permission.UNIT_USE)
        if caller.evaluator and (new.flavour is not Flavour.EVALUATION or not self._is_own(tx, caller, found)):
            raise Forbidden(
                "you may evaluate this station: subscribe to evaluations, in your personal unit",
                next_step="choose the flavour evaluation and your own unit, or ask for the role of a user",
                reason="evaluator",
            )
        self._units.keep(tx, found.id)
        name, terms = checked_title(new.name, KIND), terms_of(new, self.tariff)
        if new.flavour is Flavour.EVALUATION and found.privacy is Privacy.ALWAYS_PRIVATE:
            raise Invalid(
                "an evaluation is for public projects, and all projects of this unit are private",
                next_step="use another flavour, or a unit of another rule",
                reason="privacy",
            )
        product_id = new_id(KIND)
        values = {
            "id": product_id,
            "unit": found.id,
            "organisation": found.organisation.id,
            "type": new.type,
            "flavour": new.flavour,
            "name": name,
            "creator": caller.user_id,
            "allowance": terms.allowance,
            "coin_limit": terms.limit,
        }
        store.insert(tx, values)
        body: dict[str, Json] = {"name": name, "type": new.type, "flavour": new.flavour, "unit": found.id}
        act(tx, _entry(Deed.PRODUCT_CREATED, caller, product_id, body | _terms_body(terms)))
        return self._product(tx, store.by_id(tx, product_id), found)

    def show(self, tx: Tx, caller: Caller, product_id: str) -> Product:
        """Return one product."""
        row = self._decided(tx, caller, store.by_id(tx, product_id))
        return self._product(tx, row, self._units.by_ids(tx, caller, [row.unit])[row.unit])

    def list(
        self, tx: Tx, caller: Caller, request: PageRequest, filters: Mapping[str, str] | None = None
    ) -> Page[Product]:
        """Return the products that the caller sees, newest first; `filters` may have `unit`, `organisation` (ids)."""
        visible = self._access.visible(caller, Permission.UNIT_USE, Kind.UNIT)
        before = request.after[0] if request.after else store.LAST
        seen = (None if operates(caller) else visible.where("n.id"), visible.values)
        rows = store.page(tx, before, request.limit + 1, filters or {}, seen)
        units = self._units.by_ids(tx, caller, [row.unit for row in rows])
        return page_of(self._products(tx, [(row, units[row.unit]) for row in rows]), request, lambda each: (each.id,))

    def briefs(self, tx: Tx, product_ids: Sequence[str]) -> Mapping[str, ProductBrief]:
        """Return where these products belong, in one statement; who calls has decided that the caller may know."""
        return {row.id: _brief(row) for row in store.briefs(tx, sorted(set(product_ids)))}

    def change(self, tx: Tx, caller: Caller, product_id: str, change: ProductChange) -> Product:
        """Rename a product, or raise its allowance and limit."""
        found = self._locked(tx, caller, product_id)
        terms = raised(found.terms, change, found.flavour)
        name = found.name if change.name is None else checked_title(change.name, KIND)
        store.change(tx, {"id": found.id, "name": name, "allowance": terms.allowance, "coin_limit": terms.limit})
        act(tx, _entry(Deed.PRODUCT_CHANGED, caller, found.id, {"name": name, **_terms_body(terms)}))
        return self._product(tx, store.by_id(tx, found.id), found.unit)

    def remove(self, tx: Tx, caller: Caller, product_id: str) -> None:
        """Remove a product that no project claims."""
        found = self._locked(tx, caller, product_id)
        if found.id == TEST_PRODUCT:
            raise Conflict("this product belongs to the station", next_step="leave it", reason="builtin")
        if found.claim is not None:
            raise Conflict(
                f"the project {found.claim.name} ({found.claim.project_id}) has claimed this product",
                next_step="delete that project first",
                reason="in_use",
            )
        for hook in self._removing:
            hook.removing(tx, found.id)
        store.remove(tx, found.id)
        act(tx, _entry(Deed.PRODUCT_REMOVED, caller, found.id, {}))

    def claim(self, tx: Tx, caller: Caller, product_id: str, project_id: str, project_name: str) -> Product:
        """Have a project tier pay for a project from now on, and return it.

        Raises NotFound for a product that the caller does not see, Forbidden for one that is no tier (`not_a_tier`) or
        that another project has claimed (`claimed`). The reserved product is for operators and is never used up.
        """
        found = self._locked(tx, caller, product_id)
        if found.id == TEST_PRODUCT:
            return found
        asked = Asked(operation="CLAIM", value="1", name=project_name, id=project_id)
        refusal = _claim_refused(found)
        if refusal is not None:
            tx.when_refused(lambda later: denied(later, asked, caller.user_id, found.id, refusal.text))
            raise refusal
        store.claim(tx, found.id, project_id, project_name)
        act(tx, _entry(Deed.PRODUCT_CLAIMED, caller, found.id, {"project": project_id}))
        granted(tx, asked, caller.user_id, found.id)
        return replace(found, claim=Claim(project_id=project_id, name=project_name))

    def release(self, tx: Tx, project_id: str, *, by: Caller | None = None) -> None:
        """Let the product that pays for a project go; nothing happens when there is none."""
        product_id = store.release(tx, project_id)
        if product_id is not None:
            act(tx, _entry(Deed.PRODUCT_RELEASED, by, product_id, {"project": project_id}))

    def rename(self, tx: Tx, project_id: str, project_name: str) -> None:
        """Take note of what a project is called now."""
        store.rename(tx, project_id, project_name)

    def kept(self, tx: Tx, caller: Caller, product_id: str) -> Product:
        """Return one product, which nobody changes or removes until this transaction ends."""
        return self._locked(tx, caller, product_id)

    def _is_own(self, tx: Tx, caller: Caller, unit: Unit) -> bool:
        return self._units.personal_id(tx, caller) == unit.id

    def _locked(self, tx: Tx, caller: Caller, product_id: str) -> Product:
        row = self._decided(tx, caller, store.lock(tx, product_id))
        return self._product(tx, row, self._units.by_ids(tx, caller, [row.unit])[row.unit])

    def _product(self, tx: Tx, row: Any, unit: Unit) -> Product:
        (found,) = self._products(tx, [(row, unit)])
        return found

    def _products(self, tx: Tx, rows: Sequence[tuple[Any, Unit]]) -> Sequence[Product]:
        """Return products with what they used, which takes one statement for all of them."""
        day = today(tx)
        periods = {row.id: period_of(day, unit.billing_day) for row, unit in rows}
        uses = use_store.uses(tx, periods, day)
        return [_product(row, unit, uses[row.id], self.tariff, day) for row, unit in rows]

    def _decided(self, tx: Tx, caller: Caller, row: Any) -> Any:
        if not within_scopes(caller, Permission.UNIT_USE):
            raise scope_missing(Permission.UNIT_USE)
        if row is None or not self._access.may(tx, caller, Permission.UNIT_USE, Thing(kind=Kind.UNIT, id=row.unit)):
            raise hidden()
        return row


class ProductsOfUnits:
    """Keeps a unit while it has products."""

    def removing(self, tx: Transaction, thing: str) -> None:
        """Raise Conflict while the unit has any."""
        assert isinstance(tx, Tx)
        if store.in_unit(tx, thing):
            raise Conflict("this unit has products", next_step="remove its products first", reason="in_use")


def _claim_refused(product: Product) -> Forbidden | None:
    if product.type is not ProductType.PROJECT_TIER:
        return Forbidden(
            f"{product.name} pays for storage, not for a project",
            next_step=f"make a tier: fieldstation product create NAME --unit {product.unit.id} --flavour bronze",
            reason="not_a_tier",
        )
    if product.claim is not None:
        return Forbidden(
            f"another project has claimed {product.name}",
            next_step="use a tier that no project has claimed: fieldstation product list",
            reason="claimed",
        )
    return None


def hidden() -> NotFound:
    """Return the one error for a product that does not exist and for one that the caller may not see."""
    return NotFound(
        "there is no product with this id, or you may not see it",
        next_step="see what there is: fieldstation product list",
    )


def _product(row: Any, unit: Unit, use: Use, tariff: Tariff, day: date) -> Product:
    period = period_of(day, unit.billing_day)
    terms = Terms(allowance=row.allowance, limit=row.coin_limit)
    remaining_days = period.remaining_days(day)
    found = standing(use, terms, tariff, remaining_days)
    flavour = None if row.flavour is None else Flavour(row.flavour)
    return Product(
        id=row.id,
        unit=unit,
        type=ProductType(row.type),
        flavour=flavour,
        name=row.name,
        terms=terms,
        claim=None if row.project is None else Claim(project_id=row.project, name=row.project_name),
        created_at=row.created_at,
        period=period,
        remaining_days=remaining_days,
        use=use,
        standing=replace(found, at_limit=found.at_limit and flavour is not Flavour.EVALUATION),
    )


def _brief(row: Any) -> ProductBrief:
    return ProductBrief(
        id=row.id,
        flavour=None if row.flavour is None else Flavour(row.flavour),
        unit_id=row.unit,
        organisation_id=row.organisation,
    )


def _terms_body(terms: Terms) -> dict[str, Json]:
    return {"allowance": coins(terms.allowance), "limit": coins(terms.limit)}


def _entry(deed: Deed, caller: Caller | None, product_id: str, body: dict[str, Json]) -> Entry:
    return Entry(actor=caller.user_id if caller else STATION, deed=deed, thing=product_id, body=body)
