"""The door as a whole: its parts and its application."""

from dataclasses import dataclass

from fastapi import FastAPI

from fieldstation.core.accounting.service import Assets, Bills, Merchants, Products
from fieldstation.core.people.service import Organisations, Units
from fieldstation.core.streams.service import Actions, Streams
from fieldstation.facades.squonk.account_server import (
    accounts,
    assets,
    charges,
    organisations,
    products,
    station,
    streams,
    units,
)
from fieldstation.facades.squonk.application import application

_ABOUT = "Organisations, units, products and charges, for programs made for the Squonk2 Account Server."


@dataclass(frozen=True, kw_only=True)
class AccountServerParts:
    """What the door hands its calls to."""

    release: str
    organisations: Organisations
    units: Units
    products: Products
    assets: Assets
    merchants: Merchants
    bills: Bills
    streams: Streams
    actions: Actions
    address: str


def account_server(parts: AccountServerParts) -> FastAPI:
    """Return the application of this door."""
    app = application("Account Server", "4.4", _ABOUT)
    app.include_router(station.router(parts.release))
    app.include_router(accounts.router(parts.merchants))
    app.include_router(organisations.router(parts.organisations, parts.units))
    app.include_router(units.router(parts.units))
    app.include_router(products.router(parts.products, parts.units, parts.organisations))
    app.include_router(charges.router(parts.bills, parts.merchants))
    app.include_router(assets.router(parts.assets, parts.merchants))
    app.include_router(streams.router(parts.streams, parts.actions, parts.release, parts.address, parts.merchants.name))
    return app
