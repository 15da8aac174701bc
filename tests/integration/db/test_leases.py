"""Leases: one holder at a time, and fences that only grow."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from fieldstation.db import Database, Tx, leases
from fieldstation.db.leases import Lease
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.processes import process_name

SECONDS = 15.0
_SHIFT = text("SELECT set_config('fieldstation.time_shift', :shift, true)")


def later(database: Database, seconds: int) -> None:
    """Let every transaction from now on happen so many seconds later."""
    database.session["fieldstation.time_shift"] = f"{seconds} seconds"
    database.close()


def acquire(database: Database, holder: str, name: str = "sweep", seconds: float = SECONDS) -> Lease | None:
    with database.begin() as tx:
        return leases.acquire(tx, name, holder, seconds)


def taken(database: Database, holder: str, name: str = "sweep", seconds: float = SECONDS) -> Lease:
    lease = acquire(database, holder, name, seconds)
    assert lease is not None
    return lease


def renew(database: Database, lease: Lease) -> bool:
    with database.begin() as tx:
        return leases.renew(tx, lease)


def holds(database: Database, lease: Lease) -> bool:
    with database.begin() as tx:
        return leases.holds(tx, lease)


def release(database: Database, lease: Lease) -> None:
    with database.begin() as tx:
        leases.release(tx, lease)


def test_only_one_holds_it_until_it_is_given_back(database: Database) -> None:
    mine = taken(database, "ada")
    assert acquire(database, "bob") is None
    assert acquire(database, "ada") is None
    assert holds(database, mine)
    release(database, mine)
    assert not holds(database, mine)
    yours = taken(database, "bob")
    assert yours.fence > mine.fence
    assert holds(database, yours)


def test_it_is_held_while_its_holder_may_live_and_its_time_lasts(database: Database) -> None:
    def is_held() -> bool:
        with database.begin() as tx:
            return leases.is_held(tx, "sweep")

    assert not is_held()
    dead = taken(database, process_name().rpartition("/")[0] + "/1")
    assert not is_held()
    release(database, dead)
    taken(database, process_name())
    assert is_held()
    later(database, 60)
    assert not is_held()


def test_names_are_held_apart(database: Database) -> None:
    assert taken(database, "ada", "sweep").fence != taken(database, "bob", "watch").fence


def test_who_comes_after_its_time_takes_it_over_and_the_late_holder_can_do_nothing(database: Database) -> None:
    late = taken(database, "ada")
    later(database, 14)
    assert acquire(database, "bob") is None
    later(database, 60)
    assert not holds(database, late)
    new = taken(database, "bob")
    assert new.fence > late.fence
    assert not renew(database, late)
    release(database, late)
    assert holds(database, new)


def test_renewal_makes_it_last(database: Database) -> None:
    lease = taken(database, "ada")
    for seconds in (10, 20, 30, 40):
        later(database, seconds)
        assert renew(database, lease)
    assert acquire(database, "bob") is None
    later(database, 200)
    assert not renew(database, lease)


def test_of_many_who_ask_at_once_one_gets_it(database: Database) -> None:
    start = threading.Barrier(8)

    def ask(number: int) -> Lease | None:
        start.wait()
        return acquire(database, f"holder-{number}")

    with ThreadPoolExecutor(8) as pool:
        assert sum(lease is not None for lease in pool.map(ask, range(8))) == 1


@contextmanager
def another_process() -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    program = "from fieldstation.kernel.processes import process_name as n; print(n(), flush=True); input()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, text=True) as child:
        assert child.stdout is not None
        yield child.stdout.readline().strip(), child
        child.kill()


def inherit(database: Database) -> Lease | None:
    with database.begin() as tx:
        return leases.acquire_or_inherit(tx, "sweep", process_name(), SECONDS)


def test_what_a_dead_process_held_is_inherited_at_once(database: Database) -> None:
    with another_process() as (name, child):
        theirs = taken(database, name)
        assert inherit(database) is None
        child.kill()
        child.wait()
    mine = inherit(database)
    assert mine is not None
    assert mine.fence > theirs.fence
    assert not holds(database, theirs)
    assert holds(database, mine)


def test_what_is_free_is_inherited_from_nobody(database: Database) -> None:
    assert inherit(database) is not None
    assert inherit(database) is None


def test_from_whom_nobody_knows_to_be_dead_nothing_is_inherited(database: Database) -> None:
    theirs = taken(database, "a holder of another form")
    assert inherit(database) is None
    assert holds(database, theirs)


def test_the_fence_of_a_slow_one_is_not_below_that_of_who_came_and_went_meanwhile(database: Database) -> None:
    """One that has its fence already is held up before its row is there; another takes the lease and gives it back."""
    with database.begin() as tx:
        tx.execute(
            text("""
            CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF new.holder = 'slow' THEN
                    PERFORM pg_sleep(1);
                END IF;
                RETURN new;
            END $$
        """)
        )
        tx.execute(text("CREATE TRIGGER hold_up BEFORE INSERT ON lease FOR EACH ROW EXECUTE FUNCTION hold_up()"))
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(taken, database, "slow")
        _wait_until_held_up(database)
        quick = acquire(database, "quick")
        if quick is not None:
            release(database, quick)
        assert quick is None or slow.result().fence > quick.fence


def _wait_until_held_up(database: Database) -> None:
    asleep = text("""
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'
    """)
    while True:
        with database.begin() as tx:
            if tx.scalar(asleep):
                return


class Holders(RuleBasedStateMachine):
    """Several holders and a clock, against what is said of leases in one sentence."""

    database: Database  # set by the test
    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.name = new_id("lease")
        self.now = 0
        self.holder: Lease | None = None
        self.expires = 0.0
        self.highest = 0

    @contextmanager
    def now_open(self) -> Iterator[Tx]:
        """Open a transaction at the model's time."""
        with self.database.begin() as tx:
            tx.execute(_SHIFT, {"shift": f"{self.now} seconds"})
            yield tx

    @property
    def free(self) -> bool:
        return self.holder is None or self.expires <= self.now

    @rule(seconds=st.sampled_from([1000, 5000, 20_000]))
    def pass_time(self, seconds: int) -> None:
        self.now += seconds

    @rule(target=held, holder=st.sampled_from(["ada", "bob"]), seconds=st.sampled_from([4000, 10_000]))
    def acquire(self, holder: str, seconds: int) -> object:
        with self.now_open() as tx:
            lease = leases.acquire(tx, self.name, holder, seconds)
        assert (lease is not None) == self.free
        if lease is None:
            return multiple()
        assert lease.fence > self.highest
        self.holder, self.expires, self.highest = lease, self.now + seconds, lease.fence
        return lease

    @rule(lease=held)
    def renew(self, lease: Lease) -> None:
        with self.now_open() as tx:
            done = leases.renew(tx, lease)
        assert done == (lease == self.holder and not self.free)
        if done:
            self.expires = self.now + lease.seconds

    @rule(lease=consumes(held))
    def release(self, lease: Lease) -> None:
        with self.now_open() as tx:
            leases.release(tx, lease)
        if lease == self.holder:
            self.holder = None

    @rule(lease=held)
    def ask(self, lease: Lease) -> None:
        with self.now_open() as tx:
            assert leases.holds(tx, lease) == (lease == self.holder and not self.free)

    @invariant()
    def at_most_one_row(self) -> None:
        with self.database.begin() as tx:
            rows = tx.all(text("SELECT holder, fence FROM lease WHERE name = :name"), {"name": self.name})
        assert [row.fence for row in rows] == ([self.holder.fence] if self.holder else [])


def test_against_a_model(database: Database) -> None:
    class Machine(Holders):
        pass

    Machine.database = database
    run_state_machine_as_test(Machine, settings=settings(max_examples=30, stateful_step_count=25, deadline=None))
