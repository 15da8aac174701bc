"""All routes about who pays for what."""

from dataclasses import dataclass

from fastapi import APIRouter

from fieldstation.core.accounting.service import Assets, Bills, Products
from fieldstation.core.people.service import Organisations, Units
from fieldstation.facades.rest.accounting import assets, charges, organisations, products, units


@dataclass(frozen=True, kw_only=True)
class Books:
    """What the routes hand their calls to."""

    organisations: Organisations
    units: Units
    products: Products
    assets: Assets
    bills: Bills


def router(books: Books) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()
    routes.include_router(organisations.router(books.organisations))
    routes.include_router(units.router(books.units, books.organisations))
    routes.include_router(products.router(books.products, books.units, books.organisations))
    routes.include_router(charges.router(books.bills))
    routes.include_router(assets.router(books.assets))
    return routes
