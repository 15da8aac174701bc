"""Nobody is removed while runs of theirs are at work; then the audit says what went with them."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.integration.runs.conftest import OpenStation
from tests.integration.runs.station import Station
from tests.integration.runs.test_rights_later import Guest

DOOR = "/data-manager-api"


@pytest.fixture
def station(open_station: OpenStation) -> Station:
    opened = open_station()
    assert opened.client.patch(f"{DOOR}/user/account", data={"become_admin": "true"}).status_code == 204
    return opened


@pytest.fixture
def bob(station: Station) -> Iterator[Guest]:
    guest = Guest(station, "bob")
    yield guest
    guest.client.close()


def test_runs_that_wait_keep_their_user(station: Station, bob: Guest) -> None:
    run = bob.submit(tool="noop")
    refused = station.client.delete(f"{DOOR}/admin/user/bob")
    assert (refused.status_code, "runs" in refused.json()["error"]) == (400, True)
    assert bob.client.get("/api/v1/me").status_code == 200
    assert bob.client.post(f"/api/v1/runs/{run}/cancel").is_success
    assert bob.client.post("/api/v1/datasets", json={"name": "levels"}).is_success
    assert bob.client.put("/account-server-api/personal-unit", json={"billing_day": 3}).is_success
    assert station.client.delete(f"{DOOR}/admin/user/bob").status_code == 204
    assert bob.client.get("/api/v1/me").status_code == 401
    with station.process.database.begin() as tx:
        rows = tx.all(text("SELECT actor, deed, body FROM audit ORDER BY id DESC LIMIT 10"))
        admin = tx.scalar(text("SELECT id FROM station_user WHERE username = 'admin'"))
    told = {row.deed: row for row in reversed(rows)}
    assert told["user.removed"].actor == told["dataset.trashed"].actor == admin
    assert told["unit.removed"].body["impersonator"] == admin


def test_who_was_let_in_again_is_not_removed_by_a_later_suspension(station: Station, bob: Guest) -> None:
    assert station.client.delete(f"{DOOR}/admin/user/bob").status_code == 204
    for suspended in (False, True):
        assert station.client.patch("/api/v1/users/bob", json={"suspended": suspended}).is_success
    shown = station.client.get(f"{DOOR}/admin/user").json()["users"]
    assert [(one["username"], one["suspended"]) for one in shown] == [("bob", True)]
