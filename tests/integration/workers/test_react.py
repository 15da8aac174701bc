"""What follows from events: once each, whatever the others of a batch do."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from fieldstation.db import Database, Tx
from fieldstation.db.outbox import MAX_TRIES, Delivery, Event, Outbox
from fieldstation.kernel.errors import Unavailable
from fieldstation.workers.react import React

LYING = text("SELECT e.thing, d.tries, d.dead FROM delivery d JOIN event e ON e.id = d.event_id ORDER BY d.id")
NOTE = text("INSERT INTO seen (thing) VALUES (:thing)")


@pytest.fixture
def told(database: Database) -> Database:
    """A database in which a hundred things happened, and a table of what a consumer did."""
    with database.begin() as tx:
        tx.execute(text("CREATE TABLE seen (thing text PRIMARY KEY)"))
        events = [Event(kind="test.happened", thing=f"thing-{number:03}", body={}) for number in range(100)]
        Outbox({"test.": ("consumer",)}).emit(tx, events)
    return database


def seen(database: Database) -> list[str]:
    with database.begin() as tx:
        return [row.thing for row in tx.all(text("SELECT thing FROM seen ORDER BY thing"))]


def lying(database: Database) -> list[tuple[str, int, bool]]:
    with database.begin() as tx:
        return [tuple(row) for row in tx.all(LYING)]


def note(tx: Tx, deliveries: Sequence[Delivery]) -> None:
    for delivery in deliveries:
        tx.execute(NOTE, {"thing": delivery.event.thing})
        if delivery.event.thing == "thing-042":
            raise RuntimeError("cannot be worked")


def test_one_bad_event_spoils_no_other(told: Database) -> None:
    react = React(told, {"consumer": note})
    assert react.step() == 0.0
    assert seen(told) == [f"thing-{number:03}" for number in range(100) if number != 42]
    assert lying(told) == [("thing-042", 1, False)]
    assert react.step() > 0, "it is not due yet"


def test_what_fails_again_and_again_is_given_up(told: Database) -> None:
    react = React(told, {"consumer": note})
    for _ in range(MAX_TRIES):
        react.step()
        with told.begin() as tx:
            tx.execute(text("UPDATE delivery SET due = station_now() WHERE NOT dead"))
    assert lying(told) == [("thing-042", MAX_TRIES, True)]
    assert react.step() > 0


def test_a_database_that_is_away_counts_as_no_try(told: Database) -> None:
    def away(_tx: Tx, _deliveries: Sequence[Delivery]) -> None:
        raise Unavailable("away", next_step="wait")

    with pytest.raises(Unavailable):
        React(told, {"consumer": away}).step()
    assert {tries for _, tries, _ in lying(told)} == {0}


def test_a_failing_consumer_keeps_no_other_from_its_work(database: Database) -> None:
    done: list[str] = []

    def fail(_tx: Tx, _deliveries: Sequence[Delivery]) -> None:
        raise RuntimeError("cannot be worked")

    with database.begin() as tx:
        Outbox({"test.": ("first", "second")}).emit(tx, [Event(kind="test.happened", thing="thing-1", body={})])
    React(database, {"first": fail, "second": lambda _tx, ones: done.extend(one.event.thing for one in ones)}).step()
    assert done == ["thing-1"]
    assert lying(database) == [("thing-1", 1, False)]
