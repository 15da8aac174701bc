"""Events reach every consumer exactly once, whatever order they were written and committed in."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from fieldstation.db import Database, Tx, outbox
from fieldstation.db.listen import Listener
from fieldstation.db.outbox import MAX_TRIES, Delivery, Event, Outbox
from fieldstation.kernel.errors import Unavailable
from tests.cluster import Cluster

OUTBOX = Outbox({"run.ended": ["rules", "mail"], "run.": ["stream"]})
_SHIFT = text("SELECT set_config('fieldstation.time_shift', :shift, true)")
_ALL = text("SELECT consumer, tries, dead, error FROM delivery ORDER BY id")


def ended(number: int) -> Event:
    return Event(kind="run.ended", thing=f"run-{number}", audience="project-1", body={"number": number})


def emit(database: Database, *events: Event) -> None:
    with database.begin() as tx:
        OUTBOX.emit(tx, events)


@contextmanager
def undone(database: Database) -> Iterator[Tx]:
    """Open a transaction that fails at its end."""
    with database.begin() as tx:
        yield tx
        raise RuntimeError


def numbers(deliveries: Sequence[Delivery]) -> list[int]:
    return [int(delivery.event.body["number"]) for delivery in deliveries]


def take(database: Database, consumer: str, limit: int = 100) -> list[int]:
    """Work one batch."""
    with database.begin() as tx:
        found = outbox.claim(tx, consumer, limit)
        outbox.done(tx, found)
    return numbers(found)


def test_each_subscriber_of_the_kind_or_its_feature_gets_the_event(database: Database) -> None:
    emit(database, ended(1), Event(kind="run.queued", thing="run-2", body={"number": 2}))
    emit(database, Event(kind="dataset.made", thing="dataset-1", body={"number": 3}))
    assert take(database, "rules") == [1]
    assert take(database, "mail") == [1]
    assert take(database, "stream") == [1, 2]
    assert take(database, "stranger") == []
    assert take(database, "rules") == []


def test_an_event_comes_as_it_was_written(database: Database) -> None:
    emit(database, ended(7))
    with database.begin() as tx:
        (delivery,) = outbox.claim(tx, "rules")
        (stored,) = outbox.events_of(tx, "run-7")
    assert delivery.event == stored
    assert (stored.kind, stored.thing, stored.audience) == ("run.ended", "run-7", "project-1")
    assert stored.body == {"number": 7}


def test_no_events_are_no_statement(database: Database) -> None:
    with database.begin() as tx:
        OUTBOX.emit(tx, [])
        OUTBOX.emit(tx, iter(()))
        assert tx.scalar(text("SELECT count(*) FROM event")) == 0


def test_events_of_a_transaction_that_fails_never_were(database: Database) -> None:
    with pytest.raises(RuntimeError), undone(database) as tx:
        OUTBOX.emit(tx, [ended(1)])
    assert take(database, "rules") == []
    with database.begin() as tx:
        assert outbox.events_of(tx, "run-1") == []


def test_work_that_is_rolled_back_is_done_again(database: Database) -> None:
    emit(database, ended(1), ended(2))
    with pytest.raises(RuntimeError), undone(database) as tx:
        outbox.done(tx, outbox.claim(tx, "rules"))
    assert take(database, "rules") == [1, 2]


def test_what_one_consumer_holds_the_other_neither_gets_nor_waits_for(database: Database) -> None:
    emit(database, *map(ended, range(4)))
    with database.begin() as first, database.begin() as second:
        one, other = outbox.claim(first, "rules", 2), outbox.claim(second, "rules", 10)
        assert (numbers(one), numbers(other)) == ([0, 1], [2, 3])
        outbox.done(first, one)
        outbox.done(second, other)
    assert take(database, "rules") == []


def test_an_event_committed_late_with_an_earlier_id_is_delivered(database: Database) -> None:
    """A reader by cursor, who has seen a later id, would never see it."""
    with database.begin() as slow:
        OUTBOX.emit(slow, [ended(1)])
        emit(database, ended(2))
        assert take(database, "rules") == [2]
    assert take(database, "rules") == [1]
    with database.begin() as tx:
        (early,), (late,) = outbox.events_of(tx, "run-1"), outbox.events_of(tx, "run-2")
    assert early.id < late.id


def test_two_consumers_at_once_work_each_event_exactly_once(database: Database) -> None:
    many, writers, workers = 300, 3, 2
    written = threading.Event()
    worked: list[int] = []

    def write(part: int) -> None:
        for number in range(part, many, writers):
            emit(database, ended(number))

    def work() -> None:
        while True:
            over = written.is_set()
            batch = take(database, "rules", 7)
            worked.extend(batch)
            if over and not batch:
                return

    with ThreadPoolExecutor(writers + workers) as pool:
        consumers = [pool.submit(work) for _ in range(workers)]
        for writer in [pool.submit(write, part) for part in range(writers)]:
            writer.result()
        written.set()
        for consumer in consumers:
            consumer.result()
    worked += take(database, "rules", many)  # what the last batch of one still held when the other looked
    assert Counter(worked) == Counter(range(many))


def fail(database: Database, later: str = "0") -> list[int]:
    """Fail whatever is due at a time."""
    with database.begin() as tx:
        tx.execute(_SHIFT, {"shift": later})
        found = outbox.claim(tx, "rules")
        outbox.failed(tx, found, "the mail server is away")
    return numbers(found)


def wait_of(database: Database, later: str) -> float:
    """Return the seconds until the delivery is due, seen from a time."""
    with database.begin() as tx:
        tx.execute(_SHIFT, {"shift": later})
        statement = "SELECT extract(epoch FROM due - station_now()) FROM delivery WHERE consumer = 'rules'"
        return float(tx.scalar(text(statement)))


def test_what_failed_is_due_later_each_time_and_dead_in_the_end(database: Database) -> None:
    emit(database, ended(1))
    waits = []
    for tries in range(MAX_TRIES):
        later = f"{tries} hours"
        assert fail(database, later) == [1]
        waits.append(wait_of(database, later))
        assert fail(database, f"{tries - 1} hours") == []
    assert waits == sorted(waits)
    assert 60 < waits[-1] < 3600
    with database.begin() as tx:
        (row,) = [row for row in tx.all(_ALL) if row.consumer == "rules"]
    assert (row.tries, row.dead, row.error) == (MAX_TRIES, True, "the mail server is away")
    assert fail(database, "10 days") == []


def test_one_consumers_failure_is_not_anothers(database: Database) -> None:
    emit(database, ended(1))
    assert fail(database) == [1]
    assert take(database, "mail") == [1]


def test_events_of_a_thing_come_in_order_behind_a_position(database: Database) -> None:
    with database.begin() as tx:
        OUTBOX.emit(tx, [Event(kind="run.queued", thing="run-1", body={"number": number}) for number in range(5)])
        OUTBOX.emit(tx, [ended(1), ended(2)])
        found = outbox.events_of(tx, "run-1")
        assert [event.body["number"] for event in found] == [0, 1, 2, 3, 4, 1]
        assert outbox.events_of(tx, "run-1", after=found[3].id) == found[4:]
        assert outbox.events_of(tx, "run-1", limit=2) == found[:2]


@contextmanager
def listening(database: Database, subscriber: Callable[[str], None]) -> Iterator[Listener]:
    listener = Listener(database.dsn)
    ready = threading.Event()
    listener.subscribe(lambda _payload: ready.set())
    listener.subscribe(subscriber)
    listener.start()
    assert ready.wait(30)
    yield listener
    listener.stop()


def test_notes_name_all_things_and_each_is_small_enough_to_be_sent(database: Database) -> None:
    heard: list[str] = []
    all_heard = threading.Event()

    def hear(payload: str) -> None:
        heard.append(payload)
        if sum(len(one.split(" ")) - 1 for one in heard if one) >= 1000:
            all_heard.set()

    with listening(database, hear):
        emit(database, *(Event(kind="run.queued", thing=f"run-{n:036}", body={"number": n}) for n in range(1000)))
        assert all_heard.wait(30)
    notes = [note for note in heard if note]
    assert {note.partition(" ")[0].partition(".")[0] for note in notes} == {"run"}
    assert {thing for note in notes for thing in note.split(" ")[1:]} == {f"run-{n:036}" for n in range(1000)}
    assert max(map(len, notes)) < 8000


def test_news_are_told_when_they_are_durable_and_never_of_what_failed(database: Database) -> None:
    heard: list[str] = []
    told = threading.Event()

    def hear(payload: str) -> None:
        heard.extend(payload.split(" ")[1:])
        if "run-3" in heard:
            told.set()

    with listening(database, hear):
        with suppress(ZeroDivisionError), database.begin() as tx:
            OUTBOX.emit(tx, [ended(1)])
            raise ZeroDivisionError
        with database.begin() as tx:
            OUTBOX.emit(tx, [ended(2)])
            outbox.note(tx, "run.ended", ["run-3"])
            assert not told.wait(0.1), "told before it was durable"
        assert told.wait(30)
    assert set(heard) == {"run-2", "run-3"}


def test_closing_tells_what_waits_and_news_behind_it_are_told_too(database: Database) -> None:
    told = {name: threading.Event() for name in ("run-1", "run-2")}

    def hear(payload: str) -> None:
        for thing in payload.split(" ")[1:]:
            told[thing].set()

    with listening(database, hear):
        for number, name in enumerate(told, 1):
            emit(database, ended(number))
            database.close()
            assert told[name].wait(30)


def test_a_listener_whose_connection_was_cut_listens_again(database: Database) -> None:
    heard = threading.Event()
    with listening(database, lambda payload: heard.set() if "run-5" in payload else None):
        with database.begin() as tx:
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%listen'"
            assert tx.all(text(f"{cut} AND datname = current_database()"))
        for _ in range(100):
            emit(database, ended(5))
            if heard.wait(0.3):
                break
        assert heard.is_set()


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.sampled_from(["emit", "take", "fail", "roll back", "crash"]), max_size=25))
def test_against_a_list(cluster: Cluster, steps: list[str]) -> None:
    """Whatever happens, what is due is what was written less what was worked, failed or given up."""
    with cluster.database() as database:
        due: list[int] = []
        put_back = 0
        for number, step in enumerate(steps):
            if step == "emit":
                emit(database, ended(number))
                due.append(number)
            elif step == "take":
                assert take(database, "rules", 2) == due[:2]
                due = due[2:]
            elif step == "fail":
                put_back += len(fail(database))
                due = []
            else:
                with pytest.raises(Unavailable if step == "crash" else RuntimeError), database.begin() as tx:
                    _abandon(tx, crash=step == "crash")
        assert take(database, "rules") == due
        with database.begin() as tx:
            assert sum(row.consumer == "rules" for row in tx.all(_ALL)) == put_back


def _abandon(tx: Tx, *, crash: bool) -> None:
    """Claim and work a batch, and never commit: by an error, or because the connection ends."""
    outbox.done(tx, outbox.claim(tx, "rules"))
    if crash:
        tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    raise RuntimeError
