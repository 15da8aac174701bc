"""A list costs the same number of statements with one row and with a thousand."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from fieldstation.core.runs.model.find import RunFilter
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Run
from fieldstation.db import Tx
from fieldstation.kernel.paging import PageRequest
from tests.integration.runs.counting import statements
from tests.integration.runs.desk import Desk, Person

Ask = Callable[[Desk, Tx, Person, Run], object]
ALL = PageRequest(limit=1000)
EVERY = RunFilter()
MANY_FILTERS = RunFilter(tool="paper-tool", submitted_by="ada", since=datetime(2020, 1, 1, tzinfo=UTC))

LISTS: dict[str, Ask] = {
    "runs": lambda desk, tx, who, _run: desk.features.runs.page(tx, who.caller, ALL, EVERY).items,
    "runs of a project": lambda desk, tx, who, _run: (
        desk.features.runs.page(tx, who.caller, ALL, RunFilter(project=who.space)).items
    ),
    "runs of a state": lambda desk, tx, who, _run: (
        desk.features.runs.page(tx, who.caller, ALL, RunFilter(state=State.QUEUED)).items
    ),
    "runs by many filters": lambda desk, tx, who, _run: (
        desk.features.runs.page(tx, who.caller, ALL, MANY_FILTERS).items
    ),
    "counts": lambda desk, tx, who, _run: desk.features.runs.groups(tx, who.caller, EVERY),
    "counts by many filters": lambda desk, tx, who, _run: desk.features.runs.groups(tx, who.caller, MANY_FILTERS),
    "events": lambda desk, tx, who, run: desk.features.runs.events(tx, who.caller, run.id),
    "attempts": lambda desk, tx, who, run: desk.features.runs.attempts(tx, who.caller, run.id),
    "explain": lambda desk, tx, who, run: desk.features.explains.explain(tx, who.caller, run.id),
}


def cost(desk: Desk, ask: Ask, who: Person, run: Run) -> int:
    with desk.begin() as tx, statements(desk.database) as seen:
        ask(desk, tx, who, run)
    return len(seen)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("operator", [False, True])
def test_a_thousand_runs_cost_as_many_statements_as_one(desk: Desk, ada: Person, name: str, *, operator: bool) -> None:
    who = desk.person("root", operator=True) if operator else ada
    run = desk.submit(ada, reuse=True)
    few = cost(desk, LISTS[name], who, run)
    desk.copies(run, 999)
    assert cost(desk, LISTS[name], who, run) == few
    assert few < 10


def test_a_thousand_rows_do_come(desk: Desk, ada: Person) -> None:
    desk.copies(desk.submit(ada), 999)
    with desk.begin() as tx:
        assert len(desk.features.runs.page(tx, ada.caller, ALL, EVERY).items) == 1000


def test_runs_that_ended_alike_do_not_make_an_explanation_dearer(desk: Desk, ada: Person) -> None:
    desk.ended(desk.submit(ada, parameters={"count": 1}))
    one = desk.submit(ada, parameters={"count": 99}, reuse=True)
    few = cost(desk, LISTS["explain"], ada, one)
    desk.cancel(ada, one.id)
    for count in range(2, 8):
        desk.ended(desk.submit(ada, parameters={"count": count}))
    other = desk.submit(ada, parameters={"count": 100}, reuse=True)
    assert cost(desk, LISTS["explain"], ada, other) == few


@pytest.mark.parametrize("count", [1, 8])
def test_a_batch_costs_a_claim_and_an_end_as_many_statements_as_one(desk: Desk, ada: Person, count: int) -> None:
    for _ in range(count):
        desk.submit(ada)
    with statements(desk.database) as claiming:
        claims = desk.claim(slots=100)
    with statements(desk.database) as starting:
        desk.started(*claims)
    for claim in claims:
        desk.exited(claim.attempt_id)
    with statements(desk.database) as collecting:
        claimed = desk.collect()
    with statements(desk.database) as ending:
        assert len(desk.finish(*claimed)) == count
    assert max(map(len, (claiming, starting, collecting, ending))) <= 8
