"""Any order of steps, crashes between any two of them, and observations that come twice: the run keeps to its machine.

Several dispatchers and collectors work on a few runs. Each step of theirs may be the last: what they held in mind is
dropped, and somebody takes over. A late holder may also go on as if nothing had happened. The model knows what must
be true whatever the order; what really ran stands in a paper engine that survives all crashes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import MOVES, Outcome, State
from fieldstation.core.runs.model.values import Claim, Collectable, Run
from fieldstation.core.runs.service.dispatch import Refusal
from tests.closing import Scale
from tests.cluster import Cluster
from tests.integration.runs.desk import ENGINE, TOOL, Desk, Person, holder

RETRIES = TOOL + "\nretry: {{attempts: 2, on: [exit_nonzero]}}\n"
WORKERS = ["one", "two"]


@dataclass
class Paper:
    """An engine on paper: which attempts were started, how each ended, which may never start any more."""

    started: dict[str, int] = field(default_factory=dict)  # how often each was begun
    ended: dict[str, int | None] = field(default_factory=dict)
    barred: set[str] = field(default_factory=set)

    def submit(self, attempt_id: str) -> bool:
        """Start an attempt once; a second time, or one that was canceled before, starts nothing."""
        if attempt_id in self.barred:
            return False
        self.started.setdefault(attempt_id, 1)
        return True

    def cancel(self, attempt_id: str) -> None:
        """End an attempt, or keep it from ever starting."""
        if attempt_id in self.started:
            self.ended.setdefault(attempt_id, 143)
        else:
            self.barred.add(attempt_id)


class Station(RuleBasedStateMachine):
    """A station of which any process may die at any time."""

    cluster: Cluster
    folder: Path
    claims = Bundle("claims")
    begun = Bundle("begun")
    collected = Bundle("collected")

    @initialize()
    def open(self) -> None:
        """Open a station with an empty queue."""
        self.opened = self.cluster.database()
        self.desk = Desk(self.opened.__enter__(), self.folder)
        self.person: Person = self.desk.person("ada")
        self.desk.tool(self.person, "paper-tool", RETRIES)
        self.paper = Paper()
        self.runs: list[str] = []
        self.seen: dict[str, list[State]] = {}
        self.finals: dict[str, Run] = {}
        self.canceled: set[str] = set()

    def teardown(self) -> None:
        """Give the database back."""
        if hasattr(self, "opened"):
            self.opened.__exit__(None, None, None)

    # people

    @precondition(lambda self: len(self.runs) < 4)
    @rule()
    def submit(self) -> None:
        self.runs.append(self.desk.submit(self.person).id)

    @precondition(lambda self: bool(self.runs))
    @rule(place=st.integers(0, 3))
    def cancel(self, place: int) -> None:
        run_id = self.runs[place % len(self.runs)]
        before = self.desk.show(run_id)
        after = self.desk.cancel(self.person, run_id)
        if before.state.final:
            assert after == before
        else:
            self.canceled.add(run_id)
            assert after.state is (State.CANCELED if before.state in (State.QUEUED, State.HELD) else before.state)

    @rule(minutes=st.sampled_from([1, 20]))
    def pass_time(self, minutes: int) -> None:
        self.desk.later += 60 * minutes

    # a dispatcher, in three steps of which each may be the last

    @rule(target=claims, who=st.sampled_from(WORKERS), slots=st.integers(1, 4))
    def claim(self, who: str, slots: int) -> object:
        return multiple(*self.desk.claim(holder(who), slots=slots))

    @rule(target=begun, claim=consumes(claims))
    def begin(self, claim: Claim) -> object:
        return claim if self.paper.submit(claim.attempt_id) else multiple()

    @rule(claim=begun)
    def record(self, claim: Claim) -> None:
        """Record a start; it may come late, and more than once."""
        if claim.attempt_id not in self.desk.started(claim):
            known = next(one for one in self.desk.attempts(claim.run_id) if one.id == claim.attempt_id)
            if known.outcome is Outcome.UNSTARTED:
                self.paper.cancel(claim.attempt_id)

    @rule(claim=consumes(claims), again=st.booleans())
    def refuse(self, claim: Claim, *, again: bool) -> None:
        self.desk.refuse(claim, Reason.WAITING_FOR_SLOTS if again else Reason.INPUT_UNREADABLE, again=again)

    @rule(who=st.sampled_from(WORKERS), dead=st.lists(st.sampled_from(WORKERS), max_size=2))
    def recover(self, who: str, dead: list[str]) -> None:
        """Take over, and adopt what the engine knows; what it does not know is barred and given back."""
        with self.desk.begin() as tx:
            taken = self.desk.dispatching.take_over(tx, holder(who), dead)
        known = [item for item in taken if item.attempt_id in self.paper.started]
        gone = [item for item in taken if item.attempt_id not in self.paper.started]
        for item in gone:
            self.paper.cancel(item.attempt_id)
        with self.desk.begin() as tx:
            if known:
                self.desk.dispatching.started(tx, [(item.attempt_id, item.fence, "handle") for item in known])
            refusals = [
                Refusal(
                    attempt_id=item.attempt_id, run_id=item.run_id, number=item.number, fence=item.fence,
                    reason=Reason.NODE_LOST, again=True,
                )
                for item in gone
            ]  # fmt: skip
            self.desk.dispatching.refuse(tx, refusals)

    # programs and their watchers

    @precondition(lambda self: bool(set(self.paper.started) - set(self.paper.ended)))
    @rule(exit_code=st.sampled_from([0, 0, 1, None]), place=st.integers(0, 9))
    def exit(self, exit_code: int | None, place: int) -> None:
        running = sorted(set(self.paper.started) - set(self.paper.ended))
        self.paper.ended[running[place % len(running)]] = exit_code

    @rule()
    def watch(self) -> None:
        """Look at everything that runs, record what ended, ask what must stop to stop."""
        with self.desk.begin() as tx:
            running = [one.id for one in self.desk.watching.running(tx, ENGINE)]
        self._observe([one for one in running if one in self.paper.ended])
        for attempt_id in self.desk.stops():
            if attempt_id not in self.paper.ended:
                self.paper.cancel(attempt_id)

    @precondition(lambda self: bool(self.paper.ended))
    @rule(place=st.integers(0, 9))
    def observe_again(self, place: int) -> None:
        """Hand in an observation of long ago."""
        ended = sorted(self.paper.ended)
        self._observe([ended[place % len(ended)]])

    def _observe(self, attempt_ids: Sequence[str]) -> None:
        for attempt_id in attempt_ids:
            code = self.paper.ended[attempt_id]
            self.desk.exited(attempt_id, code, lost=code is None, stopped=code == 143)

    # collectors

    @rule(target=collected, who=st.sampled_from(WORKERS))
    def collect(self, who: str) -> object:
        return multiple(*self.desk.collect(holder(f"collector {who}"), limit=2))

    @rule(claimed=collected)
    def finish(self, claimed: tuple[Collectable, Run]) -> None:
        """End it; the same claim may come again, and late."""
        files = [self.desk.file("out.txt", claimed[0].attempt_id.encode())] if claimed[0].exit_code == 0 else []
        ended = self.desk.finish(claimed, files=files)
        with self.desk.begin() as tx:
            self.desk.collecting.released(tx, sorted(ended))

    # what must be true at any time

    @invariant()
    def moves_are_those_of_the_table(self) -> None:
        for run_id in getattr(self, "runs", []):
            run = self.desk.show(run_id)
            assert self.finals.setdefault(run_id, run) == run if run.state.final else run_id not in self.finals
            states = [State(kind) for kind in self.desk.events(run_id) if kind != "cancel_requested"]
            assert states[0] is State.QUEUED
            assert states[-1] is run.state
            for before, after in pairwise(states):
                assert after in MOVES[before]
            assert states[: len(self.seen.get(run_id, []))] == self.seen.get(run_id, [])
            self.seen[run_id] = states

    @invariant()
    def success_is_one_exit_0_and_one_version(self) -> None:
        for run_id in getattr(self, "runs", []):
            run = self.desk.show(run_id)
            codes = [self.paper.ended.get(one.id) for one in self.desk.attempts(run_id) if one.id in self.paper.started]
            assert (run.output is not None) == (run.state is State.SUCCEEDED)
            if run.state is State.SUCCEEDED:
                assert codes[-1] == 0
            if run.state is State.CANCELED:
                assert run_id in self.canceled
                assert 0 not in codes

    @invariant()
    def one_attempt_at_a_time_and_none_that_runs_unknown(self) -> None:
        for run_id in getattr(self, "runs", []):
            attempts = self.desk.attempts(run_id)
            live = [one for one in attempts if one.state != "ended"]
            run = self.desk.show(run_id)
            assert len(live) == (1 if run.state in (State.STAGING, State.RUNNING, State.COLLECTING) else 0)
            assert [one.number for one in attempts] == list(range(1, len(attempts) + 1))
            for one in attempts:
                if one.outcome is Outcome.UNSTARTED and one.id in self.paper.started:
                    assert one.id in self.paper.barred or one.reason is Reason.WAITING_FOR_SLOTS


def test_whatever_happens(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, scale: Scale) -> None:
    class Machine(Station):
        pass

    Machine.cluster = cluster
    Machine.folder = tmp_path_factory.mktemp("machine")
    examples = scale.of("machine examples", 12, 500)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
