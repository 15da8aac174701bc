"""The door as a whole: its parts and its application."""

from dataclasses import dataclass

from fastapi import FastAPI

from fieldstation.facades.squonk.account_server import station
from fieldstation.facades.squonk.application import application

_ABOUT = "Organisations, units, products and charges, for programs made for the Squonk2 Account Server."


@dataclass(frozen=True, kw_only=True)
class AccountServerParts:
    """What the door hands its calls to."""

    release: str


def account_server(parts: AccountServerParts) -> FastAPI:
    """Return the application of this door."""
    app = application("Account Server", "4.4", _ABOUT)
    app.include_router(station.router(parts.release))
    return app
