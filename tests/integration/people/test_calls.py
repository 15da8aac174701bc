"""The log of calls as REST tells it, and operators who act as somebody in their browser."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from fieldstation.core.people.service import AccountChange, BrowserActing
from fieldstation.core.people.service.api_log import ApiCall, Told
from fieldstation.core.people.service.tokens import NewToken
from fieldstation.core.people.service.users import UserChange
from fieldstation.kernel.errors import Forbidden
from tests.integration.people.station import Person, Station

BEGAN = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def eve(station: Station) -> Person:
    return station.person("eve", operator=True)


@pytest.fixture
def ada(station: Station) -> Person:
    return station.person("ada")


def kept(station: Station, person: Person, count: int, by: Person | None = None) -> None:
    calls = [
        ApiCall(
            user_id=person.caller.user_id, method="POST", path=f"/project/{number}", duration_ns=2_500_000,
            began=BEGAN + timedelta(seconds=number // 2), status_code=201, params={}, body={"name": str(number)},
            impersonator=None if by is None else by.caller.user_id,
        )
        for number in range(count)
    ]  # fmt: skip
    with station.database.begin() as tx:
        station.people.api_log.keep(tx, Told(calls=calls, seen=[]))


def paths(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["path"] for one in answer.json()["items"]]


def test_calls_come_page_by_page_latest_first_and_everybody_sees_their_own(
    station: Station, eve: Person, ada: Person
) -> None:
    kept(station, ada, 5, by=eve)
    kept(station, eve, 1)
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        answer = ada.client.get("/api/v1/calls", params={"limit": 2, **after})
        seen += paths(answer)
        if "next" not in answer.json():
            break
        after = {"after": answer.json()["next"]}
    assert seen == [f"/project/{number}" for number in (4, 3, 2, 1, 0)]
    one = ada.client.get("/api/v1/calls", params={"limit": 1}).json()["items"][0]
    assert (one["username"], one["acted_by"], one["duration_seconds"], one["form"]) == (
        "ada",
        "eve",
        0.0025,
        {"name": "4"},
    )
    assert len(paths(eve.client.get("/api/v1/calls", params={"everybody": True}))) == 6
    assert len(paths(eve.client.get("/api/v1/calls", params={"user": "ada"}))) == 5
    assert len(paths(eve.client.get("/api/v1/calls", params={"user": "ada", "since": "2026-05-01T12:00:01Z"}))) == 3
    assert eve.client.get("/api/v1/calls", params={"user": "nobody"}).status_code == 404
    for given in ({"everybody": True}, {"user": "eve"}):
        assert ada.client.get("/api/v1/calls", params=given).status_code == 403
    assert ada.client.get("/api/v1/calls", params={"after": "WyJ4Il0"}).status_code == 422


def test_an_operator_says_whom_they_act_as_and_their_token_stays_their_own(
    station: Station, eve: Person, ada: Person
) -> None:
    assert eve.client.get("/api/v1/acting").json() == {"username": "eve", "operator": True, "admin": False}
    taken = eve.client.patch("/api/v1/acting", json={"acts_as": "ada"})
    assert taken.json() == {"username": "eve", "operator": True, "admin": True, "acts_as": "ada"}
    assert eve.client.get("/api/v1/me").json()["username"] == "eve"
    assert eve.client.patch("/api/v1/acting", json={"acts_as": "nobody"}).status_code == 404
    ended = eve.client.patch("/api/v1/acting", json={"acts_as": ""})
    assert ended.json() == {"username": "eve", "operator": True, "admin": True}
    assert ada.client.patch("/api/v1/acting", json={"acts_as": "eve"}).status_code == 403


def test_in_a_browser_an_operator_acts_as_somebody_until_that_one_is_suspended(
    station: Station, eve: Person, ada: Person
) -> None:
    acting = BrowserActing(station.people)
    with station.database.begin() as tx:
        secret = station.people.sessions.open_browser(tx, eve.caller.user_id)
        station.people.accounts.change(tx, eve.caller, AccountChange(admin=True, impersonate="ada"))
    with station.database.begin() as tx:
        found = acting.authenticate_browser(tx, secret)
        assert (found.username, found.operator, found.impersonator) == ("ada", False, eve.caller.user_id)
        with pytest.raises(Forbidden, match="a token is for its own person"):
            station.people.tokens.create(tx, found, NewToken(name="mine"))
    with station.database.begin() as tx:
        suspended = UserChange(fields=frozenset({"suspended"}), suspended=True)
        station.people.users.change(tx, eve.caller, "ada", suspended)
        assert acting.authenticate_browser(tx, secret).username == "eve"
