"""Months of events: made ahead, dropped when old, and nothing lost on the way."""

import threading
from datetime import UTC, datetime

from sqlalchemy import text

from fieldstation.db import Database, Tx
from fieldstation.db.outbox import Event, Outbox, events_of
from fieldstation.db.partitions import Month, drop_older, ensure, month_of

_SHIFT = text("SELECT set_config('fieldstation.time_shift', :shift, true)")
_PLACES = text("SELECT tableoid::regclass::text AS place, count(*) AS events FROM event GROUP BY 1 ORDER BY 1")


def emit(tx: Tx, thing: str) -> None:
    Outbox().emit(tx, [Event(kind="run.queued", thing=thing, body={})])


def places(tx: Tx) -> dict[str, int]:
    return {row.place: row.events for row in tx.all(_PLACES)}


def test_this_month_and_the_next_are_made_once(database: Database) -> None:
    with database.begin() as tx:
        this = month_of(tx.now())
        ensure(tx)
        assert ensure(tx) == []
        emit(tx, "run-1")
        assert places(tx) == {this.name: 1}


def test_months_follow_each_other() -> None:
    assert month_of(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)).next == Month(year=2027, month=1)
    assert Month(year=2026, month=1).next == Month(year=2026, month=2)
    assert Month(year=2026, month=3).name == "event_2026_03"


def test_events_that_came_before_their_month_are_moved_into_it(database: Database) -> None:
    with database.begin() as tx:
        tx.execute(_SHIFT, {"shift": "400 days"})
        emit(tx, "run-1")
    with database.begin() as tx:
        tx.execute(_SHIFT, {"shift": "400 days"})
        assert places(tx) == {"event_default": 1}
        made = ensure(tx)
        assert made[0] == month_of(tx.now())
        assert places(tx) == {made[0].name: 1}
        assert [event.thing for event in events_of(tx, "run-1")] == ["run-1"]


def test_only_months_wholly_older_are_dropped(database: Database) -> None:
    with database.begin() as tx:
        ensure(tx)
        emit(tx, "old")
    with database.begin() as tx:
        tx.execute(_SHIFT, {"shift": "100 days"})
        ensure(tx)
        emit(tx, "new")
    with database.begin() as tx:
        tx.execute(_SHIFT, {"shift": "100 days"})
        assert drop_older(tx, 400) == []
        assert len(drop_older(tx, 30)) == 2
        assert sum(places(tx).values()) == 1
        assert events_of(tx, "old") == []


def test_many_at_once_make_each_month_once(database: Database) -> None:
    made: list[int] = []

    def work() -> None:
        with database.begin() as tx:
            tx.execute(_SHIFT, {"shift": "800 days"})
            made.append(len(ensure(tx)))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 0, 0, 0, 0, 2]
