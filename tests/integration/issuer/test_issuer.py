"""Signing in at the built-in issuer, as a client of Keycloak would."""

import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import text

from fieldstation.core.people.service.sessions import MAX_TRIES
from fieldstation.facades.issuer import REALM_PATH, Client, router
from tests.integration.issuer.realm import ISSUER, PROTOCOL, error_of, verified
from tests.integration.people.station import PASSWORD, PUBLIC_URL, TOKEN_PATH, Person, Station


def test_a_password_gives_tokens_that_anybody_can_verify(station: Station, dan: Person) -> None:
    answer = station.sign_in("dan", scope="openid email")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"], tokens["refresh_expires_in"]) == ("Bearer", 300, 12 * 3600)
    claims = verified(station, tokens["access_token"])
    expected = {
        "iss": ISSUER,
        "sub": dan.caller.user_id,
        "aud": ["fieldstation"],
        "azp": "fieldstation",
        "typ": "Bearer",
        "preferred_username": "dan",
        "realm_access": {"roles": ["user"]},
        "scope": "openid email",
        "sid": tokens["session_state"],
    }
    assert {name: claims[name] for name in expected} == expected
    assert claims["exp"] - claims["iat"] == 300
    identity = verified(station, tokens["id_token"])
    assert (identity["typ"], identity["aud"], identity["sub"]) == ("ID", "fieldstation", dan.caller.user_id)
    assert station.as_bearer(tokens["access_token"]).get("/api/v1/me").json()["username"] == "dan"


def test_the_realm_speaks_as_keycloak_does(station: Station, dan: Person) -> None:
    realm = station.client.get(REALM_PATH).json()
    pem = f"-----BEGIN PUBLIC KEY-----\n{realm['public_key']}\n-----END PUBLIC KEY-----"
    token = station.sign_in("dan").json()["access_token"]
    assert jwt.decode(token, RSAKey.import_key(pem), algorithms=["RS256"]).claims["sub"] == dan.caller.user_id
    assert realm["realm"] == "fieldstation"
    assert realm["token-service"] == f"{ISSUER}/protocol/openid-connect"


def test_discovery_names_what_there_is(station: Station) -> None:
    found = station.client.get(f"{REALM_PATH}/.well-known/openid-configuration").json()
    assert found["issuer"] == ISSUER
    assert {"authorization_code", "password", "refresh_token"} < set(found["grant_types_supported"])
    for endpoint in ("token_endpoint", "userinfo_endpoint", "end_session_endpoint", "jwks_uri"):
        path = found[endpoint].removeprefix(PUBLIC_URL)
        assert station.client.request("GET" if endpoint == "jwks_uri" else "POST", path).status_code in (200, 400, 401)


def test_the_issuer_is_never_the_host_that_was_asked(station: Station, dan: Person) -> None:
    form = {"client_id": "fieldstation", "grant_type": "password", "username": "dan", "password": PASSWORD}
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    token = station.client.post(TOKEN_PATH, data=form, headers=headers).json()["access_token"]
    assert verified(station, token)["iss"] == ISSUER
    found = station.client.get(f"{REALM_PATH}/.well-known/openid-configuration", headers=headers)
    assert "evil" not in found.text


def test_userinfo_is_for_bearers(station: Station, dan: Person) -> None:
    token = station.sign_in("dan").json()["access_token"]
    told = station.as_bearer(token).get(f"{PROTOCOL}/userinfo").json()
    assert told == {"sub": dan.caller.user_id, "preferred_username": "dan"}
    for client in (station.client, station.as_bearer("x.y.z")):
        refused = client.get(f"{PROTOCOL}/userinfo")
        assert error_of(refused) == (401, "invalid_token")
        assert 'error="invalid_token"' in refused.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"client_id": ""}, (400, "invalid_request")),
        ({"client_id": "other"}, (401, "invalid_client")),
        ({"grant_type": ""}, (400, "invalid_request")),
        ({"grant_type": "client_credentials"}, (400, "unsupported_grant_type")),
        ({"username": ""}, (400, "invalid_request")),
        ({"password": ""}, (400, "invalid_request")),
        ({"password": "wrong password"}, (400, "invalid_grant")),
        ({"username": "nobody"}, (400, "invalid_grant")),
        ({"username": "da\0n"}, (400, "invalid_grant")),
        ({"username": "d" * 5000}, (400, "invalid_grant")),
        ({"password": "p" * 5000}, (400, "invalid_grant")),
        ({"password": "p" * 20000}, (400, "invalid_request")),
        ({"grant_type": "refresh_token", "refresh_token": "unknown"}, (400, "invalid_grant")),
        ({"grant_type": "refresh_token"}, (400, "invalid_request")),
    ],
)
def test_what_is_refused_says_so_in_the_words_of_oauth(
    station: Station, dan: Person, fields: dict[str, str], expected: tuple[int, str]
) -> None:
    assert error_of(station.sign_in(**{"username": "dan", "password": PASSWORD, **fields})) == expected


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (b"client_id=fieldstation&client_id=fieldstation", "application/x-www-form-urlencoded"),
        (b"client_id=\xff", "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_form_is_refused(station: Station, body: bytes, content_type: str) -> None:
    for path in (TOKEN_PATH, f"{PROTOCOL}/logout"):
        answer = station.client.post(path, content=body, headers={"content-type": content_type})
        assert error_of(answer) == (400, "invalid_request")


def test_a_client_uses_only_the_grants_it_lists(station: Station, dan: Person) -> None:
    station.app.router.routes.clear()
    browser = Client(id="browser", name="a browser", grants=frozenset({"refresh_token"}))
    station.app.include_router(router(station.people, PUBLIC_URL, [browser]))
    assert error_of(station.sign_in("dan", client_id="browser")) == (400, "unauthorized_client")


def test_the_eleventh_try_within_a_minute_is_refused_even_when_right(station: Station, dan: Person) -> None:
    for _ in range(MAX_TRIES):
        assert error_of(station.sign_in("dan", "wrong password")) == (400, "invalid_grant")
    refused = station.sign_in("dan")
    assert error_of(refused) == (429, "temporarily_unavailable")
    assert int(refused.headers["retry-after"]) > 0
    other = station.person("eve", password=PASSWORD)
    assert station.sign_in("eve").status_code == 200
    assert other.caller.username == "eve"
    station.later("61 seconds")
    assert station.sign_in("dan").status_code == 200


def test_tries_are_counted_also_when_they_come_at_once(station: Station, dan: Person) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: station.sign_in("dan", "wrong password").status_code, range(16)))
    assert sorted(answers) == [400] * MAX_TRIES + [429] * 6
    assert station.deeds().count("sign_in.refused") == MAX_TRIES + 1


def test_names_that_do_not_exist_are_counted_alike(station: Station) -> None:
    for _ in range(MAX_TRIES):
        assert station.sign_in("nobody").status_code == 400
    assert station.sign_in("nobody").status_code == 429


def test_signing_in_sets_the_count_back(station: Station, dan: Person) -> None:
    for _ in range(3):
        for _ in range(MAX_TRIES - 1):
            station.sign_in("dan", "wrong password")
        assert station.sign_in("dan").status_code == 200


def test_an_unknown_name_costs_what_a_wrong_password_costs(station: Station, dan: Person) -> None:
    def spent(name: str) -> float:
        begun = time.perf_counter()
        station.sign_in(name, "wrong password")
        return time.perf_counter() - begun

    station.sign_in("warm")
    known, unknown = zip(*[(spent("dan"), spent(f"nobody{n}")) for n in range(MAX_TRIES - 1)], strict=True)
    assert 1 / 3 < statistics.median(known) / statistics.median(unknown) < 3


def test_no_password_reaches_the_audit(station: Station, dan: Person) -> None:
    station.sign_in("dan", "wrong password")
    station.sign_in("dan")
    station.sign_in("nobody", "third password")
    with station.database.begin() as tx:
        audited = json.dumps(
            [[row.actor, row.deed, row.body] for row in tx.all(text("SELECT * FROM audit ORDER BY id"))]
        )
    assert "password" not in audited.replace("password.", "")
    assert PASSWORD not in audited
    assert [deed for deed in station.deeds() if deed.startswith("sign_in")] == [
        "sign_in.refused",
        "sign_in.accepted",
        "sign_in.refused",
    ]
