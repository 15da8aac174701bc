"""An outside OpenID Connect issuer: discovery, code with PKCE, and its tokens checked by its published keys."""

import json
import time
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import anyio
import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from fieldstation.gateways.oidc_roles import Roles
from fieldstation.kernel.errors import Fault, Forbidden, Unauthenticated, Unavailable
from fieldstation.kernel.pkce import challenge_of
from fieldstation.ports.identity import Errand, Identity, Level

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_SCOPE = "openid profile email"
_TIMEOUT = httpx.Timeout(5.0)
_KEPT_SECONDS = 3600.0  # what it says about itself
_AGAIN_SECONDS = 10.0  # its keys are not asked for more often, whatever tokens come
_SKEW_SECONDS = 60  # how far its clock may be from ours
_MOST_BYTES = 1 << 20  # of one answer
_LONGEST_TOKEN = 16 << 10
_AUDIENCE = "fieldstation"
_SHOWN, _MOST_SHOWN = 100, 5  # characters of an audience, and how many, in an error


@dataclass(frozen=True, kw_only=True)
class Registration:
    """How the station is known there: a public client, unless it was given a secret.

    `audiences` are other clients, or audiences, whose access tokens are meant for the station too.
    """

    client_id: str
    secret: str | None = None
    audiences: Set[str] = frozenset()
    roles: Roles = field(default_factory=Roles)

    @property
    def clients(self) -> Set[str]:
        """The clients whose roles are roles at the station."""
        return {self.client_id, *self.audiences}


@dataclass(frozen=True, kw_only=True)
class _Described:
    """What an issuer says about itself, and when it said so."""

    document: Mapping[str, Any]
    keys: KeySet
    at: float


class OidcIssuer:
    """The issuer at one address.

    What it publishes is kept for an hour, and asked for again for a key not seen yet, not sooner than `again_seconds`.
    """

    def __init__(self, issuer: str, registration: Registration, *, again_seconds: float = _AGAIN_SECONDS) -> None:
        self._issuer = issuer
        self._again_seconds = again_seconds
        self._registration = registration
        self._described: _Described | None = None
        self._tried_at = -_KEPT_SECONDS
        self._asking = anyio.Lock()

    @property
    def issuer(self) -> str:
        """Its address, as it stands in its tokens."""
        return self._issuer

    async def look(self) -> None:
        """Return when it says what it must and its keys can be read. Raises Unavailable (`issuer_away`)."""
        described = await self._describe()
        for name in ("authorization_endpoint", "token_endpoint"):
            self._endpoint(described, name)

    async def address(self, errand: Errand) -> str:
        """Return where the browser of who wants to sign in goes. Raises Unavailable (`issuer_away`)."""
        described = await self._describe()
        query = {
            "response_type": "code",
            "client_id": self._registration.client_id,
            "redirect_uri": errand.redirect_uri,
            "scope": _SCOPE,
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": challenge_of(errand.verifier),
            "code_challenge_method": "S256",
        }
        endpoint = self._endpoint(described, "authorization_endpoint")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def redeem(self, code: str, errand: Errand) -> Identity:
        """Return whom a code stands for. Raises Unauthenticated, Unavailable (`issuer_away`)."""
        described = await self._describe()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": errand.redirect_uri,
            "code_verifier": errand.verifier,
            "client_id": self._registration.client_id,
        }
        secret = self._registration.secret
        auth = httpx.BasicAuth(self._registration.client_id, secret) if secret else None
        tokens = await self._ask("POST", self._endpoint(described, "token_endpoint"), data=form, auth=auth)
        claims = await self._claims(_text(tokens, "id_token"))
        audience = _listed(claims.get("aud"))
        if self._registration.client_id not in audience or claims.get("nonce") != errand.nonce:
            raise _not_for_us()
        if len(audience) > 1 and claims.get("azp") != self._registration.client_id:
            raise _not_for_us()
        return self._identity(await self._completed(described, claims, tokens), await self._access(tokens))

    async def identify(self, token: str) -> Identity:
        """Return who came with an access token that this issuer made for the station.

        An ID token is none: it tells a program who signed in there, and lets nobody in elsewhere.
        Raises Unauthenticated (`token_for_another` where it was made for somebody else), Unavailable (`issuer_away`).
        """
        claims = await self._claims(token)
        meant = {one for one in (*_listed(claims.get("aud")), claims.get("azp")) if isinstance(one, str)}
        if not _is_access(claims):
            raise _not_for_us()
        if not meant & {*self._registration.clients, _AUDIENCE}:
            raise _for_another(meant)
        return self._identity(claims)

    async def _access(self, tokens: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the claims of the access token that came with an ID token: some issuers tell roles only there."""
        token = tokens.get("access_token")
        try:
            return await self._claims(token) if isinstance(token, str) else {}
        except Unauthenticated:  # it is for whoever made it to read
            return {}

    def _identity(self, claims: Mapping[str, Any], access: Mapping[str, Any] | None = None) -> Identity:
        level = self._level(claims, access or {})
        known = {name: claims[name] for name in ("name", "email") if isinstance(claims.get(name), str)}
        username = claims.get("preferred_username")
        return Identity(
            iss=self._issuer,
            sub=_text(claims, "sub"),
            username=username if isinstance(username, str) else None,
            level=level,
            **known,
        )

    def _level(self, *told: Mapping[str, Any]) -> Level | None:
        roles = self._registration.roles
        levels = [roles.level(claims, self._registration.clients) for claims in told]
        found = max(filter(None, levels), key=list(Level).index, default=None)
        if found is None and roles.required:
            raise Forbidden(
                "the issuer gives you no role at this station",
                next_step="ask who gives roles there for one of this station's",
                reason="no_role",
            )
        return found

    async def _completed(
        self, described: _Described, claims: Mapping[str, Any], tokens: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Add what the ID token leaves out, where the issuer tells it elsewhere."""
        if "preferred_username" in claims or "userinfo_endpoint" not in described.document:
            return claims
        bearer = {"Authorization": f"Bearer {_text(tokens, 'access_token')}"}
        more = await self._ask("GET", self._endpoint(described, "userinfo_endpoint"), headers=bearer)
        if more.get("sub") != claims.get("sub"):
            raise _not_for_us()
        return {**more, **claims}

    async def _claims(self, token: str) -> Mapping[str, Any]:
        """Return the claims of a token that this issuer signed and that counts now."""
        if len(token) > _LONGEST_TOKEN:
            raise _not_for_us()
        described = await self._describe()
        try:
            claims = _decoded(token, described.keys)
        except (JoseError, ValueError):
            try:
                claims = _decoded(token, (await self._describe(self._again_seconds)).keys)
            except (JoseError, ValueError):
                raise _not_for_us() from None
        now = time.time()  # noqa: TID251  a token of elsewhere counts by a clock of elsewhere, give or take a minute
        expires, begins = claims.get("exp"), claims.get("nbf", 0)
        if claims.get("iss") != self._issuer or not isinstance(expires, int | float):
            raise _not_for_us()
        if expires + _SKEW_SECONDS < now or not isinstance(begins, int | float) or begins - _SKEW_SECONDS > now:
            raise Unauthenticated("the sign-in is over", next_step="sign in again", reason="token_expired")
        return claims

    async def _describe(self, kept_seconds: float = _KEPT_SECONDS) -> _Described:
        """Return what the issuer says about itself, no older than that; an older one where it is away now."""
        known = self._described
        if known is not None and time.monotonic() - max(known.at, self._tried_at) < kept_seconds:
            return known
        async with self._asking:
            known = self._described
            if known is not None and time.monotonic() - max(known.at, self._tried_at) < kept_seconds:
                return known
            self._tried_at = time.monotonic()
            try:
                self._described = await self._discover()
            except Unavailable:
                if known is None:
                    raise
                return known
            return self._described

    async def _discover(self) -> _Described:
        document = await self._ask("GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if document.get("issuer") != self._issuer:
            raise self._away(f"it calls itself {document.get('issuer')!r}")
        found = _Described(document=document, keys=KeySet([]), at=time.monotonic())
        keys = await self._ask("GET", self._endpoint(found, "jwks_uri"))
        try:
            return _Described(document=document, keys=_signing(keys), at=found.at)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise self._away(f"its keys cannot be read ({error})") from None

    def _endpoint(self, described: _Described, name: str) -> str:
        address = described.document.get(name)
        if not isinstance(address, str) or not address.startswith(("https://", "http://")):
            raise self._away(f"it names no {name}")
        return address

    async def _ask(self, method: str, address: str, **more: Any) -> Mapping[str, Any]:
        try:
            async with (
                httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client,
                client.stream(method, address, **more) as answer,
            ):
                body = b""
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > _MOST_BYTES:
                        raise self._away("an answer is too large")
                status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._away(f"{type(error).__name__}") from None
        if status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise Unauthenticated(
                "the issuer did not accept this sign-in", next_step="sign in again", reason="sign_in_refused"
            )
        try:
            document = json.loads(body) if status == HTTPStatus.OK else None
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise self._away(f"it answered {status} with no JSON object")
        return document

    def _away(self, why: str) -> Unavailable:
        return Unavailable(
            f"the issuer {self._issuer} cannot be asked who you are: {why}",
            next_step="try again in a moment; the operator can sign in as admin on the station's own machine",
            reason="issuer_away",
            fault=Fault.PASSING,
        )


def _signing(document: Mapping[str, Any]) -> KeySet:
    """Read the keys that sign, leaving out those of a kind or for a use that no token of ours has."""
    usable = [
        key
        for key in document["keys"]
        if isinstance(key, dict)
        and key.get("kty") in ("RSA", "EC", "OKP")
        and key.get("use", "sig") == "sig"
        and key.get("alg") != "none"
    ]
    return KeySet.import_key_set({"keys": usable})


def _decoded(token: str, keys: KeySet) -> Mapping[str, Any]:
    return jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims


def _is_access(claims: Mapping[str, Any]) -> bool:
    """Tell an access token from an ID token.

    Keycloak says which it is in `typ`, and before its release 25 it put the `nonce` of a sign-in into both. Others say
    nothing, and a `nonce` is in their ID tokens alone.
    """
    kind = claims.get("typ")
    return kind != "ID" and "at_hash" not in claims and (kind == "Bearer" or "nonce" not in claims)


def _listed(audience: object) -> list[object]:
    return list(audience) if isinstance(audience, list) else [audience]


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise _not_for_us()
    return value


def _for_another(meant: Set[str]) -> Unauthenticated:
    told = ", ".join(ascii(one[:_SHOWN]) for one in sorted(meant)[:_MOST_SHOWN]) or "nobody in particular"
    return Unauthenticated(
        f"that token was made for {told}, and not for this station",
        next_step="get one for this station; an operator can also name that client in FIELDSTATION_OIDC_AUDIENCES",
        reason="token_for_another",
    )


def _not_for_us() -> Unauthenticated:
    return Unauthenticated(
        "that is no token with which this station lets anybody in", next_step="sign in again", reason="token_unknown"
    )
