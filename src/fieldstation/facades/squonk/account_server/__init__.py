"""`/account-server-api`: organisations, units, products, assets and charges."""

from fieldstation.facades.squonk.account_server.door import AccountServerParts, account_server
from fieldstation.facades.squonk.account_server.sockets import SocketParts
from fieldstation.facades.squonk.account_server.sockets import router as sockets_router

__all__ = ["AccountServerParts", "SocketParts", "account_server", "sockets_router"]
