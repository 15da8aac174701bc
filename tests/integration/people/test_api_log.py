"""Calls that are kept, for how long, and what becomes of them while the database is away."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from fieldstation.core.people.service.api_log import ApiCall, Told, Waiting
from fieldstation.db import Database
from fieldstation.kernel.errors import Unavailable
from fieldstation.workers.api_calls import KeepCalls
from tests.integration.people.station import Person, Station


def call_of(person: Person, path: str = "/project") -> ApiCall:
    return ApiCall(
        user_id=person.caller.user_id,
        method="POST",
        path=path,
        began=datetime.now(UTC),
        duration_ns=1,
        status_code=201,
        params={},
        body={"name": "Levels"},
    )


def paths(station: Station, person: Person) -> list[str]:
    with station.database.begin() as tx:
        return [one.path for one in station.people.api_log.list(tx, person.caller, None, None)]


def test_calls_are_written_by_the_loop_and_told_to_their_own(station: Station) -> None:
    ada, bob = station.person("ada"), station.person("bob")
    log = station.people.api_log
    for path in ("/first", "/second"):
        log.waiting.called(call_of(ada, path))
    log.waiting.seen(ada.caller.user_id, date(2026, 11, 22))
    keep = KeepCalls(station.database, log)
    assert paths(station, ada) == []
    keep.step()
    assert paths(station, ada) == ["/first", "/second"]
    assert paths(station, bob) == []
    with station.database.begin() as tx:
        assert station.people.accounts.show(tx, ada.caller).first_seen is not None
        assert station.people.accounts.show(tx, bob.caller).first_seen is None
    log.waiting.seen(ada.caller.user_id, date(2026, 11, 22))
    assert log.waiting.take(1) == Told(calls=[], seen=[])


def test_calls_go_after_ninety_days(station: Station) -> None:
    ada = station.person("ada")
    log = station.people.api_log
    log.waiting.called(call_of(ada))
    keep = KeepCalls(station.database, log)
    keep.close()
    station.later("89 days")
    with station.database.begin() as tx:
        assert log.tidy(tx) is False
    assert paths(station, ada) == ["/project"]
    station.later("91 days")
    with station.database.begin() as tx:
        log.tidy(tx)
    assert paths(station, ada) == []


def test_what_cannot_be_written_waits(station: Station) -> None:
    ada = station.person("ada")
    log = station.people.api_log
    log.waiting.called(call_of(ada, "/first"))
    away = Database("postgresql:///nothing?host=/nowhere")
    with pytest.raises(Unavailable):
        KeepCalls(away, log).step()
    away.close()
    log.waiting.called(call_of(ada, "/second"))
    KeepCalls(station.database, log).close()
    assert paths(station, ada) == ["/first", "/second"]


def test_what_waits_is_bounded() -> None:
    waiting = Waiting()
    call = ApiCall(
        user_id="user",
        method="POST",
        path="/",
        began=datetime.now(UTC),
        duration_ns=1,
        status_code=1,
        params={},
        body={},
    )
    for _ in range(10_005):
        waiting.called(call)
    told = waiting.take(20_000)
    assert len(told.calls) == 10_000
    waiting.called(call)
    waiting.give_back(told)
    assert len(waiting.take(20_000).calls) == 10_000


def test_the_log_is_read_along_its_index(station: Station) -> None:
    with station.database.begin() as tx:
        tx.execute(text("SET LOCAL enable_seqscan = off"))
        plan = tx.all(
            text("EXPLAIN SELECT id FROM api_call WHERE user_id = 'u' AND began >= now() ORDER BY began DESC, id DESC")
        )
    assert "ix_api_call_user_id_began" in str(plan)
