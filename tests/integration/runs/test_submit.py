"""Submitting: what is refused, and the key that makes one run of many tries."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from fieldstation.core.people.model import Kind, Permission
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Run, Submission, SubmitKey
from fieldstation.core.runs.service.submit import InProgress
from fieldstation.core.runs.service.tidy import forget_submits
from fieldstation.kernel.errors import Conflict, Fault, FieldstationError, Forbidden, Invalid, NotFound
from tests.integration.runs.desk import Desk, Person

NEEDS = """
kind: Tool
name: {name}
version: 1.0.0
image: "host:"
command: [/bin/sh, -c, "true"]
inputs:
  table: {{media_types: [text/csv]}}
  more: {{required: false, many: true}}
outputs: {{all: {{glob: "**", required: false}}}}
"""


def key(person: Person, name: str = "k", body: str = "b1", route: str = "POST /api/v1/runs") -> SubmitKey:
    return SubmitKey(user_id=person.caller.user_id, route=route, key=name, body_digest=body)


def count(desk: Desk) -> int:
    with desk.begin() as tx:
        return int(tx.scalar(text("SELECT count(*) FROM run")))


def test_the_same_again_is_the_same_run(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada, key=key(ada))
    with desk.begin() as tx:
        again = desk.features.submits.submit(tx, ada.caller, Submission(tool="paper-tool"), key(ada))
    assert (again.run.id, again.repeated) == (run.id, True)
    assert count(desk) == 1


def test_the_answer_is_the_run_as_it_is_now(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada, key=key(ada))
    desk.ended(run)
    assert desk.submit(ada, key=key(ada)).state is State.SUCCEEDED


def test_another_body_is_refused(desk: Desk, ada: Person) -> None:
    desk.submit(ada, key=key(ada))
    with pytest.raises(Invalid) as caught:
        desk.submit(ada, key=key(ada, body="b2"))
    assert caught.value.reason == "idempotency_key_reused"
    assert count(desk) == 1


def test_keys_are_apart_by_person_and_route(desk: Desk, ada: Person, bob: Person) -> None:
    desk.tool(bob)
    runs = {
        desk.submit(ada, key=key(ada)).id,
        desk.submit(bob, key=key(bob)).id,
        desk.submit(ada, key=key(ada, route="POST /elsewhere")).id,
        desk.submit(ada, key=key(ada, name="k2")).id,
    }
    assert len(runs) == 4


def test_a_submit_that_failed_leaves_its_key_free(desk: Desk, ada: Person) -> None:
    with pytest.raises(NotFound):
        desk.submit(ada, "no-such-tool", key=key(ada))
    assert desk.submit(ada, key=key(ada, body="b2")).state is State.QUEUED


def test_while_the_first_is_at_work_the_second_is_told_to_come_again(desk: Desk, ada: Person) -> None:
    desk.submit(ada)  # so that there is a data set for outputs, which the one at work holds otherwise
    with desk.begin() as tx:
        first = desk.features.submits.submit(tx, ada.caller, Submission(tool="paper-tool"), key(ada))
        with pytest.raises(InProgress) as caught:
            desk.submit(ada, key=key(ada))
        assert isinstance(caught.value, Conflict)
        assert caught.value.fault is Fault.PASSING
        assert caught.value.retry_after_seconds
        desk.submit(ada, key=key(ada, name="other"))
    assert desk.submit(ada, key=key(ada)).id == first.run.id


def test_of_many_at_once_one_makes_the_run(desk: Desk, ada: Person) -> None:
    start = threading.Barrier(6)

    def ask(_: int) -> str | None:
        start.wait()
        try:
            return desk.submit(ada, key=key(ada)).id
        except InProgress:
            return None

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(ask, range(6))) - {None}
    assert len(answers) == 1
    assert count(desk) == 1


def test_two_first_runs_at_once_share_the_set_for_their_outputs(desk: Desk, ada: Person) -> None:
    start = threading.Barrier(4)

    def ask(_: int) -> str | None:
        start.wait()
        return desk.submit(ada).output_dataset_id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 1


def test_after_two_days_a_key_is_free_again(desk: Desk, ada: Person) -> None:
    desk.submit(ada, key=key(ada))
    desk.later += 47 * 3600
    with desk.begin() as tx:
        assert not forget_submits(tx)
    with pytest.raises(Invalid):
        desk.submit(ada, key=key(ada, body="b2"))
    desk.later += 2 * 3600
    with desk.begin() as tx:
        assert not forget_submits(tx)
    assert desk.submit(ada, key=key(ada, body="b2")).state is State.QUEUED
    assert count(desk) == 2


# what is refused, and that nothing of it stays

Try = Callable[[Desk, Person], object]


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        (lambda desk, who: desk.submit(who, "no-such-tool"), NotFound),
        (lambda desk, who: desk.submit(who, "paper-tool@9.9.9"), NotFound),
        (lambda desk, who: desk.submit(who, project="project-of-nobody"), NotFound),
        (lambda desk, who: desk.submit(who, parameters={"count": "many"}), Invalid),
        (lambda desk, who: desk.submit(who, parameters={"cuont": 1}), Invalid),
        (lambda desk, who: desk.submit(who, parameters={"count": 2**60}), Invalid),
        (lambda desk, who: desk.submit(who, inputs={"nothing": ["x"]}), Invalid),
        (lambda desk, who: desk.submit(who, inputs={"data": ["no-such-data"]}), Invalid),
        (lambda desk, who: desk.submit(who, priority=10), Invalid),
        (lambda desk, who: desk.submit(who, priority=-1), Invalid),
        (lambda desk, who: desk.submit(who, resources={"memory_bytes": 0}), Invalid),
        (lambda desk, who: desk.submit(who, resources={"colour": 1}), Invalid),
        (lambda desk, who: desk.submit(who, output="A Bad Name"), Invalid),
        (lambda desk, who: desk.submit(who, name="a\0b"), Invalid),
        (lambda desk, who: desk.submit(who, tag="a\0b"), Invalid),
        (lambda desk, who: desk.submit(who, tag="\ud800"), Invalid),
        (lambda desk, who: desk.submit(who, name="\udfff"), Invalid),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    desk: Desk, ada: Person, attempt: Try, error: type[FieldstationError]
) -> None:
    with pytest.raises(error):
        attempt(desk, ada)
    with desk.begin() as tx:
        assert [tx.scalar(text(f"SELECT count(*) FROM {table}")) for table in ("run", "dataset")] == [0, 0]


def test_every_fault_of_every_slot_is_named_at_once(desk: Desk, ada: Person) -> None:
    desk.tool(ada, "needs", NEEDS)
    desk.data(ada, "pictures", {"a.png": b"1", "b.png": b"2"})
    with pytest.raises(Invalid) as caught:
        desk.submit(ada, "needs", inputs={"table": ["pictures"], "more": ["gone", "pictures@7"]})
    assert [problem.where for problem in caught.value.problems] == ["/inputs/table", "/inputs/more", "/inputs/more"]
    assert "text/csv" in caught.value.problems[0].text


def test_a_slot_for_one_file_finds_it_by_its_type(desk: Desk, ada: Person) -> None:
    desk.tool(ada, "needs", NEEDS)
    version = desk.data(ada, "weather", {"deep/rain.csv": b"1", "readme.txt": b"2"})
    (found,) = desk.submit(ada, "needs", inputs={"table": ["weather"]}).inputs
    assert (found.path, found.target) == ("deep/rain.csv", "/inputs/table/rain.csv")
    assert found.version_id == version.id
    (named,) = desk.submit(ada, "needs", inputs={"table": ["weather@1:readme.txt"]}).inputs
    assert named.path == "readme.txt"


def test_a_slot_that_takes_many_keeps_each_apart(desk: Desk, ada: Person) -> None:
    desk.data(ada, "one", {"a": b"1"})
    desk.data(ada, "two", {"a": b"2"})
    run = desk.submit(ada, inputs={"data": ["one", "two:a", "one@1"]})
    assert [item.target for item in run.inputs] == ["/inputs/data/0", "/inputs/data/1/a", "/inputs/data/2"]


def test_an_input_is_the_version_that_was_newest_at_the_time(desk: Desk, ada: Person) -> None:
    first = desk.data(ada, "one", {"a": b"1"})
    run = desk.submit(ada, inputs={"data": ["one"]})
    desk.data(ada, "one", {"a": b"2"})
    assert [(item.version_id, item.number) for item in desk.show(run.id).inputs] == [(first.id, 1)]


def test_data_and_projects_of_others_are_as_if_they_were_not(desk: Desk, ada: Person, bob: Person) -> None:
    desk.data(ada, "secret", {"a": b"1"})
    desk.tool(bob)
    version = desk.data(ada, "shared", {"a": b"1"})
    tries: list[Callable[[], Run]] = [
        lambda: desk.submit(bob, inputs={"data": ["secret"]}),
        lambda: desk.submit(bob, inputs={"data": [version.dataset_id]}),
        lambda: desk.submit(bob, inputs={"data": [version.id]}),
    ]
    for attempt in tries:
        with pytest.raises(Invalid) as caught:
            attempt()
        assert "or you may not see it" in caught.value.problems[0].text
    with pytest.raises(NotFound):
        desk.submit(bob, project=ada.space)
    with pytest.raises(NotFound):
        desk.submit(bob, output=version.dataset_id)
    desk.share(Kind.DATASET, version.dataset_id, bob)
    assert desk.submit(bob, inputs={"data": ["shared"]}).state is State.QUEUED
    with pytest.raises(Forbidden):
        desk.submit(bob, output=version.dataset_id)


def test_a_token_narrowed_below_running_runs_nothing(desk: Desk, ada: Person) -> None:
    narrow = Person(caller=ada.narrowed(Permission.PROJECT_READ, Permission.DATASET_READ))
    with pytest.raises(Forbidden):
        desk.submit(narrow)


def test_defaults_are_filled_and_resources_are_what_was_asked(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada, resources={"memory_bytes": 5 << 20})
    assert run.parameters == {"count": 1}
    assert run.resources["memory_bytes"] == 5 << 20
    assert run.resources["pids"] == 256


def test_outputs_go_to_the_set_that_was_named_or_one_of_the_tools(desk: Desk, ada: Person) -> None:
    mine = desk.dataset(ada, "mine")
    assert desk.submit(ada, output="mine").output_dataset_id == mine
    assert desk.submit(ada, output=mine).output_dataset_id == mine
    made = desk.submit(ada).output_dataset_id
    assert made is not None
    assert desk.submit(ada).output_dataset_id == made
    with desk.begin() as tx:
        assert desk.features.datasets.show(tx, ada.caller, made).name == "paper-tool-results"
