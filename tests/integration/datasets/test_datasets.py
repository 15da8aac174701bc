"""Data sets themselves: made, found, listed, changed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fieldstation.core.people.model import Permission
from fieldstation.kernel.errors import Conflict, NotFound
from tests.integration.datasets.station import Person, Station


def test_a_data_set_is_shown_as_it_was_made(ada: Person) -> None:
    made = {"title": "Rain", "description": "of *gauges*", "labels": {"site": "north", "raw": ""}}
    dataset = ada.make("rain", **made, metadata_schema={"type": "object"})
    shown = ada.client.get("/api/v1/datasets/rain").json()
    assert shown.items() >= {**made, "id": dataset, "owner": "ada", "latest": 0, "size": 0}.items()
    assert shown == ada.client.get(f"/api/v1/datasets/{dataset}").json()


def test_names_are_ones_own(ada: Person, bob: Person) -> None:
    ada.make("rain")
    again = ada.client.post("/api/v1/datasets", json={"name": "rain"})
    assert (again.status_code, again.json()["reason"]) == (409, "name_taken")
    bob.make("rain")


def test_all_faults_of_a_data_set_at_once(ada: Person) -> None:
    answer = ada.client.post(
        "/api/v1/datasets",
        json={
            "name": "Bad Name",
            "title": "x" * 301,
            "labels": {"": "x", "y": "z" * 201},
            "metadata_schema": {"type": "objekt", "properties": {"a": {"pattern": "(?!x)"}}},
        },
    )
    assert answer.status_code == 422
    assert [problem["where"].split("/")[1] for problem in answer.json()["problems"]] == [
        "name",
        "title",
        "labels",
        "labels",
        "schema",
        "schema",
    ]
    assert ada.client.post("/api/v1/datasets", json={"name": "a", "colour": "red"}).status_code == 422
    assert ada.client.post("/api/v1/datasets", json={"name": "a", "title": "a\0"}).status_code == 422


def test_only_what_is_given_changes(ada: Person) -> None:
    ada.make("rain", title="Rain", labels={"a": "1"}, metadata_schema={"type": "object"})
    changed = ada.client.patch("/api/v1/datasets/rain", json={"name": "snow", "labels": {"b": "2"}}).json()
    assert (changed["name"], changed["title"], changed["labels"]) == ("snow", "Rain", {"b": "2"})
    assert changed["metadata_schema"] == {"type": "object"}
    assert "metadata_schema" not in ada.client.patch("/api/v1/datasets/snow", json={"metadata_schema": {}}).json()
    ada.make("rain")
    assert ada.client.patch("/api/v1/datasets/snow", json={"name": "rain"}).json()["reason"] == "name_taken"
    assert ada.client.patch("/api/v1/datasets/snow", json={"name": "No"}).status_code == 422


def names(person: Person, query: str = "") -> list[str]:
    return [found["name"] for found in person.client.get(f"/api/v1/datasets{query}").json()["items"]]


def test_lists_are_newest_first_and_filtered(ada: Person, bob: Person) -> None:
    ada.make("rain-1", labels={"site": "north", "year": "2020"})
    ada.make("rain-2", labels={"site": "north"})
    bob.make("snow")
    bob.client.put("/api/v1/datasets/snow/members/everyone", json={"role": "reader"})
    assert names(ada) == ["snow", "rain-2", "rain-1"]
    assert names(bob) == ["snow"]
    assert names(ada, "?own=true") == ["rain-2", "rain-1"]
    assert names(ada, "?name=rain") == ["rain-2", "rain-1"]
    assert names(ada, "?label=site=north&label=year=2020") == ["rain-1"]
    assert names(ada, "?label=site=south") == []
    assert ada.client.get("/api/v1/datasets?label=").status_code == 422
    first = ada.client.get("/api/v1/datasets?limit=2").json()
    assert names(ada, f"?limit=2&after={first['next']}") == ["rain-1"]
    assert ada.client.get("/api/v1/datasets?after=nonsense").status_code == 422


def test_a_name_means_ones_own_first(ada: Person, bob: Person, station: Station) -> None:
    carl = station.person("carl")
    for person in (ada, bob):
        dataset = person.make("rain")
        person.client.put(f"/api/v1/datasets/{dataset}/members/everyone", json={"role": "reader"})
    assert ada.client.get("/api/v1/datasets/rain").json()["owner"] == "ada"
    assert bob.client.get("/api/v1/datasets/rain").json()["owner"] == "bob"
    answer = carl.client.get("/api/v1/datasets/rain")
    assert (answer.status_code, answer.json()["reason"]) == (409, "ambiguous")
    assert answer.json()["next_step"].count("dataset-") == 2


def test_references_resolve(ada: Person, bob: Person, station: Station) -> None:
    dataset = ada.make("rain")
    resolve = station.datasets.resolve
    with station.database.begin() as tx, pytest.raises(NotFound):
        resolve(tx, ada.caller, "rain", Permission.DATASET_COMPUTE)
    version = ada.send("rain", {"a/b": b"1"}).json()
    ada.send("rain", {"c": b"22"})
    with station.database.begin() as tx:
        found = {
            reference: resolve(tx, ada.caller, reference, Permission.DATASET_COMPUTE)
            for reference in ("rain", "rain@1", f"{dataset}@1:a/b", f"{version['id']}", f"{version['id']}:a/b")
        }
    assert {reference: (ref.number, ref.path) for reference, ref in found.items()} == {
        "rain": (2, None),
        "rain@1": (1, None),
        f"{dataset}@1:a/b": (1, "a/b"),
        version["id"]: (1, None),
        f"{version['id']}:a/b": (1, "a/b"),
    }
    for reference in ("rain@3", "rain:nowhere", "snow", "version-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11"):
        with station.database.begin() as tx, pytest.raises(NotFound):
            resolve(tx, ada.caller, reference, Permission.DATASET_COMPUTE)
    for reference in (dataset, version["id"]):
        with station.database.begin() as tx, pytest.raises(NotFound):
            resolve(tx, bob.caller, reference, Permission.DATASET_READ)
    ada.client.delete("/api/v1/datasets/rain")
    with station.database.begin() as tx, pytest.raises(Conflict):
        resolve(tx, ada.caller, version["id"], Permission.DATASET_READ)


@contextmanager
def counted(station: Station) -> Iterator[list[str]]:
    seen: list[str] = []
    station.database.observe = seen.append
    try:
        yield seen
    finally:
        station.database.observe = None


LISTS = [
    "/api/v1/datasets",
    "/api/v1/datasets/set-0/versions",
    "/api/v1/datasets/set-0/versions/1/files",
    "/api/v1/datasets/set-0/versions/1/tree",
    "/api/v1/datasets?facets=true&search=set",
    "/api/v1/datasets/set-0/members",
    "/api/v1/uploads",
]


def test_the_number_of_statements_is_fixed(ada: Person, station: Station) -> None:
    """However many rows a list has, and however many files and versions are published."""

    def statements() -> list[int]:
        found = []
        for address in LISTS:
            with counted(station) as seen:
                assert ada.client.get(address).status_code == 200
            found.append(len(seen))
        return found

    ada.make("set-0")
    with counted(station) as few:
        ada.send("set-0", {"a": b"1"})
    before = statements()
    for number in range(1, 40):
        ada.make(f"set-{number}")
    with counted(station) as many:
        ada.send("set-0", {f"{number:03}": b"%d" % number for number in range(300)})
    for _ in range(20):
        ada.send("set-0", {"a": b"1"})
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
        ada.client.post("/api/v1/uploads", headers=headers)
    assert statements() == before
    assert len(many) == len(few)
