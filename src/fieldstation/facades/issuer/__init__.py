"""The built-in OpenID Connect issuer, at the addresses that clients of Keycloak know."""

from fieldstation.facades.issuer.clients import FIELDSTATION, Client
from fieldstation.facades.issuer.router import REALM_PATH, router

__all__ = ["FIELDSTATION", "REALM_PATH", "Client", "router"]
