"""The catalogue through its door: what is published is found at once, by those who may read it and nobody else."""

from typing import Any

import httpx
import pytest

from tests.integration.catalogue.world import World

BOX = {"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]]}
PACIFIC = {"type": "Polygon", "coordinates": [[[175, -5], [185, -5], [185, 5], [175, 5], [175, -5]]]}
HUGE = "metadata.big"
for _ in range(10):
    HUGE = f"({HUGE} * {HUGE})"


@pytest.fixture(scope="module")
def filled(world: World) -> World:
    world.publish(
        {
            "alps": {
                "product_type": "slc", "level": "L1", "cloud": 5, "orbit": {"track": 42}, "bands": ["vv", "vh"],
                "location": BOX, "starttime": "2024-01-01T00:00:00Z", "endtime": "2024-01-01T01:00:00Z",
            },
            "fiji": {
                "product_type": "slc", "level": "L2", "cloud": 50.5, "location": PACIFIC,
                "datetime": "2024-06-01T12:00:00Z",
            },
            "nowhere": {"product_type": "report", "platform": "It's 100%_odd", "cloud": "many"},
            "bare": {"big": 1e300},
        }
    )  # fmt: skip
    return world


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, ["bare", "nowhere", "fiji", "alps"]),
        ({"filter": "type = 'slc'"}, ["fiji", "alps"]),
        ({"filter": "NOT type = 'slc'"}, ["nowhere"]),  # of bare it is not known
        ({"filter": "type IS NULL"}, ["bare"]),
        ({"filter": "metadata.cloud > 10"}, ["fiji"]),
        ({"filter": "metadata.cloud = 5"}, ["alps"]),
        ({"filter": "metadata.cloud <> 5"}, ["fiji"]),
        ({"filter": "metadata.cloud BETWEEN 5 AND 50.5"}, ["fiji", "alps"]),
        ({"filter": "metadata.orbit.track IN (41, 42)"}, ["alps"]),
        ({"filter": "A_CONTAINS(metadata.bands, ('vh'))"}, ["alps"]),
        ({"filter": "A_OVERLAPS(metadata.bands, ('hh', 'vv'))"}, ["alps"]),
        ({"filter": "CASEI(name) LIKE casei('AL%')"}, ["alps"]),
        ({"filter": "metadata.platform = 'It''s 100%_odd'"}, ["nowhere"]),
        ({"filter": "metadata.platform LIKE '%100\\%\\_odd'"}, ["nowhere"]),
        ({"filter": "metadata.cloud * 2 + 1 = 11"}, ["alps"]),
        ({"filter": "metadata.cloud / (metadata.cloud - 5) > 0"}, ["fiji"]),  # nothing for a division by zero
        ({"filter": "start = DATE('2024-01-01')"}, ["alps"]),
        ({"filter": "start > '2024-02-01T00:00:00Z'"}, ["fiji"]),
        ({"filter": "T_DURING(time, INTERVAL('2024-01-01', '2024-12-31'))"}, ["fiji"]),
        ({"filter": "S_INTERSECTS(footprint, POINT(10 10))"}, ["alps"]),
        ({"filter": "S_DISJOINT(footprint, POINT(10 10))"}, ["fiji"]),
        ({"filter": {"op": "=", "args": [{"property": "level"}, "L1"]}}, ["alps"]),
        ({"bbox": [170, -10, -170, 10]}, ["fiji"]),
        ({"bbox": [-178, -1, -176, 1]}, ["fiji"]),
        ({"bbox": [-174, -1, -172, 1]}, []),
        ({"intersects": {"type": "Point", "coordinates": [5, 5]}}, ["alps"]),
        ({"time": "2024-01-01T00:30:00Z"}, ["alps"]),
        ({"time": "2024-06-01/.."}, ["fiji"]),
        ({"q": "fij"}, ["fiji"]),
        ({"q": "odd"}, ["nowhere"]),
        ({"sort": ["-start"]}, ["fiji", "alps", "bare", "nowhere"]),
        ({"sort": ["start"]}, ["alps", "fiji", "nowhere", "bare"]),
        ({"sort": ["type", "-name"], "limit": 1}, ["nowhere", "fiji", "alps", "bare"]),
        ({"sort": ["level"], "limit": 3}, ["alps", "fiji", "nowhere", "bare"]),
    ],
)  # fmt: skip
def test_what_is_published_is_found(filled: World, wanted: dict[str, Any], names: list[str]) -> None:
    assert filled.names(**wanted) == names


def test_facets_count_what_a_search_finds(filled: World) -> None:
    facets = {
        "type": {"of": "type", "chosen": ["slc"]},
        "level": {"of": "level"},
        "cloud": {"of": "metadata.cloud", "way": "ranges", "bounds": [10, 20]},
        "when": {"of": "start", "way": "histogram", "most": 2},
        "where": {"of": "footprint", "way": "grid", "cell": 10},
    }
    found = filled.count(facets=facets)
    assert found["total"] == 2
    assert found["facets"]["type"] == [{"value": "slc", "count": 2}, {"value": "report", "count": 1}]
    assert found["facets"]["level"] == [{"value": "L1", "count": 1}, {"value": "L2", "count": 1}]
    assert [(one["value"], one["count"]) for one in found["facets"]["cloud"]] == [("..10", 1), ("20..", 1)]
    bars = [(one["start"], one["count"]) for one in found["facets"]["when"]]
    assert bars == [("2024-01-01T00:00:00.000000Z", 1), ("2024-03-17T06:00:00.000000Z", 1)]
    cells = sorted((one["box"], one["count"]) for one in found["facets"]["where"])
    assert cells == [([-180, 0, -170, 10], 1), ([0, 0, 10, 10], 1)]


def test_nothing_of_what_one_may_not_read_shows(filled: World) -> None:
    bob = filled.person("bob-of-the-catalogue")
    try:
        _hidden(filled, bob)
    finally:
        bob.close()


def _hidden(filled: World, bob: httpx.Client) -> None:
    facets = {"type": {"of": "type"}, "cloud": {"of": "metadata.cloud"}}
    assert filled.names(bob) == []
    assert filled.count(bob, facets=facets) == {"total": 0, "facets": {"type": [], "cloud": []}}
    admin = filled.station.client
    share = admin.put("/api/v1/datasets/alps/members/bob-of-the-catalogue", json={"role": "reader"})
    assert share.is_success, share.text
    assert filled.names(bob) == ["alps"]
    assert filled.count(bob, facets=facets)["facets"]["type"] == [{"value": "slc", "count": 1}]
    assert bob.patch("/api/v1/catalogue/alps", json={"type": "mine"}).status_code == 403
    assert bob.get("/api/v1/catalogue/fiji").status_code == 404
    assert admin.delete("/api/v1/datasets/alps/members/bob-of-the-catalogue").is_success
    assert filled.names(bob) == []


def test_a_version_is_described_and_a_newer_one_takes_its_place(world: World) -> None:
    admin = world.station.client
    world.publish({"moved": {"location": BOX}})
    said = {"type": "dem", "footprint": [20, 20, 21, 21], "start": "2020-05-01", "end": "2020-05-02"}
    entry = admin.patch("/api/v1/catalogue/moved", json=said)
    assert entry.status_code == 200, entry.text
    assert (entry.json()["type"], entry.json()["end"]) == ("dem", "2020-05-02T23:59:59.999999Z")
    assert world.names(bbox=[20.5, 20.5, 22, 22]) == ["moved"]
    assert "moved" not in world.names(bbox=[1, 1, 2, 2])
    assert admin.patch("/api/v1/catalogue/moved", json={"footprint": []}).status_code == 422
    parts = [("files", ("one.txt", b"1"))]
    assert admin.post("/api/v1/datasets/moved/versions", files=parts).status_code == 201
    assert "moved" not in world.names(filter="type = 'dem'")
    assert world.names(filter="type = 'dem'", versions=True) == ["moved"]
    assert [(one["version"], one["latest"]) for one in world.search(filter="name = 'moved'", versions=True)] == [
        (2, True),
        (1, False),
    ]


def test_the_trash_hides_and_gives_back(world: World) -> None:
    admin = world.station.client
    world.publish({"thrown": {"product_type": "thrown"}}, labels={"season": "wet"})
    assert world.names(filter="labels.season = 'wet'") == ["thrown"]
    assert admin.patch("/api/v1/datasets/thrown", json={"labels": {"season": "dry"}}).is_success
    assert world.names(filter="labels.season = 'dry'") == ["thrown"]
    assert admin.delete("/api/v1/datasets/thrown").is_success
    assert world.names(filter="type = 'thrown'") == []
    assert admin.post("/api/v1/datasets/thrown/restore").is_success
    assert world.names(filter="type = 'thrown'") == ["thrown"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("type =", "line 1, column 7"),
        ("typ = 'x'", "did you mean 'type'"),
        ("cloud_cover > 5", "metadata.cloud_cover"),
        ("type > 5", "cannot be compared"),
        ("type", "is no truth"),
        ("start = 'yesterday'", "yesterday"),
        ("S_WITHIN(name, POINT(1 1))", "wants the footprint"),
        ("S_INTERSECTS(footprint, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))", "cross"),
        ("S_INTERSECTS(name, POINT(1 1))", "wants the footprint"),
        ("name LIKE 'a\\'", "single backslash"),
        ("metadata.a = 1e99999", "300 digits"),
        ("(" * 500 + "type = 'x'" + ")" * 500, "nested deeper than 100"),
        (" OR ".join(["type = 'x'"] * 10_000), "more than 5000 terms"),
        (" * ".join(["metadata.big"] * 600) + " > 1", "nested deeper than 100"),
        (HUGE + " > 1", "computes what cannot be"),
        ({"op": "and"}, "args"),
        ({"op": "=", "args": [{"property": "number"}, 1, 2]}, "takes 2 arguments"),
        ({"op": "s_intersects", "args": [{"property": "footprint"}, {"type": "Point", "coordinates": []}]}, "empty"),
        ("name = 'a\0b'", "U+0000"),
    ],
)
def test_a_filter_without_meaning_is_refused_with_its_fault(filled: World, wanted: object, said: str) -> None:
    problem = filled.refused(wanted)
    assert said in problem["detail"], problem
    assert problem["next_step"]


def test_json_that_goes_down_for_ever_is_refused(world: World) -> None:
    deep = '{"filter": ' + '{"op":"not","args":[' * 20_000 + "true" + "]}" * 20_000 + "}"
    answer = world.station.client.post(
        "/api/v1/catalogue/search", content=deep, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422), answer.text
