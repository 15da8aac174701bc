"""From the evidence of an attempt to how it ended. Pure, so that each rule can be tested alone."""

from dataclasses import dataclass

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import Outcome
from fieldstation.core.runs.model.values import Verdict

_NOT_EXECUTABLE = 126
_NOT_FOUND = 127
_SIGNAL_BASE = 128
_BREACHES = (
    ("memory", Reason.OUT_OF_MEMORY),
    ("disk", Reason.DISK_FULL),
    ("pids", Reason.TOO_MANY_PROCESSES),
)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything known of an attempt whose process is gone.

    `stopped_for` is why the station sent its signal, if it did; `refused_output` says why what it wrote cannot be kept.
    """

    lost: bool
    exit_code: int | None
    breaches: frozenset[str] = frozenset()
    stopped_for: Reason | None = None
    refused_output: tuple[Reason, str] | None = None


def judge(evidence: Evidence) -> Verdict:
    """Say how an attempt ended.

    An exit code 0 stands even when a stop was asked for: it was seen, so the program had finished. No evidence is
    never success.
    """
    if evidence.lost or evidence.exit_code is None:
        return _without_evidence(evidence)
    if evidence.exit_code == 0:
        return _finished(evidence)
    return _broken_off(evidence, evidence.exit_code)


def _without_evidence(evidence: Evidence) -> Verdict:
    return _stopped(evidence) or Verdict(outcome=Outcome.LOST, reason=Reason.NODE_LOST)


def _finished(evidence: Evidence) -> Verdict:
    if evidence.refused_output is not None:
        reason, message = evidence.refused_output
        return Verdict(outcome=Outcome.FAILED, reason=reason, message=message)
    return Verdict(outcome=Outcome.SUCCEEDED)


def _broken_off(evidence: Evidence, exit_code: int) -> Verdict:
    stopped = _stopped(evidence)
    if stopped is not None:
        return stopped
    if exit_code in (_NOT_EXECUTABLE, _NOT_FOUND):
        return Verdict(outcome=Outcome.FAILED, reason=Reason.COMMAND_NOT_FOUND, message=f"exit code {exit_code}")
    return Verdict(outcome=Outcome.FAILED, reason=Reason.EXIT_NONZERO, message=_exit_text(exit_code))


def _stopped(evidence: Evidence) -> Verdict | None:
    """Blame what is known to have ended it: our signal, or a limit that was met."""
    if evidence.stopped_for is Reason.STOPPED_BY_USER:
        return Verdict(outcome=Outcome.CANCELED, reason=Reason.STOPPED_BY_USER)
    if evidence.stopped_for is not None:
        return Verdict(outcome=Outcome.FAILED, reason=evidence.stopped_for)
    for breach, reason in _BREACHES:
        if breach in evidence.breaches:
            return Verdict(outcome=Outcome.FAILED, reason=reason)
    return None


def _exit_text(exit_code: int) -> str:
    if exit_code > _SIGNAL_BASE:
        return f"exit code {exit_code} (signal {exit_code - _SIGNAL_BASE})"
    return f"exit code {exit_code}"
