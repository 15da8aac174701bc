"""Who lost the right to write writes nothing: every step by a stale holder, and every state's answer to a cancel."""

from dataclasses import replace

import pytest

from fieldstation.core.people.model import Role
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Claim, TakenOver
from fieldstation.kernel.errors import Forbidden, NotFound
from tests.integration.runs.desk import Desk, Person, holder


def taken_over(desk: Desk, claim: Claim) -> TakenOver:
    desk.later += 60
    with desk.begin() as tx:
        (item,) = desk.dispatching.take_over(tx, holder("bob"), [])
    assert item.attempt_id == claim.attempt_id
    return item


def in_hands_of(claim: Claim, item: TakenOver) -> Claim:
    return replace(claim, fence=item.fence)


def test_the_way_of_a_run(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    assert run.state is State.QUEUED
    (claim,) = desk.claim()
    assert desk.show(run.id).state is State.STAGING
    assert desk.started(claim) == {claim.attempt_id}
    assert desk.show(run.id).state is State.RUNNING
    desk.exited(claim.attempt_id)
    assert desk.show(run.id).state is State.COLLECTING
    (claimed,) = desk.collect()
    assert desk.finish(claimed, files=[desk.file("a.txt", b"a")]) == {claim.attempt_id}
    done = desk.show(run.id)
    assert (done.state, done.reason, done.exit_code) == (State.SUCCEEDED, None, 0)
    assert done.output is not None
    assert done.output.number == 1
    assert done.created_at <= (done.started_at or done.created_at) <= (done.ended_at or done.created_at)
    assert desk.events(run.id) == ["queued", "staging", "running", "collecting", "succeeded"]


def test_a_claim_that_was_taken_over_starts_nothing(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    (claim,) = desk.claim()
    item = taken_over(desk, claim)
    assert desk.started(claim) == set()
    assert desk.show(run.id).state is State.STAGING
    assert not desk.refuse(claim, Reason.INPUT_UNREADABLE)
    assert desk.show(run.id).state is State.STAGING
    assert desk.started(in_hands_of(claim, item)) == {claim.attempt_id}
    assert desk.events(run.id) == ["queued", "staging", "running"]


def test_a_claim_that_was_given_back_starts_nothing(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    (claim,) = desk.claim()
    assert desk.refuse(claim, Reason.NODE_LOST, again=True)
    assert desk.started(claim) == set()
    assert desk.show(run.id).state is State.QUEUED
    (second,) = desk.claim()
    assert desk.started(claim) == set()
    assert desk.show(run.id).state is State.STAGING
    assert (second.number, second.attempt_id != claim.attempt_id) == (2, True)


def test_a_claim_in_time_is_nobody_elses(desk: Desk, ada: Person) -> None:
    desk.submit(ada)
    (claim,) = desk.claim()
    with desk.begin() as tx:
        assert not desk.dispatching.take_over(tx, holder("bob"), ["carl"])
        assert desk.dispatching.renew(tx, holder("ada"), [claim.attempt_id]) == {claim.attempt_id}
        assert not desk.dispatching.renew(tx, holder("bob"), [claim.attempt_id])


def test_renewal_keeps_a_claim(desk: Desk, ada: Person) -> None:
    desk.submit(ada)
    (claim,) = desk.claim()
    for _ in range(3):
        desk.later += 10
        with desk.begin() as tx:
            assert not desk.dispatching.take_over(tx, holder("bob"), [])
            assert desk.dispatching.renew(tx, holder("ada"), [claim.attempt_id])


def test_of_the_dead_a_claim_is_taken_at_once(desk: Desk, ada: Person) -> None:
    desk.submit(ada)
    (claim,) = desk.claim()
    with desk.begin() as tx:
        assert desk.dispatching.holders(tx, claim_engine := "paper") == ["ada"]
        assert claim_engine == holder("x").engine
        (item,) = desk.dispatching.take_over(tx, holder("bob"), ["ada"])
    assert item.fence > claim.fence


def test_what_a_holder_left_lying_it_takes_up_again_itself(desk: Desk, ada: Person) -> None:
    """A step that failed after the claim leaves the attempt to a process that lives and knows nothing of it."""
    desk.submit(ada)
    (claim,) = desk.claim()
    desk.later += 60
    with desk.begin() as tx:
        (item,) = desk.dispatching.take_over(tx, holder("ada"), [])
    assert item.attempt_id == claim.attempt_id
    assert item.fence > claim.fence


def test_a_collector_that_was_too_slow_ends_nothing(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    slow = desk.collectable(run)
    desk.later += 600
    (quick,) = desk.collect(holder("bob"))
    assert desk.finish(slow, files=[desk.file("slow", b"1")]) == set()
    assert desk.show(run.id).state is State.COLLECTING
    assert desk.finish(quick, files=[desk.file("quick", b"2")]) == {quick[0].attempt_id}
    assert desk.finish(slow, files=[desk.file("slow", b"1")]) == set()
    output = desk.show(run.id).output
    assert output is not None
    assert output.number == 1
    with desk.begin() as tx:
        assert [file.path for file in desk.features.use.first_files(tx, output.version_id, 10)] == ["quick"]


def test_what_a_collector_holds_no_other_collects(desk: Desk, ada: Person) -> None:
    claimed = desk.collectable(desk.submit(ada))
    assert not desk.collect(holder("bob"))
    assert desk.finish(claimed)
    desk.later += 600
    assert not desk.collect(holder("bob"))


def test_what_the_dead_were_collecting_is_collected_at_once(desk: Desk, ada: Person) -> None:
    claimed = desk.collectable(desk.submit(ada))
    with desk.begin() as tx:
        ((item, _run),) = desk.collecting.claim(tx, holder("bob"), limit=9, dead=["collector"])
    assert item.attempt_id == claimed[0].attempt_id


def test_an_exit_is_recorded_once(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    claim = desk.running(run)
    desk.exited(claim.attempt_id, 3)
    desk.exited(claim.attempt_id, 0)
    assert desk.finish(*desk.collect())
    desk.exited(claim.attempt_id, 0)
    assert (desk.show(run.id).state, desk.show(run.id).exit_code) == (State.FAILED, 3)
    assert desk.events(run.id) == ["queued", "staging", "running", "collecting", "failed"]


def test_an_exit_before_the_start_was_recorded_is_seen_later(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    (claim,) = desk.claim()
    desk.exited(claim.attempt_id)
    assert desk.show(run.id).state is State.STAGING


# cancel, in each state


@pytest.mark.parametrize("state", ["queued", "held"])
def test_a_waiting_run_is_canceled_at_once(desk: Desk, ada: Person, state: str) -> None:
    run = desk.submit(ada)
    if state == "held":
        with desk.begin() as tx:
            desk.dispatching.hold_for_engine(tx)
    canceled = desk.cancel(ada, run.id)
    assert (canceled.state, canceled.reason) == (State.CANCELED, Reason.STOPPED_BY_USER)
    assert canceled.ended_at is not None
    assert not desk.claim()
    with desk.begin() as tx:
        desk.dispatching.engine_is_back(tx)
    assert desk.show(run.id).state is State.CANCELED


def test_while_it_is_staged_a_cancel_is_kept_until_it_can_be_stopped(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    (claim,) = desk.claim()
    assert desk.cancel(ada, run.id).state is State.STAGING
    desk.started(claim)
    assert desk.stops().keys() == {claim.attempt_id}
    desk.exited(claim.attempt_id, 143, stopped=True)
    desk.finish(*desk.collect())
    assert (desk.show(run.id).state, desk.show(run.id).reason) == (State.CANCELED, Reason.STOPPED_BY_USER)


def test_a_canceled_run_that_could_not_be_started_is_not_tried_again(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    (claim,) = desk.claim()
    desk.cancel(ada, run.id)
    assert desk.refuse(claim, Reason.WAITING_FOR_SLOTS, again=True)
    assert (desk.show(run.id).state, desk.show(run.id).reason) == (State.CANCELED, Reason.STOPPED_BY_USER)
    assert desk.events(run.id)[-1] == "canceled"
    assert not desk.claim()


def test_a_running_one_is_stopped_once(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    claim = desk.running(run)
    assert desk.stops() == {}
    assert desk.cancel(ada, run.id).state is State.RUNNING
    desk.cancel(ada, run.id)
    assert desk.stops() == {claim.attempt_id: 10.0}
    assert desk.stops() == {}
    assert desk.stopping().keys() == {claim.attempt_id}
    desk.exited(claim.attempt_id, 143, stopped=True)
    desk.finish(*desk.collect())
    assert desk.show(run.id).state is State.CANCELED
    assert desk.events(run.id).count("cancel_requested") == 1


def test_what_ended_by_itself_before_the_signal_ends_as_it_did(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    claim = desk.running(run)
    desk.cancel(ada, run.id)
    desk.stops()
    desk.exited(claim.attempt_id, 4)
    desk.finish(*desk.collect())
    assert (desk.show(run.id).state, desk.show(run.id).reason) == (State.FAILED, Reason.EXIT_NONZERO)


def test_while_it_is_collected_the_collecting_goes_on(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    claimed = desk.collectable(run)
    assert desk.cancel(ada, run.id).state is State.COLLECTING
    assert desk.finish(claimed, files=[desk.file("a", b"a")])
    assert (desk.show(run.id).state, desk.show(run.id).output is not None) == (State.SUCCEEDED, True)


def test_canceled_while_it_is_collected_it_is_not_tried_again(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    claimed = desk.collectable(run, None, lost=True)
    desk.cancel(ada, run.id)
    assert desk.finish(claimed)
    assert (desk.show(run.id).state, desk.show(run.id).reason) == (State.CANCELED, Reason.STOPPED_BY_USER)
    assert desk.events(run.id)[-1] == "canceled"
    assert not desk.claim()


@pytest.mark.parametrize("exit_code", [0, 1])
def test_a_final_run_stays_as_it_is(desk: Desk, ada: Person, exit_code: int) -> None:
    run = desk.ended(desk.submit(ada), exit_code)
    before = desk.events(run.id)
    assert desk.cancel(ada, run.id) == run
    assert desk.events(run.id) == before


def test_who_may_not_run_in_the_project_may_not_cancel(desk: Desk, ada: Person, bob: Person) -> None:
    run = desk.submit(ada)
    with pytest.raises(NotFound):
        desk.cancel(bob, run.id)
    with desk.begin() as tx:
        desk.features.projects.set_member(tx, ada.caller, ada.space, "bob", Role.READER)
    with pytest.raises(Forbidden):
        desk.cancel(bob, run.id)
    assert desk.show(run.id).state is State.QUEUED
