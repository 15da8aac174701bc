"""Operations are done to their end, by one at a time, whatever happens to who does them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from fieldstation.core.news.service import News
from fieldstation.core.people.model import Permission
from fieldstation.core.tasks.model import Level, NewTask, Purpose, Task, TaskState
from fieldstation.core.tasks.service import Operations
from fieldstation.core.tasks.store import operations
from fieldstation.db import Database
from fieldstation.kernel.errors import Broken, Conflict, Invalid, Problem, Unavailable
from fieldstation.kernel.logs import configure_logs, follow_errors, request_id
from fieldstation.kernel.paging import PageRequest
from fieldstation.workers.loop import Loop
from fieldstation.workers.perform import MOST_DEATHS, MOST_FAILURES, Assignment, Handler, Interrupted, Perform
from tests.integration.tasks.desk import Desk, Person

WORK = "test.work"
_STEPS = "CREATE TABLE step (task text, number int, PRIMARY KEY (task, number))"
_QUEUE = text("SELECT holder, failures, deaths, due_at > station_now() AS later FROM operation WHERE task_id = :id")
_DUE = text("UPDATE operation SET due_at = station_now()")
_LOSE = text("UPDATE operation SET lease_expires = station_now() - interval '1 second'")


class Does:
    """A handler that does what a test says."""

    def __init__(self, deed: Callable[[Assignment], object]) -> None:
        self._deed = deed

    def perform(self, assignment: Assignment) -> None:
        self._deed(assignment)


@pytest.fixture
def desk(database: Database) -> Desk:
    with database.begin() as tx:
        tx.execute(text(_STEPS))
    return Desk(database)


@pytest.fixture
def ada(desk: Desk) -> Person:
    return desk.person("ada")


def performer(desk: Desk, deed: Callable[[Assignment], Any], **options: Any) -> Perform:
    handlers: Mapping[str, Handler] = {WORK: Does(deed)}
    return Perform(desk.database, Operations(desk.tasks), handlers, **options)


def states(desk: Desk, who: Person, task: Task) -> list[tuple[TaskState, str | None]]:
    with desk.begin() as tx:
        return [
            (passed.state, passed.message) for passed in desk.tasks.states(tx, desk.tasks.show(tx, who.caller, task.id))
        ]


def told(desk: Desk, who: Person, task: Task) -> list[str]:
    with desk.begin() as tx:
        return [event.text for event in desk.tasks.events(tx, who.caller, task.id, PageRequest()).items]


def queued(desk: Desk, task: Task) -> Any:
    with desk.begin() as tx:
        return tx.one_or_none(_QUEUE, {"id": task.id})


def make(desk: Desk, statement: Any) -> None:
    with desk.begin() as tx:
        tx.execute(statement)


@contextmanager
def errors() -> Iterator[list[tuple[str, BaseException]]]:
    """Collect what is logged as an error, as incidents are."""
    configure_logs("error")
    seen: list[tuple[str, BaseException]] = []
    end = follow_errors(lambda place, error, _request: seen.append((place, error)))
    try:
        yield seen
    finally:
        end()


def wait_until(holds: Callable[[], object]) -> None:
    while not holds():
        time.sleep(0.01)


def test_an_operation_is_done_and_ends_its_task(desk: Desk, ada: Person) -> None:
    seen: list[tuple[Any, ...]] = []

    def deed(given: Assignment) -> None:
        with desk.begin() as tx:
            assert Operations(desk.tasks).counts(tx) == {"waiting": 1, "at_work": 1}
        given.tell("looking")
        given.tell("found {{ it }}", Level.WARNING)
        given.tell("found it", replace_prior=True)
        given.check()
        seen.append((given.operation.payload, given.operation.project, given.operation.user_id, request_id.get()))

    token = request_id.set("request-1")
    project = desk.project(ada)
    task = desk.task(ada, project=project, work=WORK, payload={"path": "'a' \"b\" {{ c }}\n"})
    request_id.reset(token)
    other = desk.task(ada, work="another.work")
    perform = performer(desk, deed)
    assert perform.step() == 0.0
    assert perform.step() > 0, "there is nothing else that it can do"
    assert seen == [({"path": "'a' \"b\" {{ c }}\n"}, project, ada.id, "request-1")]
    assert request_id.get() == ""
    assert states(desk, ada, task) == [(TaskState.PENDING, None), (TaskState.STARTED, None), (TaskState.SUCCESS, None)]
    assert told(desk, ada, task) == ["looking", "found it"]
    assert queued(desk, task) is None
    assert queued(desk, other).holder is None


def test_who_asked_hears_of_it(desk: Desk, ada: Person) -> None:
    news, others = News(desk.access), [desk.person("bob"), desk.person("root", operator=True)]
    quiet = desk.task(ada)
    task = desk.task(ada, work=WORK, project=desk.project(others[0]))
    performer(desk, lambda _given: None).step()
    with desk.begin() as tx:
        desk.tasks.finished(tx, quiet.id, 0)
    told = [(f"task.{state}", task.id) for state in ("success", "started", "pending")]
    heard: list[list[tuple[str, str]]] = []
    for _ in range(600):  # what other transactions of the server could still come before is not told yet
        with desk.begin() as tx:
            heard = [
                [(item.kind, item.thing) for item in news.newest(tx, caller, 50)]
                for caller in (ada.caller, *(who.caller for who in others), ada.narrowed(Permission.TOOL_USE))
            ]
        if heard == [told, [], told, []]:
            return
        threading.Event().wait(0.1)
    raise AssertionError(f"never heard as it should be: {heard}")


def test_who_can_do_nothing_does_nothing(desk: Desk, ada: Person) -> None:
    task = desk.task(ada, work=WORK)
    assert Perform(desk.database, Operations(desk.tasks), {}).step() > 0
    assert queued(desk, task).holder is None


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Conflict("it is there already", next_step="take another name"), "it is there already (take another name)"),
        (
            Invalid("two faults", next_step="mend them", problems=[Problem(where="line 1", text="is '{{ x }}'")]),
            "two faults\n  line 1: is '{{ x }}' (mend them)",
        ),
    ],
)
def test_what_is_their_fault_who_asked_fails_at_once(desk: Desk, ada: Person, error: Exception, said: str) -> None:
    def deed(_given: Assignment) -> None:
        raise error

    task = desk.task(ada, work=WORK)
    with errors() as seen:
        performer(desk, deed).step()
    assert states(desk, ada, task)[2:] == [(TaskState.FAILURE, said)]
    assert not seen
    assert queued(desk, task) is None
    with desk.begin() as tx:
        assert desk.tasks.show(tx, ada.caller, task.id).exit_code == 1


@pytest.mark.parametrize(
    ("error", "said", "kept"),
    [
        (Unavailable("the volume is away", next_step="wait"), "the volume is away (wait)", 0),
        (OSError(28, "No space left on device", "/secret/place"), "the system says: No space left on device", 0),
        (Broken("no key", next_step="tell the operator"), "no key (tell the operator)", 1),
        (ValueError("the secret is 1234"), "the station met an error that it did not expect", 1),
    ],
)
def test_what_may_pass_is_tried_again_later_but_not_for_ever(
    desk: Desk, ada: Person, error: Exception, said: str, kept: int
) -> None:
    def deed(_given: Assignment) -> None:
        raise error

    task = desk.task(ada, work=WORK)
    perform = performer(desk, deed)
    with errors() as seen:
        for failures in range(1, MOST_FAILURES):
            assert perform.step() == 0.0
            assert perform.step() > 0, "it is not due yet"
            row = queued(desk, task)
            assert (row.holder, row.failures, row.deaths, row.later) == (None, failures, 0, True)
            make(desk, _DUE)
        perform.step()
    assert len(seen) == kept * MOST_FAILURES
    passed = states(desk, ada, task)
    assert [state for state, _ in passed[1:]] == [TaskState.STARTED, TaskState.RETRY] * (MOST_FAILURES - 1) + [
        TaskState.STARTED,
        TaskState.FAILURE,
    ]
    assert all(message.startswith(said) for _, message in passed if message is not None)
    assert "secret" not in str(passed)
    assert queued(desk, task) is None


def test_it_succeeds_when_what_was_away_is_there_again(desk: Desk, ada: Person) -> None:
    tries: list[int] = []

    def deed(given: Assignment) -> None:
        tries.append(given.operation.failures)
        if len(tries) < 3:
            raise Unavailable("away", next_step="wait")

    task = desk.task(ada, work=WORK)
    for _ in range(3):
        performer(desk, deed).step()
        make(desk, _DUE)
    assert tries == [0, 1, 2]
    assert states(desk, ada, task)[-1] == (TaskState.SUCCESS, None)


def test_many_performers_never_do_one_operation_twice(desk: Desk, ada: Person) -> None:
    done: list[str] = []

    def deed(given: Assignment) -> None:
        time.sleep(0.002)
        done.append(given.operation.task_id)

    tasks = [desk.task(ada, work=WORK) for _ in range(60)]
    performers = [performer(desk, deed) for _ in range(6)]

    def work(perform: Perform) -> None:
        while perform.step() == 0.0:
            pass

    threads = [threading.Thread(target=work, args=(one,)) for one in performers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [task.id for task in tasks]
    assert {states(desk, ada, task)[-1][0] for task in tasks} == {TaskState.SUCCESS}


def test_nobody_waits_for_all_that_another_asked_for(desk: Desk, ada: Person) -> None:
    done: list[str] = []
    perform = performer(desk, lambda given: done.append(given.operation.user_id))
    for _ in range(20):
        desk.task(ada, work=WORK)
    perform.step()
    bob, cleo = desk.person("bob"), desk.person("cleo")
    for who in (bob, bob, cleo):
        desk.task(who, work=WORK)
    while perform.step() == 0.0:
        pass
    assert done[:6] == [ada.id, bob.id, cleo.id, ada.id, bob.id, ada.id]
    assert done[6:] == [ada.id] * 17


def test_operations_of_one_person_are_done_in_their_order(desk: Desk, ada: Person) -> None:
    done: list[str] = []
    tasks = [desk.task(ada, work=WORK) for _ in range(5)]
    perform = performer(desk, lambda given: done.append(given.operation.task_id))
    while perform.step() == 0.0:
        pass
    assert done == [task.id for task in tasks]


@pytest.mark.parametrize("people", [1, 50])
def test_a_claim_costs_the_same_however_many_wait(desk: Desk, ada: Person, people: int) -> None:
    users = [ada] + [desk.person(f"user-{number}") for number in range(1, people)]
    claim = text("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + operations._CLAIM.text)
    values = {"holder": "somebody", "works": [WORK], "seconds": 15.0, "dead": []}
    touched: list[int] = []
    for many in (1000, 20_000):
        with desk.begin() as tx:
            new = NewTask(purpose=Purpose.FILE, purpose_id="file-1", work=WORK)
            desk.tasks.begin_many(tx, [(users[number % people].id, new) for number in range(many)])
        with desk.begin() as tx:
            (explained,) = tx.listed(claim, values)[0][0]
        touched.append(explained["Plan"]["Shared Hit Blocks"] + explained["Plan"]["Shared Read Blocks"])
    assert touched[1] < 2 * touched[0] + 200, touched


def test_a_lost_operation_is_not_gone_on_with(desk: Desk, ada: Person) -> None:
    """Whoever comes late writes nothing, neither in a step nor at the end."""
    heard: list[str] = []

    def slow(given: Assignment) -> None:
        make(desk, _LOSE)
        performer(desk, lambda taken: taken.tell("done by the other")).step()
        with pytest.raises(Interrupted):
            given.tell("done late")
        with pytest.raises(Interrupted):
            given.check()
        heard.append("interrupted")

    task = desk.task(ada, work=WORK)
    performer(desk, slow).step()
    assert heard == ["interrupted"]
    assert told(desk, ada, task) == ["done by the other"]
    assert [state for state, _ in states(desk, ada, task)] == [TaskState.PENDING, TaskState.STARTED, TaskState.SUCCESS]


def test_a_late_failure_changes_nothing(desk: Desk, ada: Person) -> None:
    def slow(_given: Assignment) -> None:
        make(desk, _LOSE)
        performer(desk, lambda _taken: None).step()
        raise Conflict("the other did it", next_step="nothing")

    task = desk.task(ada, work=WORK)
    performer(desk, slow).step()
    assert states(desk, ada, task)[-1] == (TaskState.SUCCESS, None)


def test_nobody_takes_an_operation_in_the_middle_of_a_step(desk: Desk, ada: Person) -> None:
    """A claim that ran out is safe from others while a transaction holds it; renewing it goes on meanwhile."""
    taken: list[str] = []

    def slow(given: Assignment) -> None:
        make(desk, _LOSE)
        other = performer(desk, lambda given: taken.append(given.operation.task_id))
        with desk.begin() as tx:
            given.hold(tx)
            assert other.step() > 0
            with desk.begin() as renewing:
                assert Operations(desk.tasks).renew(renewing, given.operation, 30.0)
        assert other.step() > 0

    task = desk.task(ada, work=WORK)
    performer(desk, slow).step()
    assert taken == []
    assert states(desk, ada, task)[-1] == (TaskState.SUCCESS, None)


def test_a_claim_is_renewed_for_as_long_as_it_takes(desk: Desk, ada: Person) -> None:
    taken: list[str] = []
    expiry = text("SELECT lease_expires FROM operation")

    def slow(_given: Assignment) -> None:
        with desk.begin() as tx:
            first = last = tx.scalar(expiry)
        while (last - first).total_seconds() < 3 * 0.9:
            assert performer(desk, lambda given: taken.append(given.operation.task_id)).step() > 0
            time.sleep(0.05)
            with desk.begin() as tx:
                last = tx.scalar(expiry)

    task = desk.task(ada, work=WORK)
    performer(desk, slow, lease_seconds=0.9).step()
    assert taken == []
    assert queued(desk, task) is None


def test_who_is_to_stop_leaves_the_rest_to_another(desk: Desk, ada: Person) -> None:
    begun = threading.Event()

    def long(given: Assignment) -> None:
        begun.set()
        while True:
            given.check()
            time.sleep(0.01)

    task = desk.task(ada, work=WORK)
    perform = performer(desk, long)
    loop = Loop("perform", perform.step)
    perform.stopping = loop.is_stopping
    loop.start()
    begun.wait()
    loop.stop()
    loop.join(60)
    row = queued(desk, task)
    assert (row.holder, row.failures, row.deaths, row.later) == (None, 0, 0, False)
    performer(desk, lambda _given: None).step()
    assert [state for state, _ in states(desk, ada, task)] == [TaskState.PENDING, TaskState.STARTED, TaskState.SUCCESS]


def test_what_kills_everybody_is_given_up(desk: Desk, ada: Person) -> None:
    task = desk.task(ada, work=WORK)
    make(desk, text(f"UPDATE operation SET deaths = {MOST_DEATHS}, holder = 'gone', lease_expires = station_now()"))
    performed: list[Assignment] = []
    performer(desk, performed.append).step()
    assert performed == []
    state, message = states(desk, ada, task)[-1]
    assert state is TaskState.FAILURE
    assert message == f"given up: whoever did it was gone before the end, {MOST_DEATHS + 1} times"


_VICTIM = """
import sys, time
from pathlib import Path
from sqlalchemy import text
from fieldstation.core.people.service import Access
from fieldstation.core.tasks.service import Operations, Tasks
from fieldstation.db import Database
from fieldstation.db.outbox import Outbox
from fieldstation.workers.perform import Perform

url, sign = sys.argv[1:]
database = Database(url)

class Victim:
    def perform(self, assignment):
        with database.begin() as tx:
            assignment.hold(tx)
            tx.execute(text("INSERT INTO step VALUES (:task, 1)"), {"task": assignment.operation.task_id})
        Path(sign).touch()
        time.sleep(600)

Perform(database, Operations(Tasks(Access(), Outbox())), {"test.work": Victim()}).step()
"""


def test_another_goes_on_where_a_killed_process_was(desk: Desk, ada: Person, tmp_path: Path) -> None:
    task = desk.task(ada, work=WORK)
    sign = tmp_path / "sign"
    with subprocess.Popen([sys.executable, "-c", _VICTIM, desk.database.dsn, str(sign)]) as victim:
        wait_until(sign.exists)
        taken: list[int] = []
        steps = text("SELECT number FROM step WHERE task = :task ORDER BY number")

        def go_on(given: Assignment) -> None:
            taken.append(given.operation.deaths)
            with desk.begin() as tx:
                given.hold(tx)
                assert [row.number for row in tx.all(steps, {"task": task.id})] == [1]
                tx.execute(text("INSERT INTO step VALUES (:task, 2)"), {"task": task.id})

        assert performer(desk, go_on).step() > 0, "its holder lives"
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
        assert performer(desk, go_on).step() == 0.0, "nobody waits for the end of a lease whose holder is dead"
    assert taken == [1]
    with desk.begin() as tx:
        assert [row.number for row in tx.all(steps, {"task": task.id})] == [1, 2]
    assert [state for state, _ in states(desk, ada, task)] == [TaskState.PENDING, TaskState.STARTED, TaskState.SUCCESS]
