"""Tasks as the rest of the station writes them: begun, moved and told about, one or many."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from fieldstation.core.tasks.model import (
    MOST_EVENTS,
    MOST_MOVES,
    MOST_TEXT,
    MOVES,
    Level,
    Move,
    NewEvent,
    NewTask,
    Purpose,
    Task,
    TaskEvent,
    TaskState,
)
from fieldstation.db.listen import Listener
from fieldstation.kernel.paging import PageRequest
from tests.integration.runs.counting import statements
from tests.integration.tasks.desk import Desk, Person


def states(desk: Desk, task: Task, who: Person) -> list[tuple[TaskState, str | None]]:
    with desk.begin() as tx:
        return [
            (passed.state, passed.message) for passed in desk.tasks.states(tx, desk.tasks.show(tx, who.caller, task.id))
        ]


def events(desk: Desk, task: Task, who: Person) -> list[TaskEvent]:
    with desk.begin() as tx:
        return list(desk.tasks.events(tx, who.caller, task.id, PageRequest(limit=1000)).items)


def wait_until(holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(0.01)


def tell(desk: Desk, *told: NewEvent) -> None:
    with desk.begin() as tx:
        desk.tasks.tell_many(tx, told)


def test_a_task_goes_through_its_states(desk: Desk, ada: Person) -> None:
    task = desk.task(ada, purpose=Purpose.INSTANCE, purpose_id="instance-1")
    assert (task.state, task.exit_code, task.done_at, task.username) == (TaskState.PENDING, None, None, "ada")
    with desk.begin() as tx:
        assert desk.tasks.started(tx, task.id)
        again = Move(task_id=task.id, state=TaskState.RETRY, message="the node went away")
        assert desk.tasks.move_many(tx, [again]) == {task.id}
        assert desk.tasks.started(tx, task.id)
        assert not desk.tasks.started(tx, task.id), "it is started already"
        assert desk.tasks.finished(tx, task.id, 3, "exit code 3")
        assert not desk.tasks.finished(tx, task.id, 0), "the end is the end"
        after = desk.tasks.show(tx, ada.caller, task.id)
    assert (after.state, after.exit_code) == (TaskState.FAILURE, 3)
    assert after.done_at is not None
    assert states(desk, task, ada) == [
        (TaskState.PENDING, None),
        (TaskState.STARTED, None),
        (TaskState.RETRY, "the node went away"),
        (TaskState.STARTED, None),
        (TaskState.FAILURE, "exit code 3"),
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(TaskState), max_size=8))
def test_a_task_moves_only_as_the_table_says(desk: Desk, wanted: list[TaskState]) -> None:
    with desk.begin() as tx:
        who = tx.scalar(text("SELECT id FROM station_user LIMIT 1")) or desk.person("ada").id
    with desk.begin() as tx:
        task = desk.tasks.begin(tx, who, NewTask(purpose=Purpose.FILE, purpose_id="file-1"))
        now = TaskState.PENDING
        for state in wanted:
            exit_code = {TaskState.SUCCESS: 0, TaskState.FAILURE: 1}.get(state)
            moved = desk.tasks.move_many(tx, [Move(task_id=task.id, state=state, exit_code=exit_code)])
            assert (task.id in moved) == (state in MOVES[now])
            now = state if moved else now


def test_a_task_that_is_tried_for_ever_keeps_a_bounded_number_of_states(desk: Desk, ada: Person) -> None:
    task = desk.task(ada)
    with desk.begin() as tx:
        for _ in range(MOST_MOVES):
            desk.tasks.started(tx, task.id)
            desk.tasks.move_many(tx, [Move(task_id=task.id, state=TaskState.RETRY, message="again")])
        assert desk.tasks.finished(tx, task.id, 1)
    assert len(states(desk, task, ada)) == MOST_MOVES + 1


def test_events_keep_their_order_and_may_replace_the_one_before(desk: Desk, ada: Person) -> None:
    task, other = desk.task(ada), desk.task(ada)
    tell(
        desk,
        NewEvent(task_id=task.id, text="10 %", replace_prior=True),
        NewEvent(task_id=other.id, text="of the other", level=Level.ERROR),
        NewEvent(task_id=task.id, text="20 %", replace_prior=True),
        NewEvent(task_id="task-none", text="of one that was removed"),
        NewEvent(task_id=task.id, text="and on", level=Level.DEBUG),
    )
    with desk.begin() as tx:
        desk.tasks.event(tx, task.id, Level.WARNING, "and off", replace_prior=True)
    assert [(one.ordinal, one.level, one.text) for one in events(desk, task, ada)] == [
        (1, Level.INFO, "20 %"),
        (2, Level.WARNING, "and off"),
    ]
    assert [(one.ordinal, one.text) for one in events(desk, other, ada)] == [(1, "of the other")]
    with desk.begin() as tx:
        assert desk.tasks.show(tx, ada.caller, task.id).events == 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  \n", "(blank)"),
        ("a\0b", "a\N{REPLACEMENT CHARACTER}b"),
        ("half \ud800 pair", "half ? pair"),
        ("x" * 5000, "x" * (MOST_TEXT - 1) + "…"),
        ("'; DROP TABLE task; -- {{ name }} \"", "'; DROP TABLE task; -- {{ name }} \""),
    ],
)
def test_whatever_is_told_is_kept_as_far_as_it_can_be(desk: Desk, ada: Person, given: str, kept: str) -> None:
    task = desk.task(ada)
    tell(desk, NewEvent(task_id=task.id, text=given))
    with desk.begin() as tx:
        desk.tasks.finished(tx, task.id, 1, given)
    assert [one.text for one in events(desk, task, ada)] == [kept]
    assert states(desk, task, ada)[-1] == (TaskState.FAILURE, kept)


def test_a_noisy_task_does_not_fill_the_table(desk: Desk, ada: Person) -> None:
    task = desk.task(ada)
    noise = [NewEvent(task_id=task.id, text=f"line {number}") for number in range(MOST_EVENTS + 50)]
    tell(desk, *noise)
    tell(desk, *noise[:3], NewEvent(task_id=task.id, text="last words", replace_prior=True))
    with desk.begin() as tx:
        page = desk.tasks.events(tx, ada.caller, task.id, PageRequest(limit=5, after=(str(MOST_EVENTS - 2),)))
        assert tx.scalar(text("SELECT count(*) FROM task_event")) == MOST_EVENTS
    assert [(one.ordinal, one.level) for one in page.items] == [
        (MOST_EVENTS - 1, Level.INFO),
        (MOST_EVENTS, Level.WARNING),
    ]
    assert page.items[-1].text == "there was more to tell than is kept of one task"
    assert page.next is None


def test_many_cost_as_many_statements_as_one(desk: Desk, ada: Person) -> None:
    counts = []
    for many in (1, 1000):
        with desk.begin() as tx, statements(desk.database) as seen:
            new = [(ada.id, NewTask(purpose=Purpose.INSTANCE, purpose_id=f"instance-{n}")) for n in range(many)]
            begun = desk.tasks.begin_many(tx, new)
            moved = desk.tasks.move_many(tx, [Move(task_id=task.id, state=TaskState.STARTED) for task in begun])
            desk.tasks.tell_many(tx, [NewEvent(task_id=task.id, text="hello") for task in begun])
        assert [task.purpose_id for task in begun] == [f"instance-{n}" for n in range(many)]
        assert len(moved) == many
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_news_wake_whoever_waits(desk: Desk, ada: Person) -> None:
    heard: list[str] = []
    listener = Listener(desk.database.dsn)
    listener.subscribe(heard.append)
    listener.start()
    try:
        wait_until(lambda: bool(heard))
        quiet = desk.task(ada)
        task = desk.task(ada, work="any")
        with desk.begin() as tx:
            desk.tasks.finished(tx, quiet.id, 0)
        wait_until(lambda: quiet.id in told("task.moved", heard))
    finally:
        listener.stop()
    assert task.id in told("task.queued", heard)
    assert quiet.id not in told("task.queued", heard)


def told(kind: str, notes: Sequence[str]) -> set[str]:
    """Return the things that notes of one kind name."""
    return {thing for note in notes for thing in note.split(" ")[1:] if note.startswith(f"{kind} ")}


def test_nothing_is_kept_of_a_transaction_that_fails(desk: Desk, ada: Person) -> None:
    with suppress(ZeroDivisionError), desk.begin() as tx:
        desk.tasks.begin(tx, ada.id, NewTask(purpose=Purpose.PROJECT, purpose_id="p", work="any"))
        raise ZeroDivisionError
    with desk.begin() as tx:
        assert tx.scalar(text("SELECT count(*) FROM task")) == tx.scalar(text("SELECT count(*) FROM operation")) == 0
