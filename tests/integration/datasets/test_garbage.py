"""The trash, and what is freed when."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from fieldstation.core.datasets.service import Garbage
from fieldstation.core.datasets.service.archive import named_blobs
from fieldstation.db import Tx
from fieldstation.db.outbox import Outbox
from tests.integration.datasets.station import Person, Station
from tests.stations import wait_until

_SHIFT = text("SELECT set_config('fieldstation.time_shift', :interval, true)")


def collect(station: Station, later: str = "0") -> None:
    """Do every step of the collection until nothing is left to do, at a time that is `later`."""

    def step(tx: Tx) -> bool:
        tx.execute(_SHIFT, {"interval": later})
        garbage = station.garbage
        return any([garbage.expire_uploads(tx), garbage.empty_trash(tx), garbage.sweep_blobs(tx)])

    while True:
        with station.database.begin() as tx:
            if not step(tx):
                return


def blobs(station: Station) -> int:
    return len(list(station.store.digests()))


def test_what_is_in_the_trash_can_be_taken_back(ada: Person, station: Station) -> None:
    dataset = ada.make("rain")
    ada.send("rain", {"a": b"1"})
    trashed = ada.client.delete("/api/v1/datasets/rain").json()
    assert trashed["trashed"] < trashed["purge_after"]
    assert ada.client.get("/api/v1/datasets/rain").status_code == 404
    assert ada.client.get(f"/api/v1/datasets/{dataset}").json()["trashed"] == trashed["trashed"]
    assert ada.send(dataset, {"b": b"2"}).json()["reason"] == "trashed"
    assert [found["id"] for found in ada.client.get("/api/v1/datasets?trashed=true").json()["items"]] == [dataset]
    assert ada.client.get("/api/v1/datasets").json()["items"] == []
    collect(station, "29 days")
    assert "trashed" not in ada.client.post("/api/v1/datasets/rain/restore").json()
    assert ada.client.get("/api/v1/datasets/rain/versions/1/files/a").content == b"1"
    assert ada.client.post("/api/v1/datasets/rain/restore").status_code == 404
    assert ada.client.post(f"/api/v1/datasets/{dataset}/restore").status_code == 409


def test_a_name_given_away_cannot_be_restored_to(ada: Person) -> None:
    dataset = ada.make("rain")
    ada.client.delete("/api/v1/datasets/rain")
    ada.make("rain")
    answer = ada.client.post(f"/api/v1/datasets/{dataset}/restore")
    assert (answer.status_code, answer.json()["reason"]) == (409, "name_taken")


def test_after_its_date_a_data_set_is_gone_and_its_room_free(ada: Person, station: Station) -> None:
    ada.make("kept")
    ada.send("kept", {"shared": b"same bytes"})
    dataset = ada.make("rain")
    ada.send("rain", {"shared": b"same bytes", "own": b"other bytes"})
    assert ada.client.get("/api/v1/storage").json()["used"] == 31
    ada.client.delete("/api/v1/datasets/rain")
    collect(station, "31 days")
    assert blobs(station) == 1
    assert ada.client.get("/api/v1/storage").json()["used"] == 10
    for answer in (
        ada.client.get(f"/api/v1/datasets/{dataset}"),
        ada.client.post(f"/api/v1/datasets/{dataset}/restore"),
    ):
        assert answer.status_code == 404
    assert ada.client.get("/api/v1/datasets/kept/versions/1/files/shared").content == b"same bytes"


def test_only_owners_trash(ada: Person, bob: Person) -> None:
    dataset = ada.make("rain")
    ada.client.put("/api/v1/datasets/rain/members/bob", json={"role": "editor"})
    assert bob.client.delete(f"/api/v1/datasets/{dataset}").status_code == 403
    assert bob.client.post(f"/api/v1/datasets/{dataset}/restore").status_code == 403


def test_a_fresh_blob_waits_a_day(ada: Person, station: Station) -> None:
    ada.make("rain")
    ada.send("rain", {"a": b"1"})
    ada.client.delete("/api/v1/datasets/rain?at_once=true")
    collect(station)
    assert blobs(station) == 1
    collect(station, "25 hours")
    assert blobs(station) == 0


def test_expired_uploads_free_their_room(ada: Person, station: Station) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "9", "Content-Type": "application/offset+octet-stream"}
    for data in (b"half", b"123456789"):
        assert ada.client.post("/api/v1/uploads", content=data, headers=headers).status_code == 201
    assert ada.client.get("/api/v1/storage").json()["reserved"] == 18
    collect(station, "6 days")
    assert (len(list(station.store.growing())), blobs(station)) == (1, 1)
    collect(station, "8 days")
    assert list(station.store.growing()) == []
    collect(station, "8 days")
    assert blobs(station) == 0
    assert ada.client.get("/api/v1/storage").json()["reserved"] == 0


def test_a_stray_is_adopted_and_removed_a_day_later(station: Station) -> None:
    stray = station.store.put_bytes(b"left by a crash")
    with station.database.begin() as tx:
        assert not station.garbage.adopt_strays(tx)
    collect(station, "23 hours")
    assert station.store.missing({stray.sha256: stray.size}) == set()
    collect(station, "25 hours")
    assert station.store.missing({stray.sha256: stray.size}) == {stray.sha256}


def test_what_a_crash_left_of_a_blob_does_not_keep_it_out(ada: Person, station: Station) -> None:
    path = station.store.readable(station.store.put_bytes(b"whole bytes").sha256).path
    path.chmod(0o644)
    os.truncate(path, 0)
    with station.database.begin() as tx:
        assert not station.garbage.adopt_strays(tx)
    ada.make("kept")
    ada.send("kept", {"file": b"whole bytes"})
    assert path.read_bytes() == b"whole bytes"
    with station.database.begin() as tx:
        assert [stored.size for stored in named_blobs(tx)] == [len(b"whole bytes")]
    assert ada.client.get("/api/v1/datasets/kept/versions/1/files/file").content == b"whole bytes"


def test_the_plan_says_what_goes_and_who_holds_the_rest(ada: Person, station: Station) -> None:
    operator = station.person("olga", operator=True)
    ada.make("kept")
    ada.send("kept", {"shared": b"same bytes"})
    ada.make("old")
    ada.send("old", {"shared": b"same bytes", "own": b"other bytes"})
    ada.client.delete("/api/v1/datasets/old?at_once=true")
    ada.make("new")
    ada.send("new", {"a": b"12345"})
    ada.client.delete("/api/v1/datasets/new")
    station.store.put_bytes(b"stray")
    with station.database.begin() as tx:
        station.garbage.adopt_strays(tx)
    plan = operator.client.get("/api/v1/storage/plan").json()
    assert plan["due"] == {"name": "due", "count": 1, "size": 11}
    assert plan["free"] == {"name": "free", "count": 0, "size": 0}
    assert plan["waiting"] == {"name": "waiting", "count": 1, "size": 5}
    assert [(found["name"], found["owner"], found["size"]) for found in plan["trash"]] == [("new", "ada", 5)]
    assert plan["owners"] == [{"name": "ada", "count": 3, "size": 36}]
    assert ada.client.get("/api/v1/storage/plan").status_code == 403


@pytest.mark.parametrize("name", ["everyone", "bob"])
def test_sharing_opens_and_closes(ada: Person, bob: Person, name: str) -> None:
    dataset = ada.make("rain")
    ada.send("rain", {"a": b"1"})
    address = f"/api/v1/datasets/{dataset}"
    assert bob.client.get(address).status_code == 404
    assert ada.client.put(f"{address}/members/{name}", json={"role": "reader"}).status_code == 204
    assert bob.client.get(f"{address}/versions/1/files/a").content == b"1"
    assert bob.client.get("/api/v1/datasets/rain").json()["owner"] == "ada"
    assert bob.send(dataset, {"b": b"2"}).status_code == 403
    assert [found["id"] for found in bob.client.get("/api/v1/datasets").json()["items"]] == [dataset]
    assert bob.client.get("/api/v1/datasets?own=true").json()["items"] == []
    assert ada.client.delete(f"{address}/members/{name}").status_code == 204
    assert bob.client.get(address).status_code == 404
    assert ada.client.delete(f"{address}/members/ada").status_code == 409


def test_one_step_is_done_at_a_time_whoever_asks(station: Station) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    other = Garbage(station.people, station.store, Outbox())
    with ThreadPoolExecutor(1) as pool:
        with station.database.begin() as tx:
            station.garbage.tidy(tx)
            step = pool.submit(station.database.retrying, other.sweep_blobs)
            wait_until(lambda: tx.scalar(waiting) == 1)
            assert not step.done()
        assert step.result() is False
