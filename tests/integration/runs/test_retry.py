"""Another try: when it is made, and when it is not."""

import pytest

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import Outcome, State
from fieldstation.core.runs.model.values import Run
from fieldstation.core.runs.service.collect import LOST_ATTEMPTS
from fieldstation.core.runs.service.dispatch import MOST_ATTEMPTS
from tests.integration.runs.desk import TOOL, Desk, Person


def definition(attempts: int, *reasons: str) -> str:
    return f"{TOOL}\nretry: {{{{attempts: {attempts}, on: [{', '.join(reasons)}]}}}}\n"


def tool(desk: Desk, person: Person, attempts: int, *reasons: str) -> str:
    return desk.tool(person, "tries", definition(attempts, *reasons))


def attempt(desk: Desk, run: Run, exit_code: int | None, *, lost: bool = False) -> State:
    """Bring a queued run through one attempt."""
    assert desk.finish(desk.collectable(run, exit_code, lost=lost))
    with desk.begin() as tx:
        desk.collecting.released(tx, [one.id for one in desk.attempts(run.id)])
    return desk.show(run.id).state


def test_without_a_policy_a_failure_is_final(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    assert attempt(desk, run, 1) is State.FAILED
    assert desk.show(run.id).attempts == 1


def test_a_failure_that_the_tool_names_is_tried_so_often(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada, tool(desk, ada, 3, "exit_nonzero"))
    assert attempt(desk, run, 1) is State.QUEUED
    waiting = desk.show(run.id)
    assert (waiting.reason, waiting.message, waiting.ended_at) == (Reason.WAITING_FOR_RETRY, None, None)
    assert attempt(desk, run, 2) is State.QUEUED
    assert attempt(desk, run, 3) is State.FAILED
    ended = desk.show(run.id)
    assert (ended.reason, ended.exit_code, ended.attempts) == (Reason.EXIT_NONZERO, 3, 3)
    assert [one.exit_code for one in desk.attempts(run.id)] == [1, 2, 3]
    assert [one.outcome for one in desk.attempts(run.id)] == [Outcome.FAILED] * 3


def test_a_try_that_succeeds_is_the_last(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada, tool(desk, ada, 3, "exit_nonzero"))
    attempt(desk, run, 1)
    assert attempt(desk, run, 0) is State.SUCCEEDED
    ended = desk.show(run.id)
    assert (ended.reason, ended.message, ended.exit_code) == (None, None, 0)


def test_a_failure_of_another_kind_is_final(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada, tool(desk, ada, 3, "out_of_memory"))
    assert attempt(desk, run, 1) is State.FAILED


def test_an_attempt_that_vanished_is_tried_again_whatever_the_tool_says(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    for _ in range(LOST_ATTEMPTS - 1):
        assert attempt(desk, run, None, lost=True) is State.QUEUED
    assert attempt(desk, run, None, lost=True) is State.FAILED
    assert desk.show(run.id).reason is Reason.NODE_LOST
    assert {one.outcome for one in desk.attempts(run.id)} == {Outcome.LOST}


def test_an_attempt_that_vanished_once_may_still_fail(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    assert attempt(desk, run, None, lost=True) is State.QUEUED
    assert attempt(desk, run, 1) is State.FAILED
    assert desk.show(run.id).reason is Reason.EXIT_NONZERO


def test_attempts_that_were_given_back_are_no_tries(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada, tool(desk, ada, 2, "exit_nonzero"))
    for _ in range(4):
        (claim,) = desk.claim(slots=1000)
        desk.refuse(claim, Reason.NODE_LOST, again=True)
    assert attempt(desk, run, 1) is State.QUEUED
    assert attempt(desk, run, 1) is State.FAILED
    assert [one.number for one in desk.attempts(run.id)] == [1, 2, 3, 4, 5, 6]


def test_what_is_given_back_without_end_fails_in_the_end(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    for _ in range(MOST_ATTEMPTS):
        assert desk.show(run.id).state is State.QUEUED
        (claim,) = desk.claim(slots=1000)
        desk.refuse(claim, Reason.WAITING_FOR_SLOTS, again=True)
    assert (desk.show(run.id).state, desk.show(run.id).reason) == (State.FAILED, Reason.WAITING_FOR_SLOTS)


@pytest.mark.parametrize("reason", [Reason.INPUT_UNREADABLE, Reason.IMAGE_NOT_FOUND])
def test_what_cannot_be_started_fails_with_its_reason(desk: Desk, ada: Person, reason: Reason) -> None:
    run = desk.submit(ada)
    (claim,) = desk.claim()
    assert desk.refuse(claim, reason)
    assert (desk.show(run.id).state, desk.show(run.id).reason) == (State.FAILED, reason)
    (one,) = desk.attempts(run.id)
    assert (one.outcome, one.reason, one.running_at) == (Outcome.UNSTARTED, reason, None)


def test_a_result_that_needed_two_tries_is_used_again(desk: Desk, ada: Person) -> None:
    name = tool(desk, ada, 2, "exit_nonzero")
    run = desk.submit(ada, name, reuse=True)
    attempt(desk, run, 1)
    attempt(desk, run, 0)
    assert desk.submit(ada, name, reuse=True).reused_from == run.id


def test_a_next_try_keeps_its_place_in_the_queue(desk: Desk, ada: Person) -> None:
    first = desk.submit(ada, tool(desk, ada, 2, "exit_nonzero"))
    claimed = desk.collectable(first, 1)
    later = desk.submit(ada)
    desk.finish(claimed)
    assert [claim.run_id for claim in desk.claim(slots=1000)] == [first.id, later.id]


def test_limits_begin_anew_with_each_try(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    first = desk.running(run)
    desk.later += 700
    assert desk.stops().keys() == {first.attempt_id}
    desk.exited(first.attempt_id, None, lost=True)
    desk.finish(*desk.collect())
    second = desk.running(run)
    assert second.number == 2
    assert desk.stops() == {}


# limits


def test_at_the_soft_limit_it_is_asked_and_at_the_hard_limit_killed(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    claim = desk.running(run)
    desk.later += 590
    assert desk.stops() == {}
    desk.later += 20
    (grace,) = desk.stops().values()
    assert 0 < grace <= 300
    assert desk.stops() == {}
    desk.later += 300
    assert desk.stops() == {claim.attempt_id: 0.0}
    assert desk.stops() == {}
    assert desk.stopping() == {claim.attempt_id: 0.0}
    desk.exited(claim.attempt_id, 137, stopped=True)
    desk.finish(*desk.collect())
    assert (desk.show(run.id).state, desk.show(run.id).reason) == (State.FAILED, Reason.TIME_LIMIT)


def test_who_ends_when_asked_is_told_so(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    claim = desk.running(run)
    desk.later += 610
    desk.stops()
    desk.exited(claim.attempt_id, 143, stopped=True)
    desk.finish(*desk.collect())
    assert desk.show(run.id).reason is Reason.SOFT_TIME_LIMIT


def test_the_time_counts_from_the_claim(desk: Desk, ada: Person) -> None:
    desk.submit(ada)
    (claim,) = desk.claim()
    desk.later += 1000
    desk.started(claim)
    assert desk.stops() == {claim.attempt_id: 0.0}


def test_a_user_may_end_what_the_soft_limit_only_asked(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    claim = desk.running(run)
    desk.later += 610
    assert desk.stops()[claim.attempt_id] > 200
    desk.cancel(ada, run.id)
    assert desk.stops() == {claim.attempt_id: 10.0}
    assert 0 < desk.stopping()[claim.attempt_id] <= 10
    assert desk.stops() == {}
    desk.exited(claim.attempt_id, 137, stopped=True)
    desk.finish(*desk.collect())
    assert (desk.show(run.id).state, desk.show(run.id).reason) == (State.CANCELED, Reason.STOPPED_BY_USER)


def test_who_was_canceled_and_met_the_hard_limit_was_canceled(desk: Desk, ada: Person) -> None:
    run = desk.submit(ada)
    claim = desk.running(run)
    desk.cancel(ada, run.id)
    desk.stops()
    desk.later += 1000
    assert desk.stops() == {claim.attempt_id: 0.0}
    desk.exited(claim.attempt_id, 137, stopped=True)
    desk.finish(*desk.collect())
    assert desk.show(run.id).state is State.CANCELED


# held


def test_while_no_engine_works_everything_is_held_and_then_goes_on(desk: Desk, ada: Person) -> None:
    first, second = desk.submit(ada), desk.submit(ada)
    running = desk.claim()
    with desk.begin() as tx:
        desk.dispatching.hold_for_engine(tx)
    held = desk.show(second.id)
    assert (held.state, held.reason) == (State.HELD, Reason.NO_ENGINE)
    assert desk.show(first.id).state is State.STAGING
    assert not desk.claim(slots=1000)
    with desk.begin() as tx:
        desk.dispatching.engine_is_back(tx)
    assert desk.show(second.id).reason is None
    assert [claim.run_id for claim in desk.claim(slots=1000)] == [second.id]
    assert [claim.run_id for claim in running] == [first.id]
    assert desk.events(second.id) == ["queued", "held", "queued", "staging"]
