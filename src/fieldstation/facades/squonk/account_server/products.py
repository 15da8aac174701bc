"""Products: what units subscribed to."""

from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fieldstation.core.accounting.model.charges import units_of
from fieldstation.core.accounting.model.products import Flavour, NewProduct, ProductChange, ProductType, Tariff
from fieldstation.core.accounting.service import Product, Products
from fieldstation.core.people.model import Caller
from fieldstation.core.people.service import Organisations, Units
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.squonk.account_server.shapes import (
    EVERYTHING,
    FLAVOURS,
    TYPES,
    Body,
    DoneOut,
    IdOut,
    OrganisationOut,
    UnitOut,
    organisation_out,
    unit_out,
)
from fieldstation.facades.squonk.application import refusals
from fieldstation.kernel.clock import wire_time

TypeName = Literal["DATA_MANAGER_PROJECT_TIER_SUBSCRIPTION", "DATA_MANAGER_STORAGE_SUBSCRIPTION"]
FlavourName = Literal["EVALUATION", "BRONZE", "SILVER", "GOLD"]
Amount = Annotated[int, Field(ge=0)]
_GIB = 1 << 30


class ProductIn(Body):
    """A product to subscribe to."""

    name: str
    type: TypeName
    flavour: FlavourName | None = None
    allowance: Amount | None = None
    limit: Amount | None = None

    def new(self) -> NewProduct:
        """Return the product that is meant."""
        return NewProduct(
            name=self.name,
            type=next(kind for kind, name in TYPES.items() if name == self.type),
            flavour=None if self.flavour is None else FLAVOURS[self.flavour],
            allowance=_decimal(self.allowance),
            limit=_decimal(self.limit),
        )


class ProductPatch(Body):
    """What shall change about a product."""

    name: str | None = None
    allowance: Amount | None = None
    limit: Amount | None = None

    def change(self) -> ProductChange:
        """Return the change that is meant."""
        return ProductChange(name=self.name, allowance=_decimal(self.allowance), limit=_decimal(self.limit))


class ProductTypeOut(BaseModel):
    """One thing that can be subscribed to."""

    type: str
    flavour: str | None = None
    service_kind: str = "DATA_MANAGER"


class ProductTypesOut(BaseModel):
    """All that can be subscribed to."""

    count: int
    product_types: list[ProductTypeOut]


class StorageCostOut(BaseModel):
    """What storage costs."""

    cost: str = Field(description="coins", examples=["1"])
    units: str = Field(examples=["GiB"])
    description: str


class DefaultStorageCostOut(BaseModel):
    """What storage costs where nothing else was agreed."""

    default_storage_cost: StorageCostOut


class HeadOut(BaseModel):
    """What a product is."""

    id: str
    created: str
    type: str
    flavour: str | None = None
    name: str


class ClaimOut(BaseModel):
    """The project that a product pays for."""

    id: str
    name: str


class SizeOut(BaseModel):
    """How much lies in what a product pays for: now, and at today's peak."""

    peak: str
    current: str
    unit_size: str
    units_used: int


class StorageCoinsOut(BaseModel):
    """What that costs today, which is added to what was used when the day is over."""

    used: float
    unit_cost: float


class StorageOut(BaseModel):
    """What lies in what a product pays for, and what that costs."""

    size: SizeOut
    coins: StorageCoinsOut


class UsedOut(BaseModel):
    """Coins used."""

    used: float


class InstanceOut(BaseModel):
    """What the instances of a project cost."""

    coins: UsedOut


class CoinsOut(BaseModel):
    """How a product stands in its billing period."""

    allowance: float
    limit: float
    used: float
    at_limit: bool
    current_burn_rate: float
    billing_prediction: float
    billing_prediction_storage_contribution: float
    billing_day: int
    allowance_multiplier: float
    overspend_multiplier: float
    remaining_days: int


class ProductOut(BaseModel):
    """A product as the caller sees it."""

    product: HeadOut
    organisation: OrganisationOut
    unit: UnitOut
    claimable: bool
    claim: ClaimOut | None = None
    storage: StorageOut
    instance: InstanceOut | None = None
    coins: CoinsOut


class OneProductOut(BaseModel):
    """One product."""

    product: ProductOut


class ProductsOut(BaseModel):
    """Products that the caller sees."""

    count: int
    products: list[ProductOut]


def router(products: Products, units: Units, organisations: Organisations) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["product"])
    _add_tariff(routes, products.tariff)
    _add_lists(routes, products, units, organisations)
    _add_products(routes, products)
    return routes


def product_out(product: Product, tariff: Tariff) -> ProductOut:
    """Write a product."""
    tier = product.type is ProductType.PROJECT_TIER
    claim = None if product.claim is None else ClaimOut(id=product.claim.project_id, name=product.claim.name)
    return ProductOut(
        product=HeadOut(
            id=product.id,
            created=wire_time(product.created_at),
            type=TYPES[product.type],
            flavour=None if product.flavour is None else product.flavour.name,
            name=product.name,
        ),
        organisation=organisation_out(product.unit.organisation),
        unit=unit_out(product.unit),
        claimable=tier,
        claim=claim,
        storage=_storage_out(product, tariff),
        instance=InstanceOut(coins=UsedOut(used=float(product.use.processing))) if tier else None,
        coins=_coins_out(product, tariff),
    )


def _storage_out(product: Product, tariff: Tariff) -> StorageOut:
    use, unit = product.use, tariff.storage_unit_bytes
    size = SizeOut(
        peak=_size(use.peak_bytes),
        current=_size(use.current_bytes),
        unit_size=_size(unit),
        units_used=units_of(use.peak_bytes, unit),
    )
    return StorageOut(size=size, coins=StorageCoinsOut(used=float(use.today), unit_cost=float(tariff.storage_cost)))


def _coins_out(product: Product, tariff: Tariff) -> CoinsOut:
    return CoinsOut(
        allowance=float(product.terms.allowance),
        limit=float(product.terms.limit),
        used=float(product.use.coins),
        at_limit=product.standing.at_limit,
        current_burn_rate=float(product.use.burn_rate),
        billing_prediction=float(product.standing.prediction),
        billing_prediction_storage_contribution=float(product.standing.storage_prediction),
        billing_day=product.unit.billing_day,
        allowance_multiplier=float(tariff.allowance_multiplier),
        overspend_multiplier=float(tariff.overspend_multiplier),
        remaining_days=product.remaining_days,
    )


def _add_tariff(routes: APIRouter, tariff: Tariff) -> None:
    @routes.get(
        "/product-type",
        operation_id="get_product_types",
        summary="What can be subscribed to",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def types(call: CallerCall) -> ProductTypesOut:
        await call(lambda _tx, _caller: None)
        tiers = [ProductTypeOut(type=TYPES[ProductType.PROJECT_TIER], flavour=flavour.name) for flavour in Flavour]
        every = [*tiers, ProductTypeOut(type=TYPES[ProductType.STORAGE])]
        return ProductTypesOut(count=len(every), product_types=every)

    @routes.get(
        "/product-default-storage-cost",
        operation_id="get_product_default_storage_cost",
        summary="What storage costs",
        responses=refusals(),
    )
    async def storage_cost(call: CallerCall) -> DefaultStorageCostOut:
        await call(lambda _tx, _caller: None)
        unit = _size(tariff.storage_unit_bytes)
        cost = StorageCostOut(
            cost=str(tariff.storage_cost),
            units=unit,
            description=f"coins a day for each {unit} begun, at the peak of the day",
        )
        return DefaultStorageCostOut(default_storage_cost=cost)


def _add_lists(routes: APIRouter, products: Products, units: Units, organisations: Organisations) -> None:
    def listed(tx: Tx, caller: Caller, filters: dict[str, str]) -> ProductsOut:
        found = products.list(tx, caller, EVERYTHING, filters).items
        return ProductsOut(count=len(found), products=[product_out(one, products.tariff) for one in found])

    @routes.get(
        "/product",
        operation_id="get_products",
        summary="The products that you see",
        response_model_exclude_none=True,
        responses=refusals(),
    )
    async def all_of_them(call: CallerCall) -> ProductsOut:
        return await call(lambda tx, caller: listed(tx, caller, {}))

    @routes.get(
        "/product/organisation/{org_id}",
        operation_id="get_organisation_products",
        summary="The products of an organisation that you see",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def of_organisation(org_id: str, call: CallerCall) -> ProductsOut:
        return await call(
            lambda tx, caller: listed(tx, caller, {"organisation": organisations.show(tx, caller, org_id).id})
        )

    @routes.get(
        "/product/unit/{unit_id}",
        operation_id="get_unit_products",
        summary="The products of a unit",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def of_unit(unit_id: str, call: CallerCall) -> ProductsOut:
        return await call(lambda tx, caller: listed(tx, caller, {"unit": units.show(tx, caller, unit_id).id}))


def _add_products(routes: APIRouter, products: Products) -> None:
    @routes.post(
        "/product/unit/{unit_id}",
        operation_id="create_unit_product",
        summary="Subscribe to a product for a unit",
        status_code=201,
        responses=refusals(404),
    )
    async def create(unit_id: str, body: ProductIn, call: CallerCall) -> IdOut:
        return await call(lambda tx, caller: IdOut(id=products.create(tx, caller, unit_id, body.new()).id))

    @routes.get(
        "/product/{product_id}",
        operation_id="get_product",
        summary="One product",
        response_model_exclude_none=True,
        responses=refusals(404),
    )
    async def show(product_id: str, call: CallerCall) -> OneProductOut:
        found = await call(lambda tx, caller: products.show(tx, caller, product_id))
        return OneProductOut(product=product_out(found, products.tariff))

    @routes.patch(
        "/product/{product_id}",
        operation_id="alter_product",
        summary="Rename a product, or raise its allowance and limit",
        responses=refusals(404),
    )
    async def change(product_id: str, body: ProductPatch, call: CallerCall) -> DoneOut:
        await call(lambda tx, caller: products.change(tx, caller, product_id, body.change()))
        return DoneOut()

    @routes.delete(
        "/product/{product_id}",
        operation_id="delete_product",
        summary="Remove a product that no project has claimed",
        status_code=204,
        responses=refusals(404, 409),
    )
    async def remove(product_id: str, call: CallerCall) -> None:
        await call(lambda tx, caller: products.remove(tx, caller, product_id))


def _decimal(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)


def _size(amount_bytes: int) -> str:
    return f"{amount_bytes // _GIB} GiB" if amount_bytes and amount_bytes % _GIB == 0 else f"{amount_bytes} B"
