"""Runs are found by what is known of them, and counted as they are found: what one may not see is in no count."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from fieldstation.core.people.model import Kind, Permission
from fieldstation.core.runs.model.find import RunFilter
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.store import find
from fieldstation.core.runs.store.runs import ALL
from fieldstation.kernel.paging import PageRequest
from tests.integration.runs.desk import Desk, Person

_EXPLAIN = "EXPLAIN (FORMAT TEXT) "


def found(desk: Desk, person: Person, **filters: Any) -> list[str]:
    with desk.begin() as tx:
        page = desk.features.runs.page(tx, person.caller, PageRequest(limit=100), RunFilter(**filters))
    return [run.id for run in page.items]


def groups(desk: Desk, person: Person, **filters: Any) -> list[tuple[str, str | None, int, bool]]:
    with desk.begin() as tx:
        counted = desk.features.runs.groups(tx, person.caller, RunFilter(**filters))
    return [(one.state, one.reason, one.count, one.more) for one in counted]


@pytest.fixture
def root(desk: Desk) -> Person:
    return desk.person("root", operator=True)


def test_runs_are_found_by_reason_and_by_who_submitted(desk: Desk, ada: Person, bob: Person, root: Person) -> None:
    desk.tool(bob)
    failed = desk.ended(desk.submit(ada), 3)
    lost = desk.submit(ada)
    (claim,) = desk.claim()
    desk.refuse(claim, Reason.IMAGE_NOT_FOUND)
    other = desk.submit(bob)
    assert found(desk, ada, reason=Reason.EXIT_NONZERO) == [failed.id]
    assert found(desk, ada, reason=Reason.IMAGE_NOT_FOUND, state=State.FAILED) == [lost.id]
    assert found(desk, ada, reason=Reason.EXIT_NONZERO, state=State.QUEUED) == []
    assert found(desk, root, submitted_by="ada") == [lost.id, failed.id]
    assert found(desk, root, submitted_by="bob") == [other.id]
    assert found(desk, ada, submitted_by="bob") == found(desk, ada, submitted_by="nobody") == []


def test_runs_are_found_by_when_they_were_submitted(desk: Desk, ada: Person, root: Person) -> None:
    runs = [desk.submit(ada) for _ in range(3)]
    first, second, third = (run.created_at for run in runs)
    for who in (ada, root):
        assert found(desk, who, since=second) == [runs[2].id, runs[1].id]
        assert found(desk, who, until=second) == [runs[0].id]
        assert found(desk, who, since=second, until=third) == [runs[1].id]
        assert found(desk, who, until=first - timedelta(days=9)) == found(desk, who, since=third + timedelta(1)) == []
        assert groups(desk, who, since=second) == [("queued", None, 2, False)]


def test_all_are_counted_by_state_and_reason(desk: Desk, ada: Person, root: Person) -> None:
    failed = desk.ended(desk.submit(ada), 3)
    done = desk.ended(desk.submit(ada))
    desk.copies(failed, 41)
    desk.copies(failed, 1, reason="'out_of_memory'")
    desk.copies(done, 6)
    expected = [
        ("failed", "exit_nonzero", 42, False),
        ("succeeded", None, 7, False),
        ("failed", "out_of_memory", 1, False),
    ]
    for who in (ada, root):
        assert groups(desk, who) == expected
        assert groups(desk, who, state=State.FAILED) == [expected[0], expected[2]]
        assert groups(desk, who, reason=Reason.OUT_OF_MEMORY) == [expected[2]]
        assert groups(desk, who, tool="paper-tool", submitted_by="ada", state=State.SUCCEEDED) == [expected[1]]
        assert groups(desk, who, tool="none") == groups(desk, who, state=State.HELD) == []


def test_what_one_may_not_see_is_in_no_count(desk: Desk, ada: Person, bob: Person, root: Person) -> None:
    desk.tool(bob)
    shared = desk.project(ada, "shared")
    for project in (ada.space, ada.space, shared):
        desk.submit(ada, project=project)
    desk.submit(bob)
    assert groups(desk, bob) == [("queued", None, 1, False)]
    assert groups(desk, bob, submitted_by="ada") == groups(desk, bob, project=ada.space) == []
    desk.share(Kind.PROJECT, shared, bob)
    assert groups(desk, bob) == [("queued", None, 2, False)]
    assert groups(desk, bob, project=shared) == [("queued", None, 1, False)]
    assert groups(desk, root) == [("queued", None, 4, False)]
    narrow = Person(caller=ada.narrowed(Permission.DATASET_READ))
    assert groups(desk, narrow) == groups(desk, narrow, project=ada.space) == []


def test_of_too_many_the_newest_are_counted_and_it_is_said(desk: Desk, ada: Person, root: Person) -> None:
    failed = desk.ended(desk.submit(ada), 3)
    desk.copies(failed, find.MOST_OF_A_STATE)
    done = desk.ended(desk.submit(ada))
    desk.copies(done, 4)
    assert groups(desk, root) == [("failed", "exit_nonzero", find.MOST_OF_A_STATE, True), ("succeeded", None, 5, False)]
    counted = groups(desk, ada)
    assert sum(count for _, _, count, _ in counted) == find.MOST_NARROWED
    assert all(more for *_, more in counted)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (RunFilter(reason=Reason.OUT_OF_MEMORY), "ix_run_reason"),
        (RunFilter(submitted_by="nobody"), "ix_run_user"),
        (RunFilter(tool="none"), "ix_run_tool"),
    ],
)
def test_every_filter_has_an_index(desk: Desk, ada: Person, wanted: RunFilter, index: str) -> None:
    desk.copies(desk.ended(desk.submit(ada)), 5000)
    seen: list[str] = []
    with desk.begin() as tx:
        tx.execute(text("ANALYZE run"))
        desk.database.observe = seen.append
        find.page_of_runs(tx, PageRequest(limit=10), ALL, wanted)
        desk.database.observe = None
        (statement,) = seen
        values = {name: getattr(wanted, name) for name in ("reason", "submitted_by", "tool") if getattr(wanted, name)}
        plan = "\n".join(row[0] for row in tx.all(text(_EXPLAIN + statement), {"limit": 11, **values}))
    assert index in plan, plan
