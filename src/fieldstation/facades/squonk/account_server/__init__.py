"""`/account-server-api`: organisations, units, products, assets and charges."""

from fieldstation.facades.squonk.account_server.door import AccountServerParts, account_server

__all__ = ["AccountServerParts", "account_server"]
