"""What a version was used for, and the search of everything: as far as one may see."""

import uuid
from collections.abc import Sequence

import pytest

from fieldstation.core.datasets.model import Version
from fieldstation.core.people.model import Kind, Role
from fieldstation.core.runs.service.uses import Use
from fieldstation.kernel.paging import PageRequest, read_cursor
from tests.integration.runs.counting import statements
from tests.integration.runs.desk import Desk, Person
from tests.integration.runs.station import Station


def uses(desk: Desk, person: Person, version: Version, limit: int = 10) -> list[Use]:
    found: list[Use] = []
    after: tuple[str, ...] | None = None
    while True:
        with desk.begin() as tx:
            page = desk.features.uses.page(tx, person.caller, version, PageRequest(limit=limit, after=after))
        found += page.items
        if page.next is None:
            return found
        after = read_cursor(page.next)


@pytest.fixture
def rain(desk: Desk, ada: Person) -> Version:
    return desk.data(ada, "rain", {"a.csv": b"1", "b.csv": b"2"})


def test_runs_that_took_a_version_are_told_with_what_they_made(desk: Desk, ada: Person, rain: Version) -> None:
    first = desk.submit(ada, inputs={"data": ["rain:a.csv", "rain:b.csv"]}, output="made")
    desk.ended(first, files=[desk.file("out", b"1")])
    second = desk.submit(ada, inputs={"data": ["rain"]})
    desk.submit(ada)
    desk.data(ada, "rain", {"a.csv": b"3"})
    desk.submit(ada, inputs={"data": ["rain@2"]})
    for limit in (1, 10):
        found = uses(desk, ada, rain, limit)
        assert [(use.run.id, use.made) for use in found] == [(second.id, None), (first.id, "made")]


def test_one_sees_the_runs_of_ones_projects_and_results_that_one_may_read(
    desk: Desk, ada: Person, bob: Person, rain: Version
) -> None:
    run = desk.submit(ada, inputs={"data": ["rain"]}, output="made")
    desk.ended(run, files=[desk.file("out", b"1")])
    desk.share(Kind.DATASET, rain.dataset_id, bob)
    assert uses(desk, bob, rain) == []
    desk.share(Kind.PROJECT, run.project_id, bob)
    assert [(use.run.id, use.made) for use in uses(desk, bob, rain)] == [(run.id, None)]
    assert run.output_dataset_id is not None
    desk.share(Kind.DATASET, run.output_dataset_id, bob, Role.READER)
    assert [use.made for use in uses(desk, bob, rain)] == ["made"]


def test_many_uses_cost_as_many_statements_as_one(desk: Desk, ada: Person, rain: Version) -> None:
    def cost() -> int:
        with desk.begin() as tx, statements(desk.database) as seen:
            desk.features.uses.page(tx, ada.caller, rain, PageRequest(limit=1000))
        return len(seen)

    desk.submit(ada, inputs={"data": ["rain"]})
    few = cost()
    for _ in range(20):
        desk.submit(ada, inputs={"data": ["rain"]})
    assert cost() == few <= 4


def test_runs_are_found_by_id_name_and_tool(desk: Desk, ada: Person, bob: Person) -> None:
    named = desk.submit(ada, name="Rain of 100% May")
    plain = desk.submit(ada)

    def found(person: Person, *words: str, tools: Sequence[str] = ()) -> list[str]:
        with desk.begin() as tx:
            return [run.id for run in desk.features.run_search.find(tx, person.caller, words, tools, 10)]

    root = desk.person("root", operator=True)
    for person in (ada, root):
        assert found(person, "rain", "may") == [named.id]
        assert found(person, "100%") == [named.id]
        assert found(person, "0%x") == []
        assert found(person, plain.id) == [plain.id]
        assert found(person, plain.id[:-3])[0] in (plain.id, named.id)
        assert found(person, "paper", tools=["paper-tool"]) == [plain.id, named.id]
    assert found(bob, "rain") == found(bob, plain.id) == found(bob, "paper", tools=["paper-tool"]) == []


def test_the_door_finds_all_kinds_at_once(station: Station) -> None:
    mark = f"m{uuid.uuid4().hex[:8]}"
    tool = station.tool(f"tool-{mark}", "true", inputs={"data": {"media_types": ["text/csv"], "required": False}})
    station.upload(f"data-{mark}", {"a.csv": b"1"})
    run = station.submit("noop", name=f"run {mark}")
    other = station.submit(tool)
    found = station.get("/search", q=mark)
    assert f"data-{mark}" in {one["name"] for one in found["datasets"]} <= {f"data-{mark}", f"{tool}-results"}
    assert [one["name"] for one in found["tools"]] == [tool]
    assert {one["id"] for one in found["runs"]} == {run, other}
    version = station.get(f"/datasets/data-{mark}/versions/1")
    by_version = station.get("/search", q=version["id"])
    assert [one["id"] for one in by_version["datasets"]] == [version["dataset"]]
    assert station.get("/search", q=f" {version['dataset']} ")["datasets"][0]["name"] == f"data-{mark}"
    assert station.get("/search", q=" ") == {"datasets": [], "tools": [], "runs": []}
    assert station.get("/search", q="dataset-0198c5a1-7f3e-7cc1-9d2a-3f0d8f7f3b11")["datasets"] == []


def test_tools_that_take_a_version_are_those_with_an_input_for_its_files(station: Station) -> None:
    mark = f"t{uuid.uuid4().hex[:8]}"
    for name, types in {"csv": ["text/csv"], "family": ["image/*"], "any": [], "other": ["audio/ogg"]}.items():
        wanted = {"media_types": types} if types else {}
        station.tool(f"{name}-{mark}", "true", inputs={"data": {**wanted, "required": False}})
    station.upload(f"data-{mark}", {"a.csv": b"1", "b.png": b"2"})

    def takers(**query: str) -> set[str]:
        answer = station.client.get(f"/api/v1/datasets/data-{mark}/versions/1/tools", params={"limit": 1000, **query})
        assert answer.status_code == 200, answer.text
        found = [one["name"] for one in answer.json()["items"]]
        return {name.removesuffix(f"-{mark}") for name in found if name.endswith(mark)}

    assert takers() == {"csv", "family", "any"}
    assert takers(path="a.csv") == {"csv", "any"}
    answer = station.client.get(f"/api/v1/datasets/data-{mark}/versions/1/tools", params={"path": "none"})
    assert answer.status_code == 404
