"""Versions put together from other versions and from files in place."""

import hashlib
import os

import httpx
import pytest

from tests.integration.datasets.station import Person, Station
from tests.integration.datasets.test_versions import listed


def compose(person: Person, dataset: str, **recipe: object) -> httpx.Response:
    return person.client.post(f"/api/v1/datasets/{dataset}/versions", json=recipe)


@pytest.fixture
def rain(ada: Person) -> str:
    dataset = ada.make("rain")
    ada.send("rain", {"a": b"1", "old/b": b"22", "old/c": b"333"})
    return dataset


@pytest.fixture
def olga(station: Station) -> Person:
    return station.person("olga", operator=True)


def test_a_version_on_top_of_another(ada: Person, rain: str) -> None:
    answer = compose(
        ada,
        "rain",
        base=1,
        without=["old/b"],
        files=[
            {"path": "copy", "from_version": "rain@1", "from_path": "a"},
            {"path": "old/c", "from_version": "rain@1", "from_path": "a"},
        ],
        metadata={"step": 2},
    )
    assert answer.status_code == 201, answer.text
    assert listed(ada, 2) == {"a": 1, "copy": 1, "old/c": 1}
    assert listed(ada, 1) == {"a": 1, "old/b": 2, "old/c": 3}
    assert ada.client.get("/api/v1/storage").json()["used"] == 8


def test_folders_can_be_left_out(ada: Person, rain: str) -> None:
    assert compose(ada, "rain", base=1, without=["old/"]).status_code == 201
    assert listed(ada, 2) == {"a": 1}


def test_what_is_carried_over_counts_once(ada: Person, rain: str) -> None:
    for _ in range(3):
        assert compose(ada, "rain", base=1).status_code == 201
    assert ada.client.get("/api/v1/storage").json()["used"] == 6


def test_only_what_one_may_read_can_be_taken(ada: Person, bob: Person, rain: str) -> None:
    bob.make("mine")
    pieces = [{"path": "a", "from_version": f"{rain}@1"}]
    hidden = compose(bob, "mine", files=pieces)
    assert hidden.status_code == 422
    assert "there is no data set" in hidden.json()["problems"][0]["text"]
    ada.client.put(f"/api/v1/datasets/{rain}/members/bob", json={"role": "reader"})
    assert compose(bob, "mine", files=pieces).status_code == 201
    assert bob.client.get("/api/v1/storage").json()["used"] == 1


def test_all_faults_of_a_recipe(ada: Person, rain: str) -> None:
    answer = compose(
        ada,
        "rain",
        files=[
            {"path": "x", "from_version": "rain@1", "from_path": "nowhere"},
            {"path": "y", "from_version": "rain@9"},
            {"path": "z", "upload": "upload-none"},
            {"path": "a", "from_version": "rain@1", "sha256": "0" * 64},
        ],
    )
    assert (answer.status_code, answer.json()["reason"]) == (422, "pieces")
    assert len(answer.json()["problems"]) == 4


@pytest.mark.parametrize(
    "piece",
    [
        {"path": "a"},
        {"path": "a", "upload": "u", "location": "file:/x"},
        {"upload": "u"},
        {"path": "a", "colour": "red"},
    ],
)
def test_pieces_that_make_no_sense(ada: Person, rain: str, piece: dict[str, str]) -> None:
    assert compose(ada, "rain", files=[piece]).status_code == 422


def test_no_such_base(ada: Person, rain: str) -> None:
    assert compose(ada, "rain", base=7).json()["reason"] == "no_version"


def test_files_are_registered_where_they_lie(olga: Person, station: Station) -> None:
    olga.make("place")
    folder = station.outside / "2021"
    (folder / "deep").mkdir(parents=True)
    (folder / "may.csv").write_bytes(b"a,b\n")
    (folder / "deep/big.bin").write_bytes(b"x" * 3_000_000)
    answer = compose(olga, "place", files=[{"path": "data", "location": f"file://{folder}"}])
    assert answer.status_code == 201, answer.text
    assert answer.json()["in_place"] is True
    assert listed(olga, 1, "place") == {"data/may.csv": 4, "data/deep/big.bin": 3_000_000}
    assert list(station.store.digests()) == []
    assert olga.client.get("/api/v1/storage").json()["used"] == 0
    address = "/api/v1/datasets/place/versions/1"
    read = olga.client.get(f"{address}/files/data/deep/big.bin", headers={"Range": "bytes=10-19"})
    assert (read.status_code, read.content) == (206, b"x" * 10)
    assert olga.client.get(f"{address}/files/data/may.csv").content == b"a,b\n"
    assert olga.client.get(f"{address}/archive.zip").status_code == 200
    again = compose(olga, "place", base=1, files=[{"path": "one.csv", "location": f"file:{folder}/may.csv"}])
    assert again.status_code == 201, again.text
    assert listed(olga, 2, "place") == {"data/may.csv": 4, "data/deep/big.bin": 3_000_000, "one.csv": 4}


def test_what_changed_in_place_is_not_read(olga: Person, station: Station) -> None:
    olga.make("place")
    file = station.outside / "a.csv"
    file.write_bytes(b"before")
    digest = hashlib.sha256(b"before").hexdigest()
    registered = compose(olga, "place", files=[{"path": "a.csv", "location": f"file:{file}", "sha256": digest}])
    assert registered.status_code == 201, registered.text
    address = "/api/v1/datasets/place/versions/1/files/a.csv"
    assert olga.client.get(address).content == b"before"
    file.write_bytes(b"after!")
    answer = olga.client.get(address)
    assert (answer.status_code, answer.json()["reason"]) == (409, "input_changed")
    file.unlink()
    assert olga.client.get(address).json()["reason"] == "input_changed"


def test_nothing_leaves_the_allowed_folders(olga: Person, station: Station) -> None:
    olga.make("place")
    secret = station.outside.parent / "secret"
    secret.write_bytes(b"secret")
    inside = station.outside / "inside"
    inside.mkdir()
    (inside / "fine").write_bytes(b"1")
    (inside / "soft").symlink_to(secret)
    (inside / "folder").symlink_to(station.outside.parent)
    os.mkfifo(inside / "pipe")
    (inside / "bad\nname").write_bytes(b"1")
    refused = compose(olga, "place", files=[{"location": f"file:{inside}"}])
    assert (refused.status_code, refused.json()["reason"]) == (422, "place_refused")
    assert len(refused.json()["problems"]) == 4
    for location in (
        f"file:{secret}",
        f"file:{station.outside}/../secret",
        f"file:{station.outside}/%2e%2e/secret",
        f"file:{inside}/soft",
        f"file:{inside}/folder/secret",
        f"file:{inside}/pipe",
        f"file:{inside}/nowhere",
        "file:relative",
        "https://example.org/x",
        "file://other.host/srv",
    ):
        answer = compose(olga, "place", files=[{"path": "x", "location": location}])
        assert answer.status_code == 422, location
    assert olga.client.get("/api/v1/datasets/place").json()["latest"] == 0


def test_registering_needs_the_permission(ada: Person, rain: str, station: Station) -> None:
    (station.outside / "a").write_bytes(b"1")
    answer = compose(ada, "rain", files=[{"path": "a", "location": f"file:{station.outside}/a"}])
    assert answer.status_code == 403
