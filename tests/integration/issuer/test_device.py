"""Letting a program in that has no browser."""

import re
from typing import Any

import httpx
import pytest

from tests.integration.issuer.realm import ISSUER, PROTOCOL, error_of
from tests.integration.issuer.test_code import console_session, fields
from tests.integration.people.station import PUBLIC_URL, TOKEN_PATH, Person, Station

PAGE = "/auth/realms/fieldstation/device"


def begin(station: Station) -> dict[str, Any]:
    answer = station.client.post(f"{PROTOCOL}/auth/device", data={"client_id": "fieldstation", "scope": "openid"})
    assert answer.status_code == 200, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


def poll(station: Station, begun: dict[str, Any], **changes: str) -> httpx.Response:
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "client_id": "fieldstation",
        "device_code": begun["device_code"],
    }
    return station.client.post(TOKEN_PATH, data=form | changes)


@pytest.fixture
def browser(station: Station, dan: Person) -> httpx.Client:
    client = station.visitor()
    client.headers["Origin"] = PUBLIC_URL
    console_session(client)
    return client


def decide(browser: httpx.Client, begun: dict[str, Any], answer: str) -> httpx.Response:
    page = browser.get(PAGE, params={"user_code": begun["user_code"]})
    assert page.status_code == 200, page.text
    return browser.post(PAGE, data={**fields(page), "answer": answer})


def test_a_device_is_let_in_as_who_says_so(station: Station, browser: httpx.Client) -> None:
    begun = begin(station)
    assert re.fullmatch(r"[B-Z]{4}-[B-Z]{4}", begun["user_code"])
    assert begun["verification_uri"] == f"{ISSUER}/device"
    assert begun["verification_uri_complete"].endswith(begun["user_code"])
    assert error_of(poll(station, begun)) == (400, "authorization_pending")
    assert "It is let in" in decide(browser, begun, "allow").text
    station.later("6 seconds")
    tokens = poll(station, begun)
    assert tokens.status_code == 200, tokens.text
    assert station.as_bearer(tokens.json()["access_token"]).get("/api/v1/me").json()["username"] == "dan"
    assert "id_token" in tokens.json()
    assert error_of(poll(station, begun)) == (400, "expired_token"), "codes are good once"


def test_a_device_that_asks_too_often_waits_longer(station: Station, browser: httpx.Client) -> None:
    begun = begin(station)
    assert error_of(poll(station, begun)) == (400, "authorization_pending")
    assert error_of(poll(station, begun)) == (400, "slow_down")
    station.later("6 seconds")
    assert error_of(poll(station, begun)) == (400, "slow_down"), "five seconds more than before"


def test_a_device_is_kept_out(station: Station, browser: httpx.Client) -> None:
    begun = begin(station)
    assert "It is kept out" in decide(browser, begun, "deny").text
    assert error_of(poll(station, begun)) == (400, "access_denied")


def test_codes_last_ten_minutes(station: Station, browser: httpx.Client) -> None:
    begun = begin(station)
    station.later("601 seconds")
    assert error_of(poll(station, begun)) == (400, "expired_token")
    assert browser.get(PAGE, params={"user_code": begun["user_code"]}).status_code == 404
    with station.database.begin() as tx:
        station.people.devices.sweep(tx)


def test_who_is_not_signed_in_does_that_first(station: Station) -> None:
    begun = begin(station)
    answer = station.visitor().get(PAGE, params={"user_code": begun["user_code"]})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/session/login?to=%2Fauth%2Frealms")


def test_a_code_is_typed_as_people_type(station: Station, browser: httpx.Client) -> None:
    begun = begin(station)
    typed = begun["user_code"].lower().replace("-", " ")
    assert browser.get(PAGE).status_code == 200
    assert browser.get(PAGE, params={"user_code": typed}).status_code == 200
    wrong = browser.get(PAGE, params={"user_code": "<b>"})
    assert wrong.status_code == 404
    assert "<b>" not in wrong.text


def test_another_site_lets_nobody_in(station: Station, browser: httpx.Client) -> None:
    begun = begin(station)
    browser.headers["Origin"] = "https://evil.example"
    assert decide(browser, begun, "allow").status_code == 403
    assert error_of(poll(station, begun)) == (400, "authorization_pending")


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"device_code": "x"}, "expired_token"), ({"client_id": "fieldstation-console"}, "unauthorized_client")],
)
def test_a_device_code_is_nothing_to_others(station: Station, changes: dict[str, str], error: str) -> None:
    assert error_of(poll(station, begin(station), **changes)) == (400, error)
