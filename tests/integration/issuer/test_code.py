"""Signing in with a browser: the issuer's page, codes with PKCE, and the session that a cookie carries."""

import re
from html import unescape
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from fieldstation.facades.issuer import REALM_PATH
from fieldstation.kernel.pkce import challenge_of
from fieldstation.wiring.doors import Front, include_sign_in
from tests.integration.issuer.realm import ISSUER, PROTOCOL, error_of, verified
from tests.integration.people.station import PASSWORD, PUBLIC_URL, TOKEN_PATH, Person, Station

AUTH = f"{PROTOCOL}/auth"
VERIFIER = "v" * 43
LOOPBACK = "http://127.0.0.1:5123/back"
ASKED = {
    "response_type": "code",
    "client_id": "fieldstation",
    "redirect_uri": LOOPBACK,
    "scope": "openid profile",
    "state": "st4te",
    "nonce": "n0nce",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}


@pytest.fixture
def browser(station: Station) -> httpx.Client:
    """A browser: it keeps cookies and says where its forms come from."""
    client = station.visitor()
    client.headers["Origin"] = PUBLIC_URL
    return client


def fields(page: httpx.Response) -> dict[str, str]:
    """Return the hidden fields of the form on a page."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    return {unescape(name): unescape(value) for name, value in found}


def sign_in(browser: httpx.Client, page: httpx.Response, password: str = PASSWORD) -> httpx.Response:
    """Fill in the form on a page."""
    return browser.post(AUTH, data={**fields(page), "username": "dan", "password": password})


def sent_back(answer: httpx.Response) -> dict[str, str]:
    """Return what a redirect carries."""
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def exchange(station: Station, brought: str, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": "fieldstation",
        "code": brought,
        "redirect_uri": LOOPBACK,
        "code_verifier": VERIFIER,
    }
    return station.client.post(TOKEN_PATH, data=form | changes)


def code_of(browser: httpx.Client, **changes: str) -> str:
    page = browser.get(AUTH, params=ASKED | changes)
    return sent_back(sign_in(browser, page))["code"]


def console_session(browser: httpx.Client, to: str = "/runs?state=failed") -> httpx.Response:
    """Sign in at the console and return the last answer, which sets the cookie."""
    asked = browser.get("/session/login", params={"to": to})
    page = browser.get(asked.headers["location"])
    back = sign_in(browser, page)
    return browser.get(back.headers["location"])


def test_a_code_gives_tokens_once_to_who_asked(station: Station, browser: httpx.Client, dan: Person) -> None:
    page = browser.get(AUTH, params=ASKED)
    assert "the Fieldstation command line" in page.text
    assert fields(page)["state"] == "st4te"
    back = sign_in(browser, page)
    assert back.headers["location"].startswith(LOOPBACK + "?")
    sent = sent_back(back)
    assert (sent["state"], sent["iss"]) == ("st4te", ISSUER)
    tokens = exchange(station, sent["code"])
    assert tokens.status_code == 200, tokens.text
    identity = verified(station, tokens.json()["id_token"])
    assert (identity["sub"], identity["nonce"], identity["aud"]) == (dan.caller.user_id, "n0nce", "fieldstation")
    bearer = station.as_bearer(tokens.json()["access_token"])
    assert bearer.get("/api/v1/me").json()["username"] == "dan"
    assert error_of(exchange(station, sent["code"])) == (400, "invalid_grant")
    assert bearer.get("/api/v1/me").status_code == 401, "a code brought twice ends the session it had opened"


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"redirect_uri": "http://127.0.0.1:5123/other"},
        {"client_id": "fieldstation-console"},
        {"code": "x"},
    ],
)
def test_a_code_is_nothing_to_others(
    station: Station, browser: httpx.Client, dan: Person, changes: dict[str, str]
) -> None:
    assert error_of(exchange(station, code_of(browser), **changes)) == (400, "invalid_grant")


def test_a_code_lasts_a_minute(station: Station, browser: httpx.Client, dan: Person) -> None:
    code = code_of(browser)
    station.later("61 seconds")
    assert error_of(exchange(station, code)) == (400, "invalid_grant")


def test_a_wrong_password_is_told_on_the_page(station: Station, browser: httpx.Client, dan: Person) -> None:
    page = sign_in(browser, browser.get(AUTH, params=ASKED), "wrong")
    assert page.status_code == 401
    assert "The username or the password is wrong." in page.text
    assert 'value="dan"' in page.text
    assert sent_back(sign_in(browser, page))["state"] == "st4te"
    assert station.deeds()[-1] == "sign_in.refused"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "https://evil.example/back"},
        {"redirect_uri": "http://127.0.0.1.evil.example/back"},
        {"redirect_uri": "http://127.0.0.1:80@evil.example/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"client_id": "fieldstation-console"},
    ],
)
def test_nobody_is_sent_to_a_stranger(station: Station, browser: httpx.Client, changes: dict[str, str]) -> None:
    answer = browser.get(AUTH, params=ASKED | changes)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"state": "s" * 3000}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_program_is_told_what_it_asked_wrong(browser: httpx.Client, changes: dict[str, str], error: str) -> None:
    sent = sent_back(browser.get(AUTH, params=ASKED | changes))
    assert sent["error"] == error
    assert sent["error_description"]


def test_a_form_of_another_site_signs_nobody_in(station: Station, browser: httpx.Client, dan: Person) -> None:
    page = browser.get(AUTH, params=ASKED)
    for origin in ("https://evil.example", "null", ""):
        browser.headers["Origin"] = origin
        assert sign_in(browser, page).status_code == 403


def test_pages_allow_no_script_and_no_frame(browser: httpx.Client) -> None:
    asked = {**ASKED, "state": '"><script>alert(1)</script>'}
    page = browser.get(AUTH, params=asked)
    assert "<script" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"


def test_the_console_gets_a_session_that_no_script_can_read(
    station: Station, browser: httpx.Client, dan: Person
) -> None:
    answer = console_session(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/runs?state=failed")
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-fst=")]
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert browser.get("/api/v1/me").json()["username"] == "dan"


def test_a_session_cookie_changes_nothing_for_other_sites(station: Station, browser: httpx.Client, dan: Person) -> None:
    console_session(browser)
    made = {"name": "mine"}
    good = {"X-Fieldstation": "1"}
    assert browser.post("/api/v1/tokens", json=made, headers=good).status_code == 201
    for headers in ({}, {**good, "Origin": "https://evil.example"}, {**good, "Origin": "null"}):
        answer = browser.post("/api/v1/tokens", json=made, headers=headers)
        assert (answer.status_code, answer.json()["reason"]) == (403, "cross_site")
    answer = browser.post("/api/v1/tokens", json=made, headers={**good, "Authorization": "Bearer fst_wrong"})
    assert answer.status_code == 401, "with an Authorization header the cookie is not looked at"


def test_signing_out_ends_the_session_everywhere(station: Station, browser: httpx.Client, dan: Person) -> None:
    console_session(browser)
    stolen = dict(browser.cookies)
    assert browser.post("/session/logout").status_code == 403
    assert browser.post("/session/logout", headers={"X-Fieldstation": "1"}).status_code == 204
    assert browser.get("/api/v1/me").status_code == 401
    thief = station.visitor()
    thief.cookies.update(stolen)
    refused = thief.get("/api/v1/me")
    assert (refused.status_code, refused.json()["reason"]) == (401, "session_over")
    assert "session.ended" in station.deeds()


def test_who_has_a_session_is_not_asked_again(station: Station, browser: httpx.Client, dan: Person) -> None:
    console_session(browser)
    code = sent_back(browser.get(AUTH, params=ASKED))["code"]
    assert exchange(station, code).status_code == 200
    assert browser.get(AUTH, params=ASKED | {"prompt": "login"}).status_code == 200, "unless the program wants that"


def test_a_callback_that_this_browser_did_not_begin_opens_nothing(
    station: Station, browser: httpx.Client, dan: Person
) -> None:
    asked = browser.get("/session/login")
    back = sign_in(browser, browser.get(asked.headers["location"])).headers["location"]
    victim = station.visitor()
    assert victim.get(back).status_code == 400
    assert victim.get("/api/v1/me").status_code == 401
    wrong = re.sub(r"state=[^&]*", "state=x", back)
    assert browser.get(wrong).status_code == 400


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\nb"])
def test_nobody_goes_on_to_another_site(station: Station, browser: httpx.Client, dan: Person, to: str) -> None:
    assert console_session(browser, to).headers["location"] == "/"


def test_a_session_begins_at_the_address_that_users_see(station: Station) -> None:
    answer = station.visitor().get("/session/login?to=/data", headers={"Host": "localhost:8080"})
    assert answer.headers["location"] == f"{PUBLIC_URL}/session/login?to=%2Fdata"


def test_nobody_is_sent_to_their_own_machine(station: Station) -> None:
    app = FastAPI()
    app.state.core = station.app.state.core
    include_sign_in(app, station.people, station.sealer, Front(public_url="http://127.0.0.1:8080"))
    visitor = station.visitor(app)
    far = visitor.get("/session/login", headers={"Host": "lab.example:8080"})
    assert far.status_code == 421
    assert "FIELDSTATION_PUBLIC_URL" in far.text
    near = visitor.get("/session/login", headers={"Host": "localhost:8080"})
    assert near.headers["location"].startswith("http://127.0.0.1:8080/session/login")


def test_a_suspended_user_has_no_session(
    station: Station, browser: httpx.Client, dan: Person, operator: Person
) -> None:
    console_session(browser)
    answer = operator.client.patch(f"/api/v1/users/{dan.caller.user_id}", json={"suspended": True})
    assert answer.status_code == 200, answer.text
    assert browser.get("/api/v1/me").status_code == 401


def test_a_session_is_over_after_twelve_hours(station: Station, browser: httpx.Client, dan: Person) -> None:
    console_session(browser)
    station.later("12 hours 1 second")
    assert browser.get("/api/v1/me").json()["reason"] == "session_over"
    with station.database.begin() as tx:
        station.people.sessions.sweep(tx)
        station.people.codes.sweep(tx)


def test_discovery_names_the_code_flow(station: Station) -> None:
    found = station.client.get(f"{REALM_PATH}/.well-known/openid-configuration").json()
    assert found["authorization_endpoint"] == f"{ISSUER}/protocol/openid-connect/auth"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["response_types_supported"] == ["code"]


def test_parameters_come_back_as_they_were(browser: httpx.Client, dan: Person) -> None:
    state = "ä &=#\"'<>"
    asked = f"{AUTH}?{urlencode(ASKED | {'state': state})}"
    assert parse_qs(urlsplit(sign_in(browser, browser.get(asked)).headers["location"]).query)["state"] == [state]
