"""The console's own door: sessions of browsers."""

from fieldstation.facades.console.session import CALLBACK_PATH, CLIENT_ID, Addresses, router

__all__ = ["CALLBACK_PATH", "CLIENT_ID", "Addresses", "router"]
