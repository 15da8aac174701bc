"""Who is next: level, then the project that used slots least of late, then age; and what asking costs."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Claim, Run
from fieldstation.core.runs.store import queue
from tests.cluster import Cluster
from tests.integration.runs.desk import ENGINE, Desk, Person, holder

MINUTE = 60.0
PLENTY = 10_000  # slots


def order(desk: Desk, slots: int = PLENTY) -> list[str]:
    return [claim.run_id for claim in desk.claim(slots=slots)]


def one_by_one(desk: Desk, most: int = PLENTY) -> list[Claim]:
    """Claim one run after the other; none of them ends."""
    claims: list[Claim] = []
    while len(claims) < most and (claimed := desk.claim(slots=len(claims) + 1)):
        claims += claimed
    return claims


def spend(desk: Desk, person: Person, minutes: float, project: str | None = None) -> None:
    """Have a project use one slot for so many minutes."""
    claim = desk.running(desk.submit(person, priority=9, project=project))
    desk.later += minutes * MINUTE
    desk.ends(claim)


def test_in_one_project_priority_goes_before_age(desk: Desk, ada: Person) -> None:
    wanted = {priority: desk.submit(ada, priority=priority).id for priority in (3, 0, 9, 5)}
    again = {priority: desk.submit(ada, priority=priority).id for priority in (9, 0)}
    assert order(desk) == [wanted[9], again[9], wanted[5], wanted[3], wanted[0], again[0]]


def test_claims_come_in_the_order_of_the_queue_with_a_uid_each(desk: Desk, ada: Person) -> None:
    runs = [desk.submit(ada).id for _ in range(4)]
    with desk.begin() as tx:
        claims = desk.dispatching.claim(tx, holder("ada"), slots=3, uids=range(20_000, 20_010))
    assert [(claim.run_id, claim.uid) for claim in claims] == [(runs[place], 20_000 + place) for place in range(3)]
    with desk.begin() as tx:
        more = desk.dispatching.claim(tx, holder("ada"), slots=9, uids=range(20_000, 20_010))
    assert [(claim.run_id, claim.uid) for claim in more] == [(runs[3], 20_003)]


def test_a_run_in_a_container_waits_for_an_engine_that_shows_images(desk: Desk, ada: Person) -> None:
    contained, plain = (desk.submit(ada).id for _ in range(2))
    with desk.begin() as tx:
        tx.execute(text("UPDATE run SET image = 'oci:sha256:00' WHERE id = :id"), {"id": contained})
    assert [claim.run_id for claim in desk.claim(slots=9)] == [plain]
    assert not desk.claim(slots=9)
    shows = replace(holder("bob"), containers=True)
    assert [claim.run_id for claim in desk.claim(shows, slots=9)] == [contained]


def test_where_uids_run_out_no_run_goes_without(desk: Desk, ada: Person) -> None:
    runs = [desk.submit(ada).id for _ in range(3)]
    with desk.begin() as tx:
        claims = desk.dispatching.claim(tx, holder("ada"), slots=9, uids=range(7, 9))
    assert [(claim.run_id, claim.uid) for claim in claims] == [(runs[0], 7), (runs[1], 8)]
    assert desk.show(runs[2]).state is State.QUEUED
    assert not desk.attempts(runs[2])
    with desk.begin() as tx:
        assert not desk.dispatching.claim(tx, holder("ada"), slots=9, uids=range(7, 9))


def test_no_more_are_claimed_than_slots_are_free(desk: Desk, ada: Person) -> None:
    for _ in range(5):
        desk.submit(ada)
    first = desk.claim(slots=2)
    assert len(first) == 2
    assert not desk.claim(slots=2)
    desk.started(*first)
    assert not desk.claim(slots=2)
    desk.exited(first[0].attempt_id)
    assert len(desk.claim(slots=2)) == 1


def test_where_nothing_is_collected_nothing_more_is_started(desk: Desk, ada: Person) -> None:
    for _ in range(20):
        desk.submit(ada)
    begun = 0
    while claims := desk.claim(slots=1):
        desk.started(*claims)
        desk.exited(claims[0].attempt_id)
        begun += 1
    assert begun == 8
    desk.finish(*desk.collect())
    assert not desk.claim(slots=1)
    desk.later += 60
    with desk.begin() as tx:
        desk.collecting.released(tx, desk.collecting.unreleased(tx, ENGINE, 100))
    assert len(desk.claim(slots=1)) == 1


def test_half_an_hour_of_waiting_is_one_level(desk: Desk, ada: Person) -> None:
    old = desk.submit(ada, priority=4).id
    desk.later += 29 * MINUTE
    new = desk.submit(ada, priority=5).id
    with desk.begin() as tx:
        assert [row.id for row in tx.all(queue._NEXT, {"slots": 2, "slot_seconds": 60, "containers": True})] == [
            new,
            old,
        ]
    desk.later += 2 * MINUTE
    assert order(desk) == [old, new]


def test_a_project_with_a_thousand_waiting_does_not_keep_another_waiting(desk: Desk, ada: Person, bob: Person) -> None:
    desk.copies(desk.submit(ada), 999)
    desk.tool(bob)
    mine = [desk.submit(bob).id for _ in range(3)]
    claims = one_by_one(desk, 6)
    assert [claim.run_id in mine for claim in claims] == [False, True, False, True, False, True]


def test_slots_are_shared_by_projects_and_not_by_people(desk: Desk, ada: Person, bob: Person) -> None:
    desk.tool(bob)
    many = [desk.project(ada, f"p{number}") for number in range(3)]
    for project in many:
        desk.copies(desk.submit(ada, project=project), 9)
    desk.copies(desk.submit(bob), 9)
    claims = one_by_one(desk, 8)
    assert set(Counter(claim.run.project_id for claim in claims).values()) == {2}


def test_who_used_less_of_late_goes_first(desk: Desk, ada: Person, bob: Person) -> None:
    desk.tool(bob)
    spend(desk, ada, 10)
    spend(desk, bob, 5)
    theirs, mine = desk.submit(ada).id, desk.submit(bob).id
    assert order(desk) == [mine, theirs]


def test_what_was_used_long_ago_counts_less(desk: Desk, ada: Person, bob: Person) -> None:
    desk.tool(bob)
    spend(desk, ada, 100)
    desk.later += 300 * MINUTE
    spend(desk, bob, 30)
    theirs, mine = desk.submit(ada).id, desk.submit(bob).id
    assert order(desk) == [theirs, mine]


def test_use_is_halved_each_hour_and_added_up(desk: Desk, ada: Person) -> None:
    used = text("SELECT used_seconds FROM project_use WHERE project_id = :project")
    spend(desk, ada, 60)
    desk.later += 120 * MINUTE
    spend(desk, ada, 60)
    with desk.begin() as tx:
        seconds = float(tx.scalar(used, {"project": ada.space}))
    assert seconds == pytest.approx(3600 * (1 + 1 / 8), rel=0.05)


def test_an_attempt_that_was_given_back_costs_its_project_nothing(desk: Desk, ada: Person, bob: Person) -> None:
    desk.tool(bob)
    desk.submit(ada)
    (claim,) = desk.claim()
    desk.later += 60 * MINUTE
    desk.refuse(claim, Reason.NODE_LOST, again=True)
    with desk.begin() as tx:
        assert tx.scalar(text("SELECT count(*) FROM project_use")) == 0


# against a model


@dataclass(frozen=True)
class Waiting:
    """A queued run as the model sees it; `age` in minutes."""

    id: str
    project: int
    priority: int
    age: int

    @property
    def level(self) -> int:
        return int(self.priority + self.age / 30)


def model(runs: list[Waiting]) -> list[str]:
    """Take one after the other: the highest level, then the project with the fewest slots, then the oldest."""
    left, busy, chosen = list(runs), Counter[int](), list[str]()
    while left:
        best = min(left, key=lambda run: (-run.level, busy[run.project] + _rank(left, run), -run.age, run.id))
        chosen.append(best.id)
        busy[best.project] += 1
        left.remove(best)
    return chosen


def _rank(left: list[Waiting], run: Waiting) -> int:
    """Return the place of a run among those of its project that can be next, the oldest of each priority."""
    mine = [other for other in left if other.project == run.project]
    heads = [
        min((other for other in mine if other.priority == priority), key=lambda other: (-other.age, other.id))
        for priority in {other.priority for other in mine}
    ]
    ranked = sorted(heads, key=lambda other: (-other.level, -other.age, other.id))
    return ranked.index(run) if run in ranked else PLENTY


ages = st.sampled_from([5, 10, 20, 25, 35, 50, 65, 100, 200])  # minutes, none near a full half hour
queued = st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0, 3, 5, 9]), ages), max_size=12)


@pytest.fixture(scope="module")
def crowded(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crowded")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=queued)
def test_the_order_is_that_of_the_model(cluster: Cluster, crowded: Path, wanted: list[tuple[int, int, int]]) -> None:
    with cluster.database() as database:
        desk = Desk(database, crowded)
        person = desk.person("ada")
        desk.tool(person)
        projects = [desk.project(person, f"p{number}") for number in range(3)]
        runs = []
        for project, priority, age in sorted(wanted, key=lambda one: -one[2]):
            desk.later = (200 - age) * MINUTE
            run = desk.submit(person, project=projects[project], priority=priority)
            runs.append(Waiting(id=run.id, project=project, priority=priority, age=age))
        desk.later = 200 * MINUTE
        assert [claim.run_id for claim in one_by_one(desk)] == model(runs)


arrivals = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9), st.integers(1, 90)), min_size=4, max_size=20)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=arrivals, every=st.integers(2, 4))
def test_nothing_starves(cluster: Cluster, crowded: Path, wanted: list[tuple[int, int, int]], every: int) -> None:
    """Who comes half an hour later for each priority more, and another half, never goes first, whatever the rush."""
    with cluster.database() as database:
        desk = Desk(database, crowded)
        people = [desk.person("ada"), desk.person("bob")]
        for person in people:
            desk.tool(person)
        came: dict[str, tuple[float, int]] = {}
        for number, (who, priority, minutes) in enumerate(wanted):
            desk.later += minutes * MINUTE
            came[desk.submit(people[who], priority=priority).id] = (desk.later, priority)
            if number % every == 0:
                for claim in desk.claim(slots=1):
                    at, level = came.pop(claim.run_id)
                    overtaken = [one for one in came.values() if at - one[0] > 30 * MINUTE * (level - one[1] + 1)]
                    assert not overtaken
                    desk.ends(claim)


# what it costs

_EXPLAIN = text("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + queue._NEXT.text)


def buffers(desk: Desk) -> int:
    """Return how many pages the claim looks at."""
    with desk.begin() as tx:
        (plan,) = tx.scalar(_EXPLAIN, {"slots": 4, "slot_seconds": 60, "containers": True})
    return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])


@pytest.mark.parametrize("analyzed", [True, False])
def test_a_hundred_thousand_waiting_cost_the_claim_no_more_than_a_thousand(
    desk: Desk, ada: Person, *, analyzed: bool
) -> None:
    projects = [desk.project(ada, f"p{number}") for number in range(20)]
    first = [desk.submit(ada, project=project, priority=place % 10) for place, project in enumerate(projects)]
    _fill(desk, first, 1_000, analyzed=analyzed)
    few = buffers(desk)
    _fill(desk, first, 100_000, analyzed=analyzed)
    many = buffers(desk)
    assert many < 3 * few
    assert many < 2_000


def _fill(desk: Desk, first: list[Run], total: int, *, analyzed: bool) -> None:
    with desk.begin() as tx:
        there = int(tx.scalar(text("SELECT count(*) FROM run")))
        for name in ("project_id", "user_id", "tool_id", "output_dataset_id"):  # 400,000 looks at rows that are there
            tx.execute(text(f"ALTER TABLE run DROP CONSTRAINT IF EXISTS run_{name}_fkey"))
    for run in first:
        desk.copies(run, (total - there) // len(first))
    if analyzed:
        with desk.begin() as tx:
            tx.execute(text("ANALYZE run"))
