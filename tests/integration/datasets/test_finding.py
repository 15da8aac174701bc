"""Data sets found by words, owners and origins, and counted, as far as one may see."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.integration.datasets.station import Person, Station
from tests.integration.datasets.test_datasets import counted


@pytest.fixture
def sets(ada: Person, bob: Person) -> None:
    ada.make("rain", title="Niederschlag in Übersee", labels={"site": "north", "raw": ""})
    ada.make("snow", description="100% of_all gauges", labels={"site": "north"})
    ada.make("wind", labels={"site": "south"})
    ada.send("rain", {"a": b"1"})
    bob.make("wind", title="of Bob")
    bob.make("shared", title="Sun of Bob", labels={"site": "north"})
    bob.client.put("/api/v1/datasets/shared/members/everyone", json={"role": "reader"})


def names(person: Person, **query: Any) -> list[str]:
    answer = person.client.get("/api/v1/datasets", params=query)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


@pytest.mark.usefixtures("sets")
def test_words_are_looked_for_in_names_titles_texts_and_labels(ada: Person) -> None:
    found = {
        text: names(ada, search=text)
        for text in ("AI", "schlag", "übersee", "ÜBERSEE", "gauges", "north", "site north", "SUN bob", "rain north")
    }
    assert found == {
        "AI": ["rain"],
        "schlag": ["rain"],
        "übersee": ["rain"],
        "ÜBERSEE": ["rain"],
        "gauges": ["snow"],
        "north": ["shared", "snow", "rain"],
        "site north": ["shared", "snow", "rain"],
        "SUN bob": ["shared"],
        "rain north": ["rain"],
    }
    assert names(ada, search="rain wind") == []
    assert names(ada, search=" ") == ["shared", "wind", "snow", "rain"]


@pytest.mark.usefixtures("sets")
def test_signs_of_patterns_mean_themselves(ada: Person) -> None:
    assert names(ada, search="100%") == ["snow"]
    assert names(ada, search="of_all") == ["snow"]
    assert names(ada, search="o%l") == []
    assert names(ada, search="_") == ["snow"]
    assert names(ada, search="\\") == []


@pytest.mark.usefixtures("sets")
def test_what_is_changed_is_found_as_it_then_is(ada: Person) -> None:
    ada.client.patch("/api/v1/datasets/wind", json={"title": "Böen"})
    assert names(ada, search="BÖEN south") == ["wind"]
    ada.client.patch("/api/v1/datasets/wind", json={"labels": {"site": "west"}, "name": "gusts"})
    assert (names(ada, search="böen"), names(ada, search="south"), names(ada, search="gusts west")) == (
        ["gusts"],
        [],
        ["gusts"],
    )


@pytest.mark.usefixtures("sets")
def test_owners_and_origins_narrow(ada: Person, bob: Person) -> None:
    assert names(ada, owner="bob") == ["shared"]
    assert names(bob, owner="bob") == ["shared", "wind"]
    assert names(ada, owner="nobody-of-this-name") == []
    assert names(ada, owner="bob", own=True) == []
    assert names(ada, owner="ada", own=True) == ["wind", "snow", "rain"]
    assert names(ada, origin="upload") == ["rain"]
    assert names(ada, origin="run") == []
    assert ada.client.get("/api/v1/datasets", params={"origin": "elsewhere"}).status_code == 422


def facets(person: Person, **query: Any) -> Mapping[str, Any]:
    answer = person.client.get("/api/v1/datasets", params={"facets": True, "limit": 1, **query})
    assert answer.status_code == 200, answer.text
    found = answer.json()["facets"]
    assert "more" not in found
    counts = {name: {one["value"]: one["count"] for one in found[name]} for name in ("owners", "origins", "labels")}
    return {"total": found["total"], **counts}


@pytest.mark.usefixtures("sets")
def test_facets_count_what_one_may_see(ada: Person, bob: Person) -> None:
    assert facets(ada) == {
        "total": 4,
        "owners": {"ada": 3, "bob": 1},
        "origins": {"upload": 1},
        "labels": {"site=north": 3, "raw=": 1, "site=south": 1},
    }
    assert facets(bob) == {"total": 2, "owners": {"bob": 2}, "origins": {}, "labels": {"site=north": 1}}
    assert "facets" not in ada.client.get("/api/v1/datasets").json()


@pytest.mark.usefixtures("sets")
def test_a_choice_leaves_its_own_facet_open(ada: Person) -> None:
    """Who chose an owner still sees what the others have."""
    assert facets(ada, owner="bob") == {
        "total": 1,
        "owners": {"ada": 3, "bob": 1},
        "origins": {},
        "labels": {"site=north": 1},
    }
    assert facets(ada, origin="upload")["owners"] == {"ada": 1}
    assert facets(ada, label="site=north", search="rain")["total"] == 1


@pytest.mark.usefixtures("sets")
def test_what_is_in_the_trash_is_counted_there(ada: Person) -> None:
    ada.client.delete("/api/v1/datasets/wind")
    assert facets(ada)["total"] == 3
    assert facets(ada, trashed=True) == {
        "total": 1,
        "owners": {"ada": 1},
        "origins": {},
        "labels": {"site=south": 1},
    }


def test_finding_costs_as_many_statements_with_many_as_with_few(ada: Person, station: Station) -> None:
    def cost() -> int:
        with counted(station) as seen:
            facets(ada, search="set", owner="ada")
        return len(seen)

    ada.make("set-0", labels={"a": "0"})
    before = cost()
    for number in range(1, 60):
        ada.make(f"set-{number}", labels={"a": str(number)})
    assert cost() == before <= 8


def test_permissions_are_those_of_the_caller(ada: Person, bob: Person) -> None:
    ada.make("rain")

    def told(person: Person) -> Any:
        return person.client.get("/api/v1/datasets", params={"name": "rain"}).json()["items"][0]

    def shown(person: Person) -> set[str]:
        answer = person.client.get(f"/api/v1/datasets/{told(ada)['id']}")
        return set(answer.json()["permissions"]) if answer.status_code == 200 else set()

    assert shown(ada) == {"dataset:read", "dataset:compute", "dataset:edit", "dataset:own"}
    assert "permissions" not in told(ada)
    assert shown(bob) == set()
    ada.client.put("/api/v1/datasets/rain/members/bob", json={"role": "reader"})
    assert shown(bob) == {"dataset:read", "dataset:compute"}
    ada.client.put("/api/v1/datasets/rain/members/bob", json={"role": "editor"})
    assert shown(bob) == {"dataset:read", "dataset:compute", "dataset:edit"}


def test_a_version_is_cited(ada: Person) -> None:
    dataset = ada.make("rain", title="Rain gauges")
    version = ada.send(dataset, {"a": b"1"}, '{"creators": ["Ada Lovelace", {"name": "B. Babbage"}]}').json()
    cited = ada.client.get("/api/v1/datasets/rain/versions/1/citation").json()
    assert cited["url"] == f"http://station.example/data/{dataset}?version=1"
    assert cited["text"].startswith("Ada Lovelace and B. Babbage (")
    assert version["manifest_digest"] in cited["text"]
    assert cited["csl"]["id"] == version["id"]
    assert cited["csl"]["author"] == [{"literal": "Ada Lovelace"}, {"literal": "B. Babbage"}]
    assert cited["bibtex"].startswith("@misc{rain_1,\n  author = {{Ada Lovelace} and {B. Babbage}},\n")


def test_nobody_cites_what_they_may_not_see(ada: Person, bob: Person) -> None:
    dataset = ada.make("rain")
    ada.send(dataset, {"a": b"1"})
    assert bob.client.get(f"/api/v1/datasets/{dataset}/versions/1/citation").status_code == 404
