"""What the tests of the issuer ask of its answers."""

from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

from fieldstation.facades.issuer import REALM_PATH
from tests.integration.people.station import PUBLIC_URL, Station

ISSUER = f"{PUBLIC_URL}{REALM_PATH}"
PROTOCOL = f"{REALM_PATH}/protocol/openid-connect"


def verified(station: Station, token: str) -> dict[str, Any]:
    """Return the claims of a token, verified with the keys that the issuer publishes."""
    keys = KeySet.import_key_set(station.client.get(f"{PROTOCOL}/certs").json())
    return jwt.decode(token, keys, algorithms=["RS256"]).claims


def error_of(answer: httpx.Response) -> tuple[int, str]:
    """Return status and name of an error of OAuth, which nobody may keep and which says what happened."""
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["error_description"]
    return answer.status_code, body["error"]
