"""The console's own door: its pages, and the sessions of browsers."""

from fieldstation.facades.console.files import STATIC, ConsoleFiles
from fieldstation.facades.console.session import CALLBACK_PATH, CLIENT_ID, Addresses, router

__all__ = ["CALLBACK_PATH", "CLIENT_ID", "STATIC", "Addresses", "ConsoleFiles", "router"]
