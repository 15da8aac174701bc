"""What of their own runs people have not looked at yet."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from fieldstation.core.people.model import Kind, Permission, Role, Thing
from fieldstation.core.runs.model.attention import MOST_UNREAD, Attention
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.store import attention as store
from fieldstation.core.runs.store.runs import ALL
from fieldstation.kernel.errors import Forbidden, NotFound
from tests.integration.runs.counting import statements
from tests.integration.runs.desk import Desk, Person


def attention(desk: Desk, person: Person) -> Attention:
    with desk.begin() as tx:
        return desk.features.attentions.show(tx, person.caller)


def look(desk: Desk, person: Person) -> None:
    with desk.begin() as tx:
        desk.features.attentions.look(tx, person.caller)


def see(desk: Desk, person: Person, run_id: str) -> None:
    with desk.begin() as tx:
        desk.features.attentions.see(tx, person.caller, run_id)


def test_a_run_is_under_way_then_unread_then_looked_at(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    found = attention(desk, ada)
    assert ([one.id for one in found.under_way], found.ended, found.unread) == ([run.id], [], 0)
    desk.ended(run)
    found = attention(desk, ada)
    assert ([one.id for one in found.ended], found.under_way, found.unread) == ([run.id], [], 1)
    assert found.ended[0].unread
    assert found.looked_at is None
    look(desk, ada)
    found = attention(desk, ada)
    assert (found.unread, found.ended[0].unread) == (0, False)
    assert found.looked_at is not None


def test_looking_at_the_run_itself_counts_too(desk: Desk, ada: Person) -> None:
    first, second = desk.submit(ada), None
    desk.ended(first)
    second = desk.submit(ada)
    see(desk, ada, second.id)  # it has not ended: nothing to have seen
    desk.ended(second)
    see(desk, ada, first.id)
    see(desk, ada, first.id)
    found = attention(desk, ada)
    assert {one.id: one.unread for one in found.ended} == {first.id: False, second.id: True}
    assert found.unread == 1


def test_what_failed_by_its_order_waits_until_it_is_looked_at(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    desk.ended(run, exit_code=3)
    look(desk, ada)
    (failed,) = attention(desk, ada).failed
    assert (failed.id, failed.reason) == (run.id, Reason.EXIT_NONZERO)
    see(desk, ada, run.id)
    assert attention(desk, ada).failed == []


def test_what_failed_by_the_station_does_not(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    claim = desk.running(run)
    desk.exited(claim.attempt_id, None, lost=True)
    desk.finish(*desk.collect())
    assert attention(desk, ada).failed == []


def test_nobody_hears_of_the_runs_of_others(desk: Desk, ada: Person, bob: Person) -> None:
    run = desk.submit(ada)
    desk.ended(run, exit_code=1)
    desk.submit(ada)
    with desk.begin() as tx:
        desk.features.people.grant(
            tx, Thing(kind=Kind.PROJECT, id=ada.space), bob.caller.principal, Role.READER
        )  # he may see them, but did not submit them
    see(desk, bob, run.id)
    for person in (bob, desk.person("root", operator=True)):
        found = attention(desk, person)
        assert (found.under_way, found.ended, found.failed, found.unread) == ([], [], [], 0)
    assert attention(desk, ada).unread == 1


def test_runs_of_a_project_that_one_was_put_out_of_are_not_told(desk: Desk, ada: Person, bob: Person) -> None:
    shared = desk.project(ada, "shared")
    desk.share(Kind.PROJECT, shared, bob, Role.EDITOR)
    desk.tool(bob, "tool-of-bob")
    run = desk.submit(bob, "tool-of-bob", project=shared)
    desk.ended(run, exit_code=1)
    assert attention(desk, bob).unread == 1
    with desk.begin() as tx:
        desk.features.people.revoke(tx, Thing(kind=Kind.PROJECT, id=shared), bob.caller.principal)
    found = attention(desk, bob)
    assert (found.ended, found.failed, found.unread) == ([], [], 0)
    with pytest.raises(NotFound):
        see(desk, bob, run.id)


def test_a_narrowed_token_tells_and_notes_only_what_it_may(desk: Desk, ada: Person) -> None:
    desk.ended(desk.submit(ada))
    narrow = Person(caller=ada.narrowed(Permission.DATASET_READ))
    assert attention(desk, narrow).unread == 0
    with pytest.raises(Forbidden):
        look(desk, narrow)


def test_many_runs_cost_no_more_statements_and_come_bounded(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    desk.ended(run, exit_code=1)
    with statements(desk.database) as few:
        attention(desk, ada)
    desk.copies(desk.show(run.id), 999)
    waiting = desk.submit(ada)
    desk.copies(waiting, 99)
    with statements(desk.database) as many:
        found = attention(desk, ada)
    assert len(many) == len(few) < 8
    assert max(map(len, (found.under_way, found.ended, found.failed))) == 20
    assert found.unread == MOST_UNREAD


def test_each_list_has_its_index(desk: Desk, ada: Person) -> None:
    desk.copies(desk.ended(desk.submit(ada)), 5000)
    bob = desk.person("bob")
    desk.tool(bob, "tool-of-bob")
    desk.ended(desk.submit(bob, "tool-of-bob"), exit_code=1)
    with desk.begin() as tx:
        tx.execute(text("ANALYZE run"))
        user, since = bob.caller.user_id, tx.now()
        asked: dict[str, Callable[[], object]] = {
            "ix_run_own_open": lambda: store.under_way(tx, user, ALL, 20),
            "ix_run_own_ended": lambda: store.ended(tx, user, ALL, since, 20),
            "ix_run_own_failed": lambda: store.failed(tx, user, ALL, [Reason.EXIT_NONZERO], 20),
        }
        for index, ask in asked.items():
            with statements(desk.database) as seen:
                ask()
            values = {"user": user, "since": since, "limit": 20, "reasons": [Reason.EXIT_NONZERO.value]}
            plan = "\n".join(row[0] for row in tx.listed(text(f"EXPLAIN {seen[0]}"), values))
            assert index in plan, plan
