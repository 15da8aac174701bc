"""Lists of tasks cost the same however many there are: one statement, and as many pages of the tables."""

from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text

from fieldstation.core.people.model import EVERYONE, Caller
from fieldstation.core.tasks.model import NewTask, Purpose, TaskFilter
from fieldstation.core.tasks.store import find
from fieldstation.kernel.paging import PageRequest
from tests.integration.runs.counting import statements
from tests.integration.tasks.desk import Desk, Person

PROJECTS, USERS, FEW, MANY = 1000, 100, 10_000, 100_000
MOST_BLOCKS = 30_000  # of 8 KiB, all in memory; to look at the rights on all tasks takes 400,000 and more
SLACK = 2_500  # few tasks have no 51 of each kind in each project

_FILL = [
    "INSERT INTO principal (id, kind) SELECT 1000 + n, 'user' FROM generate_series(1, :users) n",
    """INSERT INTO station_user (id, principal, iss, sub, username, operator, space)
       SELECT 'user-' || n, 1000 + n, 'local', n, 'u' || n, false, n FROM generate_series(1, :users) n""",
    """INSERT INTO project (id, name, owner, personal, unit)
       SELECT 'project-' || n, n, 'user-' || (n % :users + 1), false, 'unit-' || n % 50
         FROM generate_series(1, :projects) n""",
    """INSERT INTO access (kind, thing, principal, role)
       SELECT 'project', 'project-' || n, 1001 + n % :users, 'owner' FROM generate_series(1, :projects) n""",
    """INSERT INTO access (kind, thing, principal, role)
       SELECT 'project', 'project-' || n, 1002, 'reader' FROM generate_series(1, :projects) n""",
    """INSERT INTO dataset (id, name, space, owner, title, description, labels, created, changed, latest, awaits, size)
       SELECT 'dataset-' || n, n, 'space', 'user-1', '', '', '{}', now(), now(), 0, false, 0
         FROM generate_series(1, 10000) n""",
    """INSERT INTO access (kind, thing, principal, role)
       SELECT 'dataset', 'dataset-' || n, CASE WHEN n % 2 = 0 THEN 1 ELSE 1001 + n % :users END, 'reader'
         FROM generate_series(1, 10000) n""",
]
_TASKS = """
    INSERT INTO task (id, user_id, purpose, purpose_id, project_id, removal, context, state, done, exit_code, done_at,
                      moves, events, created_at)
    SELECT 'task-' || lpad(n::text, 9, '0'), 'user-' || (n % :users + 1), purpose,
           CASE WHEN purpose = 'dataset' THEN 'dataset-' || n % 10000 ELSE 'thing-' || n END,
           CASE WHEN purpose <> 'dataset' THEN 'project-' || (n % :projects + 1) END, n % 3 = 0,
           CASE WHEN n % 10 = 0 THEN 'context-' || n / 100 END, CASE WHEN busy THEN 'started' ELSE 'success' END,
           NOT busy, CASE WHEN NOT busy THEN 0 END, CASE WHEN NOT busy THEN now() END, 3, 0, now()
      FROM (SELECT n, (ARRAY['instance', 'instance', 'instance', 'file', 'project', 'dataset'])[n % 6 + 1] AS purpose,
                   n % 500 = 0 AS busy
              FROM generate_series(cast(:first AS int), :last) n) row
"""
FILTERS = {
    "all": TaskFilter(),
    "not done": TaskFilter(exclude_done=True),
    "no removals": TaskFilter(exclude_removal=True),
    "instances": TaskFilter(purposes=frozenset({Purpose.INSTANCE}), exclude_removal=True),
    "data sets": TaskFilter(purposes=frozenset({Purpose.DATASET}), exclude_done=True),
    "of a project": TaskFilter(project="project-7"),
    "of a unit": TaskFilter(unit="unit-7"),
    "of a context": TaskFilter(context="context-7"),
    "of a thing": TaskFilter(about="thing-77"),
}


def fill(desk: Desk, first: int, last: int) -> None:
    values = {"users": USERS, "projects": PROJECTS, "first": first, "last": last}
    with desk.begin() as tx:
        for statement in [*(_FILL if first == 1 else ()), _TASKS]:
            tx.execute(text(statement), values)
    with psycopg.connect(desk.database.dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def callers(stranger: Person, root: Person) -> dict[str, Caller]:
    """Return who sees ten projects, all of them, none, and everything."""
    known = [
        replace(stranger.caller, user_id=f"user-{n}", principal=1000 + n, principals=(EVERYONE, 1000 + n))
        for n in (7, 2)
    ]
    return {"few": known[0], "all projects": known[1], "stranger": stranger.caller, "operator": root.caller}


def blocks(desk: Desk, caller: Caller, wanted: TaskFilter) -> int:
    """Return how many blocks of the database a page touches."""
    statement, values = find.page_statement(desk.tasks._sight(caller), wanted, PageRequest(limit=50))
    with desk.begin() as tx:
        (explained,) = tx.scalar(text("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + statement), values)
    return int(explained["Plan"]["Shared Hit Blocks"]) + int(explained["Plan"]["Shared Read Blocks"])


def test_a_page_costs_the_same_however_many_tasks_there_are(desk: Desk, ada: Person, root: Person) -> None:
    touched: list[dict[tuple[str, str], int]] = []
    for first, last in ((1, FEW), (FEW + 1, MANY)):
        fill(desk, first, last)
        touched.append(
            {
                (who, name): blocks(desk, caller, wanted)
                for who, caller in callers(ada, root).items()
                for name, wanted in FILTERS.items()
            }
        )
    few, many = touched
    assert max(many.values()) < MOST_BLOCKS
    assert {key: (few[key], many[key]) for key in few if many[key] > 1.6 * few[key] + SLACK} == {}


@pytest.mark.parametrize("name", FILTERS)
def test_a_page_is_one_statement(desk: Desk, ada: Person, name: str) -> None:
    for _ in range(2):
        with desk.begin() as tx, statements(desk.database) as seen:
            desk.tasks.page(tx, ada.caller, PageRequest(limit=1000), FILTERS[name])
        assert len(seen) == 1
        with desk.begin() as tx:
            desk.tasks.begin_many(tx, [(ada.id, NewTask(purpose=Purpose.INSTANCE, purpose_id="thing"))] * 1000)
