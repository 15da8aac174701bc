"""Rights and room are looked at again when a run starts and when its result is published."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from fieldstation.core.people.model import Kind, Role
from fieldstation.kernel.errors import Forbidden
from tests.integration.runs.conftest import OpenStation
from tests.integration.runs.desk import Desk
from tests.integration.runs.station import PATIENCE, Station

PASSWORD = "a horse of course"


class Guest:
    """Somebody who is no operator, and what they do over HTTP."""

    def __init__(self, station: Station, name: str) -> None:
        self.station = station
        self.name = name
        made = station.client.post("/api/v1/users", json={"username": name, "password": PASSWORD})
        assert made.status_code == 201, made.text
        self.id = made.json()["id"]
        form = {"grant_type": "password", "client_id": "fieldstation", "username": name, "password": PASSWORD}
        token = station.client.post("/auth/realms/fieldstation/protocol/openid-connect/token", data=form)
        headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
        self.client = httpx.Client(base_url=station.client.base_url, headers=headers, timeout=PATIENCE)

    def submit(self, **body: Any) -> str:
        answer = self.client.post("/api/v1/runs", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


def share(station: Station, kind: str, thing: str, guest: Guest, role: str | None) -> None:
    """Give a role on a thing, or take it away."""
    path = f"/api/v1/{kind}/{thing}/members/{guest.name}"
    answer = station.client.put(path, json={"role": role}) if role else station.client.delete(path)
    assert answer.is_success, answer.text


@pytest.fixture
def station(open_station: OpenStation) -> Station:
    return open_station()


@pytest.fixture
def bob(station: Station) -> Iterator[Guest]:
    guest = Guest(station, "bob")
    yield guest
    guest.client.close()


def test_an_input_no_longer_shared_is_not_read(station: Station, bob: Guest) -> None:
    station.upload("secret", {"a.txt": b"1"})
    dataset = station.get("/datasets/secret")["id"]
    share(station, "datasets", dataset, bob, "reader")
    run_id = bob.submit(tool="checksum", inputs={"files": [dataset]})
    share(station, "datasets", dataset, bob, None)
    station.work()
    run = station.final(run_id)
    assert (run["state"], run["reason"]["reason"]) == ("failed", "input_unreadable")
    assert dataset in run["reason"]["message"]
    assert [one.get("running_at") for one in station.attempts(run_id)] == [None]


def test_a_suspended_user_starts_nothing(station: Station, bob: Guest) -> None:
    run_id = bob.submit(tool="hello")
    assert station.client.patch(f"/api/v1/users/{bob.id}", json={"suspended": True}).is_success
    station.work()
    run = station.final(run_id)
    assert (run["state"], run["reason"]["reason"], run["reason"]["fault"]) == ("failed", "not_allowed", "yours")


def test_a_data_set_no_longer_writable_takes_no_outputs(station: Station, bob: Guest) -> None:
    station.upload("results", {"a.txt": b"1"})
    dataset = station.get("/datasets/results")["id"]
    share(station, "datasets", dataset, bob, "editor")
    run_id = bob.submit(tool="hello", output={"dataset": dataset})
    share(station, "datasets", dataset, bob, "reader")
    station.work()
    run = station.final(run_id)
    assert (run["state"], run["reason"]["reason"]) == ("failed", "output_dataset_gone")
    assert station.get(f"/datasets/{dataset}")["latest"] == 1


def test_what_becomes_unwritable_while_it_runs_takes_no_outputs(desk: Desk) -> None:
    ada, ben = desk.person("ada"), desk.person("ben")
    desk.tool(ben)
    dataset = desk.dataset(ada, "results")
    desk.share(Kind.DATASET, dataset, ben, Role.EDITOR)
    claimed = desk.collectable(desk.submit(ben, output=dataset))
    desk.share(Kind.DATASET, dataset, ben, Role.READER)
    with pytest.raises(Forbidden, match="no longer write"):
        desk.finish(claimed, files=[desk.file("a.txt", b"1")])
    assert desk.finish(claimed), "a run that made nothing ends well"


def test_outputs_beyond_the_quota_are_not_published(station: Station, bob: Guest) -> None:
    assert station.client.patch(f"/api/v1/users/{bob.id}", json={"quota_bytes": 10}).is_success
    run_id = bob.submit(tool="hello")
    station.work()
    run = station.final(run_id)
    assert (run["state"], run["reason"]["reason"]) == ("failed", "output_too_large")
    assert "of a quota of 10 bytes" in run["reason"]["message"]
    assert bob.client.get("/api/v1/storage").json()["used"] == 0
    other = station.final(station.submit("hello"))
    assert other["state"] == "succeeded"
