"""Signing keys: they rotate, stay sealed, and nothing else signs."""

import base64
import hashlib
import hmac
import json
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import text

from fieldstation.facades.issuer import REALM_PATH
from tests.integration.issuer.realm import verified
from tests.integration.people.station import PASSWORD, Person, Station, counted


def test_keys_rotate_without_signing_anybody_out(station: Station, dan: Person) -> None:
    def states() -> list[str]:
        with station.database.begin() as tx:
            return [key.kid for key in station.people.keys.public(tx)]

    old = station.sign_in("dan").json()["access_token"]
    current, following = states()
    with station.database.begin() as tx:
        station.people.keys.rotate(tx)
    assert states()[0] == following
    assert states()[2] == current
    assert verified(station, old)["preferred_username"] == "dan"
    assert station.as_bearer(old).get("/api/v1/me").status_code == 200
    new = station.sign_in("dan").json()["access_token"]
    assert _header(new)["kid"] == following
    with station.database.begin() as tx:
        station.people.keys.rotate(tx)
    assert current not in states()
    assert station.as_bearer(old).get("/api/v1/me").json()["reason"] == "token_unknown"
    assert station.as_bearer(new).get("/api/v1/me").status_code == 200
    assert station.deeds().count("key.rotated") == 2


def test_keys_rotate_when_they_are_30_days_old(station: Station, dan: Person) -> None:
    def rotations() -> int:
        with station.database.begin() as tx:
            assert station.people.keys.rotate_when_due(tx) is False
        return station.deeds().count("key.rotated")

    assert rotations() == 0
    station.sign_in("dan")
    assert rotations() == 0
    station.later("30 days 1 minute")
    assert [rotations(), rotations()] == [1, 1]


def test_private_keys_are_sealed(station: Station, dan: Person) -> None:
    station.sign_in("dan")
    with station.database.begin() as tx:
        for row in tx.all(text("SELECT sealed, public FROM signing_key")):
            assert b"PRIVATE" not in row.sealed
            assert "PRIVATE" not in row.public
            assert b"PRIVATE" in station.sealer.open(row.sealed, "signing-key")


def test_a_known_key_is_read_once(station: Station, dan: Person) -> None:
    token = station.sign_in("dan").json()["access_token"]
    with station.database.begin() as tx, counted(station.database) as first:
        station.people.authenticate(tx, token)
    with station.database.begin() as tx, counted(station.database) as then:
        station.people.authenticate(tx, token)
    assert (len(first), len(then)) == (2, 1)


def _header(token: str) -> dict[str, Any]:
    encoded = token.partition(".")[0]
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return header


def _forgeries(station: Station) -> dict[str, str]:
    tokens = station.sign_in("dan", scope="openid").json()
    token = tokens["access_token"]
    kid, claims = _header(token)["kid"], verified(station, token)
    public = station.client.get(REALM_PATH).json()["public_key"]
    stranger = RSAKey.generate_key(2048)
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": kid}).encode()).decode().rstrip("=")
    head, body, signature = token.split(".")
    with station.database.begin() as tx:
        sign = station.people.keys.sign
        return {
            "another key": jwt.encode({"alg": "RS256", "kid": kid}, claims, stranger),
            "another algorithm of our key": jwt.encode(
                {"alg": "PS256", "kid": kid}, claims, stranger, algorithms=["PS256"]
            ),
            "no algorithm": f"{none}.{body}.",
            "no signature": f"{head}.{body}.",
            "our public key as a secret": _hmac(public, kid, body),
            "an unknown key": jwt.encode({"alg": "RS256", "kid": "unknown"}, claims, stranger),
            "no key": jwt.encode({"alg": "RS256"}, claims, stranger),
            "a key of its own": jwt.encode({"alg": "RS256", "jwk": stranger.as_dict(private=False)}, claims, stranger),
            "a changed body": f"{head}.{body[:-2]}xx.{signature}",
            "an identity token": tokens["id_token"],
            "another audience": sign(tx, claims | {"aud": ["other"]}),
            "no audience": sign(tx, {name: value for name, value in claims.items() if name != "aud"}),
            "no expiry": sign(tx, {name: value for name, value in claims.items() if name != "exp"}),
            "a worded expiry": sign(tx, claims | {"exp": "never"}),
            "no session": sign(tx, {name: value for name, value in claims.items() if name != "sid"}),
            "a stranger": sign(tx, claims | {"sub": "user-none"}),
            "a token too long": token + "x" * 10000,
        }


def _hmac(public: str, kid: str, body: str) -> str:
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": kid}).encode()).decode().rstrip("=")
    mac = hmac.digest(base64.b64decode(public), f"{head}.{body}".encode(), hashlib.sha256)
    return f"{head}.{body}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def test_forged_tokens_are_refused(station: Station, dan: Person) -> None:
    for what, token in _forgeries(station).items():
        answer = station.as_bearer(token).get("/api/v1/me")
        assert (what, answer.status_code, answer.json()["reason"]) == (what, 401, "token_unknown")


def test_a_token_counts_only_with_the_session_of_its_user(station: Station, dan: Person) -> None:
    station.person("eve", password=PASSWORD)
    mine, other = station.sign_in("dan").json(), station.sign_in("eve").json()
    claims = verified(station, mine["access_token"]) | {"sid": other["session_state"]}
    with station.database.begin() as tx:
        crossed = station.people.keys.sign(tx, claims)
    assert station.as_bearer(crossed).get("/api/v1/me").status_code == 401
