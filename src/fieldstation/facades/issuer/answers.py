"""What the issuer answers, in the forms of RFC 6749, OpenID Connect Discovery, RFC 7517 and Keycloak."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from fastapi.responses import JSONResponse

from fieldstation.core.people.service.devices import DeviceGrant
from fieldstation.core.people.service.keys import ALGORITHM, PublicKey
from fieldstation.core.people.service.sessions import TRY_SECONDS, Refusal, SignedIn
from fieldstation.core.people.service.users import User

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def answer(content: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK, **headers: str) -> JSONResponse:
    """Answer what nobody may keep."""
    return JSONResponse(content, status_code=status, headers=_NO_STORE | headers)


def oauth_error(error: str, description: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> JSONResponse:
    """Answer an error of RFC 6749, section 5.2."""
    return answer({"error": error, "error_description": description}, status)


def invalid_token(description: str) -> JSONResponse:
    """Answer that the bearer token does not count (RFC 6750, section 3.1)."""
    challenge = 'Bearer realm="fieldstation", error="invalid_token"'
    body = {"error": "invalid_token", "error_description": description}
    return answer(body, HTTPStatus.UNAUTHORIZED, **{"WWW-Authenticate": challenge})


def refused(refusal: Refusal) -> JSONResponse:
    """Answer that nobody is signed in."""
    if refusal is Refusal.TOO_MANY:
        body = {"error": "temporarily_unavailable", "error_description": refusal.value}
        return answer(body, HTTPStatus.TOO_MANY_REQUESTS, **{"Retry-After": str(TRY_SECONDS)})
    return oauth_error("invalid_grant", refusal.value)


def tokens(signed_in: SignedIn) -> JSONResponse:
    """Answer tokens, as RFC 6749 section 5.1 and Keycloak write them."""
    body: dict[str, Any] = {
        "access_token": signed_in.access_token,
        "expires_in": signed_in.expires_seconds,
        "refresh_expires_in": signed_in.refresh_expires_seconds,
        "refresh_token": signed_in.refresh_token,
        "token_type": "Bearer",
        "not-before-policy": 0,
        "session_state": signed_in.session,
        "scope": signed_in.scope,
    }
    if signed_in.id_token is not None:
        body["id_token"] = signed_in.id_token
    return answer(body)


def device(grant: DeviceGrant, page: str) -> JSONResponse:
    """Answer the codes of a device, as RFC 8628 section 3.2 writes them; `page` is where a person types theirs."""
    return answer(
        {
            "device_code": grant.device_code,
            "user_code": grant.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={grant.user_code}",
            "expires_in": grant.seconds,
            "interval": grant.interval_seconds,
        }
    )


def realm(name: str, address: str, key: PublicKey) -> dict[str, Any]:
    """Describe the realm as Keycloak does: `public_key` is the current key's SPKI in base64, without PEM's lines."""
    spki = _rsa(key).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "realm": name,
        "public_key": base64.b64encode(spki).decode(),
        "token-service": f"{address}/protocol/openid-connect",
        "account-service": f"{address}/account",
        "tokens-not-before": 0,
    }


def discovery(address: str, grants: Iterable[str], scopes: Sequence[str]) -> dict[str, Any]:
    """Write the provider metadata of OpenID Connect Discovery 1.0."""
    protocol = f"{address}/protocol/openid-connect"
    return {
        "issuer": address,
        "authorization_endpoint": f"{protocol}/auth",
        "device_authorization_endpoint": f"{protocol}/auth/device",
        "token_endpoint": f"{protocol}/token",
        "jwks_uri": f"{protocol}/certs",
        "userinfo_endpoint": f"{protocol}/userinfo",
        "end_session_endpoint": f"{protocol}/logout",
        "grant_types_supported": sorted(grants),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["none"],
        "scopes_supported": list(scopes),
        "claims_supported": ["iss", "sub", "aud", "azp", "preferred_username", "name", "email", "realm_access", "sid"],
    }


def key_set(keys: Sequence[PublicKey]) -> dict[str, Any]:
    """Write the keys that verify our tokens as a JWK set (RFC 7517)."""
    return {"keys": [_jwk(key) for key in keys]}


def userinfo(user: User) -> dict[str, Any]:
    """Write the claims about the caller."""
    claims = {"sub": user.id, "preferred_username": user.username, "name": user.name, "email": user.email}
    return {claim: value for claim, value in claims.items() if value is not None}


def _jwk(key: PublicKey) -> dict[str, str]:
    numbers = _rsa(key).public_numbers()
    return {
        "kid": key.kid,
        "kty": "RSA",
        "alg": ALGORITHM,
        "use": "sig",
        "n": _base64url(numbers.n),
        "e": _base64url(numbers.e),
    }


def _rsa(key: PublicKey) -> RSAPublicKey:
    loaded = load_pem_public_key(key.pem.encode())
    assert isinstance(loaded, RSAPublicKey)
    return loaded


def _base64url(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
