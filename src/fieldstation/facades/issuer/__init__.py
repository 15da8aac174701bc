"""The built-in OpenID Connect issuer, at the addresses that clients of Keycloak know."""

from fieldstation.facades.issuer.clients import CODE, FIELDSTATION, Client
from fieldstation.facades.issuer.outside import OutsideDoor
from fieldstation.facades.issuer.router import REALM_PATH, router

__all__ = ["CODE", "FIELDSTATION", "REALM_PATH", "Client", "OutsideDoor", "router"]
