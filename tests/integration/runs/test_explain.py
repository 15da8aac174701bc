"""Why a run waits, how it ended, and why a result was or was not used again: in words that name what differs."""

from fieldstation.core.people.model import Kind, Role
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.service.explain import Explanation
from tests.integration.runs.desk import TOOL, Desk, Person


def explain(desk: Desk, person: Person, run: Run) -> Explanation:
    with desk.begin() as tx:
        return desk.features.explains.explain(tx, person.caller, run.id)


def made(desk: Desk, person: Person, run: Run) -> Run:
    """Bring the only queued run to success with one output."""
    return desk.ended(run, files=[desk.file("out.txt", run.id.encode())])


def test_a_waiting_run_is_told_its_place(desk: Desk, ada: Person, bob: Person) -> None:
    desk.tool(bob)
    first, second = desk.submit(ada), desk.submit(ada)
    urgent = desk.submit(bob, priority=9)
    last = desk.submit(ada, priority=0)
    places = {run.id: explain(desk, ada, run).waiting for run in (first, second, last)}
    assert [waiting.ahead for waiting in places.values() if waiting] == [1, 2, 3]
    waiting = explain(desk, bob, urgent).waiting
    assert waiting is not None
    assert (waiting.ahead, waiting.reason) == (0, Reason.WAITING_FOR_SLOTS)
    assert waiting.estimate_seconds is None


def test_who_waited_a_level_longer_is_before_who_came_with_one_more(desk: Desk, ada: Person) -> None:
    old = desk.submit(ada, priority=4)
    desk.later += 40 * 60
    new = desk.submit(ada, priority=5)
    ahead = [waiting.ahead for run in (old, new) if (waiting := explain(desk, ada, run).waiting)]
    assert ahead == [0, 1]


def test_where_runs_ended_of_late_there_is_an_estimate(desk: Desk, ada: Person) -> None:
    for _ in range(3):
        claim = desk.running(desk.submit(ada))
        desk.later += 60
        desk.ends(claim)
    runs = [desk.submit(ada) for _ in range(3)]
    seconds = [waiting.estimate_seconds for run in runs if (waiting := explain(desk, ada, run).waiting)]
    assert len(seconds) == 3
    assert seconds == sorted(seconds, key=lambda one: one or 0)
    assert 0 < (seconds[0] or 0) < (seconds[2] or 0) < 1000


def test_a_held_run_says_what_it_waits_for(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    with desk.begin() as tx:
        desk.dispatching.hold_for_engine(tx)
    waiting = explain(desk, ada, run).waiting
    assert waiting is not None
    assert (waiting.reason, waiting.ahead) == (Reason.NO_ENGINE, None)
    assert "doctor" in waiting.meaning.next_step


def test_what_is_at_work_or_over_does_not_wait(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    desk.claim()
    assert explain(desk, ada, run).waiting is None


def test_a_failure_is_explained_by_its_reason(desk: Desk, ada: Person) -> None:
    failed = desk.ended(desk.submit(ada), 3)
    ended = explain(desk, ada, failed).ended
    assert ended is not None
    assert "exit code" in ended.text
    assert explain(desk, ada, desk.ended(desk.submit(ada))).ended is None


def test_a_result_used_again_says_whose(desk: Desk, ada: Person) -> None:
    first = made(desk, ada, desk.submit(ada))
    again = desk.submit(ada, reuse=True)
    assert (again.state, again.reused_from, again.output) == (State.SUCCEEDED, first.id, first.output)
    assert again.attempts == 0
    reuse = explain(desk, ada, again).reuse
    assert (reuse.reused_from, reuse.differs) == (first.id, ())
    assert first.id in reuse.text
    assert desk.events(again.id) == ["succeeded"]


def test_an_input_that_differs_is_named(desk: Desk, ada: Person) -> None:
    desk.data(ada, "weather", {"a.csv": b"1"})
    first = made(desk, ada, desk.submit(ada, inputs={"data": ["weather"]}, parameters={"count": 1}))
    desk.data(ada, "weather", {"a.csv": b"2"})
    second = desk.submit(ada, inputs={"data": ["weather"]}, parameters={"count": 2}, reuse=True)
    assert second.reused_from is None
    reuse = explain(desk, ada, second).reuse
    assert reuse.nearest == first.id
    assert list(reuse.differs) == ["inputs./inputs/data/0", "parameters.count"]
    assert "inputs./inputs/data/0" in reuse.text


def test_the_same_bytes_in_another_version_are_the_same_input(desk: Desk, ada: Person) -> None:
    desk.data(ada, "weather", {"a.csv": b"1"})
    first = made(desk, ada, desk.submit(ada, inputs={"data": ["weather"]}))
    desk.data(ada, "weather", {"a.csv": b"1"})
    desk.data(ada, "copy", {"a.csv": b"1"})
    assert desk.submit(ada, inputs={"data": ["weather@2"]}, reuse=True).reused_from == first.id
    assert desk.submit(ada, inputs={"data": ["copy"]}, reuse=True).reused_from == first.id


def test_of_several_the_nearest_is_named(desk: Desk, ada: Person) -> None:
    near = made(desk, ada, desk.submit(ada, parameters={"count": 1, "name": "x"}))
    made(desk, ada, desk.submit(ada, parameters={"count": 7, "name": "y"}))
    reuse = explain(desk, ada, desk.submit(ada, parameters={"count": 2, "name": "x"}, reuse=True)).reuse
    assert (reuse.nearest, list(reuse.differs)) == (near.id, ["parameters.count"])


def test_a_result_in_the_trash_is_not_used_and_that_is_said(desk: Desk, ada: Person) -> None:
    first = made(desk, ada, desk.submit(ada))
    with desk.begin() as tx:
        desk.features.trash.put(tx, ada.caller, "paper-tool-results")
    second = desk.submit(ada, reuse=True)
    assert second.reused_from is None
    reuse = explain(desk, ada, second).reuse
    assert (reuse.nearest, list(reuse.differs)) == (first.id, [])
    assert "gone" in reuse.text


def test_a_result_that_came_later_is_not_said_to_be_gone(desk: Desk, ada: Person) -> None:
    first = desk.submit(ada)
    claimed = desk.collectable(first)
    second = desk.submit(ada, reuse=True)
    desk.finish(claimed, files=[desk.file("a", b"1")])
    reuse = explain(desk, ada, second).reuse
    assert reuse.nearest == first.id
    assert "gone" not in reuse.text
    assert "not ended" in reuse.text


def test_switched_off_and_never_are_said(desk: Desk, ada: Person) -> None:
    made(desk, ada, desk.submit(ada))
    off = desk.submit(ada, reuse=False)
    assert off.reused_from is None
    assert not explain(desk, ada, off).reuse.wanted
    assert "switched off" in explain(desk, ada, off).reuse.text
    desk.tool(ada, "dice", TOOL + "\ndeterministic: false\n")
    assert "not deterministic" in explain(desk, ada, desk.submit(ada, "dice", reuse=True)).reuse.text


def test_a_first_run_has_nothing_to_be_compared_with(desk: Desk, ada: Person) -> None:
    reuse = explain(desk, ada, desk.submit(ada, reuse=True)).reuse
    assert (reuse.nearest, list(reuse.differs)) == (None, [])


def test_a_failure_is_never_used_again(desk: Desk, ada: Person) -> None:
    desk.ended(desk.submit(ada), 1)
    assert desk.submit(ada, reuse=True).reused_from is None


def public(desk: Desk, ada: Person, bob: Person) -> str:
    """Let both use one tool."""
    with desk.begin() as tx:
        tool = desk.features.tools.resolve(tx, ada.caller, "paper-tool").tool_id
    desk.share(Kind.TOOL, tool, bob)
    return tool


def test_a_result_that_one_may_not_read_is_not_given_and_not_named(desk: Desk, ada: Person, bob: Person) -> None:
    tool = public(desk, ada, bob)
    first = made(desk, ada, desk.submit(ada, tool))
    mine = desk.submit(bob, tool, reuse=True)
    assert mine.reused_from is None
    reuse = explain(desk, bob, mine).reuse
    assert reuse.nearest is None
    assert first.id not in reuse.text


def test_a_result_that_one_may_read_is_given(desk: Desk, ada: Person, bob: Person) -> None:
    tool = public(desk, ada, bob)
    first = made(desk, ada, desk.submit(ada, tool))
    assert first.output is not None
    desk.share(Kind.DATASET, first.output.dataset_id, bob)
    mine = desk.submit(bob, tool, reuse=True)
    assert mine.reused_from == first.id
    assert mine.output is not None, "a version in a data set of bob's own, made without running anything"
    assert mine.output.dataset_id != first.output.dataset_id


def test_a_run_without_outputs_of_a_project_that_one_does_not_see_is_not_given(
    desk: Desk, ada: Person, bob: Person
) -> None:
    tool = public(desk, ada, bob)
    first = desk.ended(desk.submit(ada, tool))
    assert desk.submit(bob, tool, reuse=True).reused_from is None
    desk.share(Kind.PROJECT, ada.space, bob, Role.READER)
    assert desk.submit(bob, tool, reuse=True).reused_from == first.id


def test_a_tag_sets_runs_apart(desk: Desk, ada: Person) -> None:
    first = made(desk, ada, desk.submit(ada, tag="a"))
    other = desk.submit(ada, tag="b", reuse=True)
    assert other.reused_from is None
    assert list(explain(desk, ada, other).reuse.differs) == ["tag"]
    assert desk.submit(ada, tag="a", reuse=True).reused_from == first.id
