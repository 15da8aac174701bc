"""Where a version came from and what was made of it, as far as one may see."""

from typing import Any

import pytest
from sqlalchemy import text

from fieldstation.core.datasets.model import Version
from fieldstation.core.people.model import Kind, Permission, Role
from fieldstation.core.runs.model.find import RunFilter
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Run, RunOutput
from fieldstation.core.runs.service.lineage import Direction, Edge, Lineage
from fieldstation.kernel.errors import NotFound
from fieldstation.kernel.paging import PageRequest
from tests.integration.runs.counting import statements
from tests.integration.runs.desk import Desk, Person

_ALL_READ = text("""
    INSERT INTO run_input SELECT other.id, place, slot, version_id, dataset_id, number, manifest_digest, path, target
      FROM run_input, run other WHERE run_id = :id AND other.id <> :id
""")


def look(desk: Desk, person: Person, version_id: str, direction: Direction) -> Lineage:
    with desk.begin() as tx:
        return desk.features.lineages.lineage(tx, person.caller, version_id, direction)


def made(desk: Desk, person: Person, *inputs: str, project: str | None = None, output: str = "results") -> RunOutput:
    """Run the tool on some inputs and return what came of it."""
    run = desk.submit(person, inputs={"data": list(inputs)}, project=project, output=output)
    ended = desk.ended(run, files=[desk.file("out.txt", run.id.encode())])
    assert ended.output is not None
    return ended.output


def versions(found: Lineage) -> set[str]:
    return {version.id for version in found.versions}


@pytest.fixture
def rain(desk: Desk, ada: Person) -> Version:
    return desk.data(ada, "rain", {"a.csv": b"1"})


@pytest.fixture
def wind(desk: Desk, ada: Person) -> Version:
    return desk.data(ada, "wind", {"a.csv": b"2"})


def test_up_leads_to_everything_it_was_made_from(desk: Desk, ada: Person, rain: Version, wind: Version) -> None:
    middle = made(desk, ada, "rain", "wind", output="middle")
    end = made(desk, ada, middle.version_id, output="end")
    made(desk, ada, "rain", output="aside")
    found = look(desk, ada, end.version_id, Direction.UP)
    assert versions(found) == {rain.id, wind.id, middle.version_id, end.version_id}
    assert [found.names[one] for one in (rain.id, middle.version_id, end.version_id)] == ["rain", "middle", "end"]
    assert len(found.runs) == 2
    assert len(found.edges) == 5
    assert not found.cut
    first = next(run for run in found.runs if run.output == middle)
    assert Edge(run_id=first.id, version_id=rain.id, slot="data") in found.edges
    assert Edge(run_id=first.id, version_id=middle.version_id) in found.edges


def test_down_leads_to_everything_that_was_made_of_it(desk: Desk, ada: Person, rain: Version, wind: Version) -> None:
    middle = made(desk, ada, "rain", "wind", output="middle")
    end = made(desk, ada, middle.version_id, output="end")
    aside = made(desk, ada, "rain", output="aside")
    found = look(desk, ada, rain.id, Direction.DOWN)
    assert versions(found) >= {rain.id, middle.version_id, end.version_id, aside.version_id}
    assert len(found.runs) == 3
    assert versions(look(desk, ada, end.version_id, Direction.DOWN)) == {end.version_id}


def test_what_nobody_made_has_no_past(desk: Desk, ada: Person, rain: Version) -> None:
    found = look(desk, ada, rain.id, Direction.UP)
    assert (versions(found), list(found.runs), list(found.edges)) == ({rain.id}, [], [])


def test_a_run_that_failed_made_nothing_but_read(desk: Desk, ada: Person, rain: Version) -> None:
    failed = desk.ended(desk.submit(ada, inputs={"data": ["rain"]}), 1)
    found = look(desk, ada, rain.id, Direction.DOWN)
    assert [run.id for run in found.runs] == [failed.id]
    assert versions(found) == {rain.id}


def test_a_result_used_again_was_made_by_the_first(desk: Desk, ada: Person, rain: Version) -> None:
    first = made(desk, ada, "rain")
    again = desk.submit(ada, inputs={"data": ["rain"]}, output="results", reuse=True)
    assert again.output == first
    found = look(desk, ada, first.version_id, Direction.UP)
    assert [run.id for run in found.runs] == [again.reused_from]


def test_a_circle_of_data_sets_is_none_of_versions(desk: Desk, ada: Person) -> None:
    first = desk.data(ada, "loop", {"a": b"1"})
    second = made(desk, ada, "loop", output="loop")
    third = made(desk, ada, "loop", output="loop")
    assert [second.number, third.number] == [2, 3]
    found = look(desk, ada, third.version_id, Direction.UP)
    assert versions(found) == {first.id, second.version_id, third.version_id}


def test_an_outsider_sees_nothing(desk: Desk, ada: Person, bob: Person, rain: Version) -> None:
    output = made(desk, ada, "rain")
    for direction in Direction:
        for version in (rain.id, output.version_id):
            found = look(desk, bob, version, direction)
            assert (versions(found), list(found.runs), list(found.edges), dict(found.names)) == (set(), [], [], {})


def test_who_reads_the_data_but_not_the_project_sees_no_run(
    desk: Desk, ada: Person, bob: Person, rain: Version
) -> None:
    output = made(desk, ada, "rain")
    desk.share(Kind.DATASET, output.dataset_id, bob)
    desk.share(Kind.DATASET, rain.dataset_id, bob)
    found = look(desk, bob, output.version_id, Direction.UP)
    assert (versions(found), list(found.runs), list(found.edges)) == ({output.version_id}, [], [])
    desk.share(Kind.PROJECT, ada.space, bob, Role.READER)
    assert versions(look(desk, bob, output.version_id, Direction.UP)) == {output.version_id, rain.id}


def test_who_sees_the_project_but_not_an_input_sees_no_edge_to_it(
    desk: Desk, ada: Person, bob: Person, rain: Version
) -> None:
    output = made(desk, ada, "rain")
    desk.share(Kind.DATASET, output.dataset_id, bob)
    desk.share(Kind.PROJECT, ada.space, bob, Role.READER)
    found = look(desk, bob, output.version_id, Direction.UP)
    assert versions(found) == {output.version_id}
    assert [edge.version_id for edge in found.edges] == [output.version_id]
    assert rain.id not in found.names


def test_the_past_of_what_is_in_the_trash_stays(desk: Desk, ada: Person, rain: Version) -> None:
    output = made(desk, ada, "rain")
    with desk.begin() as tx:
        desk.features.trash.put(tx, ada.caller, "rain")
    assert versions(look(desk, ada, output.version_id, Direction.UP)) == {output.version_id, rain.id}


def test_very_much_is_cut_and_says_so(desk: Desk, ada: Person, rain: Version) -> None:
    run = desk.submit(ada, inputs={"data": ["rain"]})
    desk.copies(run, 600)
    with desk.begin() as tx:
        tx.execute(_ALL_READ, {"id": run.id})
    found = look(desk, ada, rain.id, Direction.DOWN)
    assert found.cut
    assert 400 < len(found.runs) <= 600


def test_each_step_costs_the_same_whatever_there_is_to_see(desk: Desk, ada: Person, rain: Version) -> None:
    middle = made(desk, ada, "rain", output="middle")
    made(desk, ada, middle.version_id, output="end")
    with statements(desk.database) as few:
        look(desk, ada, rain.id, Direction.DOWN)
    for number in range(8):
        made(desk, ada, middle.version_id, "rain", output=f"end-{number}")
    with statements(desk.database) as many:
        found = look(desk, ada, rain.id, Direction.DOWN)
    assert len(found.runs) == 10
    assert len(many) == len(few)


# reading runs


def page(desk: Desk, person: Person, limit: int = 10, **filters: Any) -> list[str]:
    with desk.begin() as tx:
        found = desk.features.runs.page(tx, person.caller, PageRequest(limit=limit), RunFilter(**filters))
    return [run.id for run in found.items]


def outsiders_tries(desk: Desk, run: Run, who: Person) -> None:
    """Try every way to see or touch a run; each must say that there is none."""
    features, caller = desk.features, who.caller
    with desk.begin() as tx:
        for attempt in (
            lambda: features.runs.show(tx, caller, run.id),
            lambda: features.runs.events(tx, caller, run.id),
            lambda: features.runs.attempts(tx, caller, run.id),
            lambda: features.explains.explain(tx, caller, run.id),
            lambda: features.logs.place(tx, caller, run.id),
            lambda: features.cancels.cancel(tx, caller, run.id),
        ):
            with pytest.raises(NotFound) as caught:
                attempt()
            with pytest.raises(NotFound) as unknown:
                features.runs.show(tx, caller, "run-of-nobody")
            assert (caught.value.text, caught.value.next_step) == (unknown.value.text, unknown.value.next_step)
        assert features.runs.several(tx, caller, [run.id]) == {}


def test_an_outsider_sees_no_run(desk: Desk, ada: Person, bob: Person) -> None:
    run = desk.submit(ada)
    outsiders_tries(desk, run, bob)
    assert page(desk, bob) == []
    assert page(desk, bob, project=ada.space) == []
    assert desk.show(run.id) == run


def test_a_token_that_leaves_projects_out_sees_no_run(desk: Desk, ada: Person) -> None:
    desk.submit(ada)
    narrow = Person(caller=ada.narrowed(Permission.DATASET_READ))
    assert page(desk, narrow) == []


def test_runs_come_newest_first_from_all_projects_that_one_sees(desk: Desk, ada: Person, bob: Person) -> None:
    desk.tool(bob)
    shared = desk.project(ada, "shared")
    runs = [desk.submit(ada).id, desk.submit(bob).id, desk.submit(ada, project=shared).id, desk.submit(bob).id]
    assert page(desk, bob) == [runs[3], runs[1]]
    desk.share(Kind.PROJECT, shared, bob)
    assert page(desk, bob) == [runs[3], runs[2], runs[1]]
    assert page(desk, ada) == [runs[2], runs[0]]
    assert page(desk, desk.person("root", operator=True)) == runs[::-1]
    assert page(desk, bob, project=shared) == [runs[2]]
    assert page(desk, bob, limit=2) == [runs[3], runs[2]]


def test_runs_are_found_by_state_and_tool(desk: Desk, ada: Person) -> None:
    desk.tool(ada, "other")
    ended = desk.ended(desk.submit(ada))
    queued = desk.submit(ada, "other")
    assert page(desk, ada, state=State.QUEUED) == [queued.id]
    assert page(desk, ada, state=State.SUCCEEDED) == [ended.id]
    assert page(desk, ada, tool="other") == [queued.id]
    assert page(desk, ada, tool="other", state=State.SUCCEEDED) == []


def test_pages_put_together_are_all_runs(desk: Desk, ada: Person) -> None:
    runs = [desk.submit(ada).id for _ in range(7)]
    seen: list[str] = []
    after: tuple[str, ...] | None = None
    while True:
        with desk.begin() as tx:
            found = desk.features.runs.page(tx, ada.caller, PageRequest(limit=3, after=after), RunFilter())
        seen += [run.id for run in found.items]
        if found.next is None:
            break
        after = (found.items[-1].id,)
    assert seen == runs[::-1]
