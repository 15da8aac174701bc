"""Routes of products and of the tariff."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Query

from fieldstation.core.accounting.service import Products
from fieldstation.core.people.model import Caller
from fieldstation.core.people.service import Organisations, Units
from fieldstation.db import Tx
from fieldstation.facades.kit.calls import CallerCall
from fieldstation.facades.kit.pages import ById, PageOut, page_out
from fieldstation.facades.kit.problems import responses
from fieldstation.facades.rest.accounting.shapes import (
    ProductIn,
    ProductOut,
    ProductPatch,
    TariffOut,
    product_out,
    tariff_out,
)
from fieldstation.facades.rest.names import Text


def router(products: Products, units: Units, organisations: Organisations) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["products"])
    _add_lists(routes, products, units, organisations)
    _add_products(routes, products)
    return routes


def _add_lists(routes: APIRouter, products: Products, units: Units, organisations: Organisations) -> None:
    @routes.get(
        "/tariff",
        operation_id="show_tariff",
        summary="Show what can be subscribed to, and what it costs",
        responses=responses(),
    )
    async def tariff(call: CallerCall) -> TariffOut:
        return await call(lambda _tx, _caller: tariff_out(products.tariff))

    @routes.get(
        "/products",
        operation_id="list_products",
        summary="List the products you see, newest first",
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def list_all(
        call: CallerCall,
        page: ById,
        unit: Annotated[Text | None, Query(description="only those of this one, by id or name")] = None,
        organisation: Annotated[Text | None, Query(description="only those of this one, by id or name")] = None,
    ) -> PageOut[ProductOut]:
        def work(tx: Tx, caller: Caller) -> PageOut[ProductOut]:
            filters = {} if unit is None else {"unit": units.show(tx, caller, unit).id}
            if organisation is not None:
                filters["organisation"] = organisations.show(tx, caller, organisation).id
            return page_out(products.list(tx, caller, page, filters), product_out)

        return await call(work)


def _add_products(routes: APIRouter, products: Products) -> None:
    @routes.post(
        "/products",
        operation_id="create_product",
        summary="Subscribe to a product for a unit (its members)",
        status_code=HTTPStatus.CREATED,
        response_model_exclude_none=True,
        responses=responses(403, 404, 409),
    )
    async def create(body: Annotated[ProductIn, Body()], call: CallerCall) -> ProductOut:
        return await call(lambda tx, caller: product_out(products.create(tx, caller, body.unit, body.new())))

    @routes.get(
        "/products/{product}",
        operation_id="show_product",
        summary="Show a product",
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def show(product: str, call: CallerCall) -> ProductOut:
        return await call(lambda tx, caller: product_out(products.show(tx, caller, product)))

    @routes.patch(
        "/products/{product}",
        operation_id="change_product",
        summary="Rename a product, or raise its allowance and limit (members of its unit)",
        response_model_exclude_none=True,
        responses=responses(403, 404),
    )
    async def change(product: str, body: ProductPatch, call: CallerCall) -> ProductOut:
        return await call(lambda tx, caller: product_out(products.change(tx, caller, product, body.change())))

    @routes.delete(
        "/products/{product}",
        operation_id="delete_product",
        summary="Remove a product that no project has claimed (members of its unit)",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(403, 404, 409),
    )
    async def remove(product: str, call: CallerCall) -> None:
        await call(lambda tx, caller: products.remove(tx, caller, product))
