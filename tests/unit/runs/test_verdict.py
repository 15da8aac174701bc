"""From evidence to how an attempt ended: each rule alone, and what no evidence may ever lead to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import Outcome
from fieldstation.core.runs.model.values import Verdict
from fieldstation.core.runs.model.verdict import Evidence, judge

STOPS = [Reason.STOPPED_BY_USER, Reason.SOFT_TIME_LIMIT, Reason.TIME_LIMIT]
REFUSALS = [Reason.OUTPUT_MISSING, Reason.OUTPUT_REFUSED, Reason.STATION_FULL]
BREACH_REASONS = {
    "memory": Reason.OUT_OF_MEMORY,
    "disk": Reason.DISK_FULL,
    "pids": Reason.TOO_MANY_PROCESSES,
}

breaches = st.frozensets(st.sampled_from([*BREACH_REASONS, "log", "something new"]))
stops = st.none() | st.sampled_from(STOPS)
refusals = st.none() | st.tuples(st.sampled_from(REFUSALS), st.text(max_size=10))
codes = st.none() | st.integers(0, 255)
all_evidence = st.builds(
    Evidence, lost=st.booleans(), exit_code=codes, breaches=breaches, stopped_for=stops, refused_output=refusals
)


@given(all_evidence)
def test_success_needs_an_exit_code_0_that_was_seen_and_outputs_that_can_be_kept(evidence: Evidence) -> None:
    succeeded = judge(evidence).outcome is Outcome.SUCCEEDED
    assert succeeded == (not evidence.lost and evidence.exit_code == 0 and evidence.refused_output is None)


@given(all_evidence)
def test_every_end_but_success_has_a_reason(evidence: Evidence) -> None:
    verdict = judge(evidence)
    assert (verdict.reason is None) == (verdict.outcome is Outcome.SUCCEEDED)
    assert verdict.outcome is not Outcome.UNSTARTED


@given(all_evidence)
def test_canceled_means_that_a_user_stopped_it(evidence: Evidence) -> None:
    verdict = judge(evidence)
    assert (verdict.outcome is Outcome.CANCELED) == (verdict.reason is Reason.STOPPED_BY_USER)
    if verdict.outcome is Outcome.CANCELED:
        assert evidence.stopped_for is Reason.STOPPED_BY_USER
        assert evidence.lost or evidence.exit_code != 0


@given(all_evidence)
def test_lost_means_that_nothing_at_all_is_known(evidence: Evidence) -> None:
    verdict = judge(evidence)
    known = evidence.stopped_for is not None or bool(evidence.breaches & set(BREACH_REASONS))
    assert (verdict.outcome is Outcome.LOST) == ((evidence.lost or evidence.exit_code is None) and not known)
    assert (verdict.reason is Reason.NODE_LOST) == (verdict.outcome is Outcome.LOST)


@given(all_evidence)
def test_a_limit_is_only_blamed_with_evidence_of_its_own(evidence: Evidence) -> None:
    reason = judge(evidence).reason
    if reason in BREACH_REASONS.values():
        assert any(BREACH_REASONS[name] is reason for name in evidence.breaches & set(BREACH_REASONS))
    if reason in STOPS:
        assert evidence.stopped_for is reason


@pytest.mark.parametrize("stopped_for", [None, *STOPS])
def test_0_stands_whatever_was_asked_of_it_later(stopped_for: Reason | None) -> None:
    assert judge(Evidence(lost=False, exit_code=0, stopped_for=stopped_for)) == Verdict(outcome=Outcome.SUCCEEDED)


def test_killed_is_not_out_of_memory_by_its_exit_code_alone() -> None:
    killed = judge(Evidence(lost=False, exit_code=137))
    assert killed.reason is Reason.EXIT_NONZERO
    assert killed.message == "exit code 137 (signal 9)"


@pytest.mark.parametrize(("breach", "reason"), BREACH_REASONS.items())
@pytest.mark.parametrize("exit_code", [1, 137, None])
def test_a_limit_met_is_the_reason_also_where_the_recorder_died_with_it(
    breach: str, reason: Reason, exit_code: int | None
) -> None:
    evidence = Evidence(lost=exit_code is None, exit_code=exit_code, breaches=frozenset({breach}))
    assert judge(evidence) == Verdict(outcome=Outcome.FAILED, reason=reason)


@pytest.mark.parametrize("code", [126, 127])
def test_a_program_that_is_not_there_is_named_so(code: int) -> None:
    assert judge(Evidence(lost=False, exit_code=code)).reason is Reason.COMMAND_NOT_FOUND


def test_a_log_that_was_cut_is_no_failure() -> None:
    verdict = judge(Evidence(lost=False, exit_code=3, breaches=frozenset({"log"})))
    assert verdict == Verdict(outcome=Outcome.FAILED, reason=Reason.EXIT_NONZERO, message="exit code 3")


def test_outputs_that_cannot_be_kept_fail_it_and_say_which() -> None:
    verdict = judge(Evidence(lost=False, exit_code=0, refused_output=(Reason.OUTPUT_REFUSED, "'a' is a link")))
    assert verdict == Verdict(outcome=Outcome.FAILED, reason=Reason.OUTPUT_REFUSED, message="'a' is a link")
