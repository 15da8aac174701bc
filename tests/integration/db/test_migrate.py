"""Schema steps: planned, made together or not at all, refused when a newer release made them."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from fieldstation.db import Database, migrate, steps
from fieldstation.kernel.errors import Broken, Unavailable
from tests.cluster import Cluster

EMPTY = "template0"
FIRST = "0001"


def test_an_empty_database_needs_every_step_in_order(cluster: Cluster) -> None:
    with cluster.database(EMPTY) as empty:
        planned = steps.plan(empty)
        assert planned[0].revision == FIRST
        assert [step.revision for step in planned] == sorted(step.revision for step in planned)
        assert all(step.title for step in planned)
        assert migrate.upgrade(empty) == planned
        assert steps.plan(empty) == []
        assert migrate.upgrade(empty) == []


def test_the_order_is_the_one_that_alembic_runs() -> None:
    found = reversed(list(migrate.scripts().walk_revisions()))
    assert [step.revision for step in steps.all_steps()] == [script.revision for script in found]


def test_a_newer_schema_is_refused(database: Database) -> None:
    with database.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for deed in (steps.plan, migrate.upgrade):
        with pytest.raises(Broken, match="schema 9999") as refusal:
            deed(database)
        assert refusal.value.reason == "schema_newer"


def test_a_failing_step_takes_the_others_back(cluster: Cluster) -> None:
    with cluster.database(EMPTY) as empty:
        last = steps.plan(empty)[-1]
        with empty.begin() as tx:
            tx.execute(text("CREATE TABLE delivery (in_the_way integer)"))
        with pytest.raises(ProgrammingError, match="already exists"):
            migrate.upgrade(empty)
        assert steps.plan(empty)[-1] == last
        with empty.begin() as tx:
            assert tx.scalar(text("SELECT to_regclass('lease')")) is None
            assert tx.scalar(text("SELECT to_regclass('alembic_version')")) is None


def test_two_stations_migrate_one_after_the_other(cluster: Cluster) -> None:
    with cluster.database(EMPTY) as empty:
        made: list[int] = []
        threads = [threading.Thread(target=lambda: made.append(len(migrate.upgrade(empty)))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(made)[:3] == [0, 0, 0]
        assert sorted(made)[3] > 0


def test_a_database_that_is_away_is_a_passing_fault(tmp_path: Path) -> None:
    away = Database(f"postgresql://nobody@/nothing?host={tmp_path}")
    with pytest.raises(Unavailable):
        steps.plan(away)
