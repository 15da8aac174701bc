"""From rows to values, in one place."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import AttemptState, Outcome, State
from fieldstation.core.runs.model.values import Attempt, Run, RunInput, RunOutput

RUN_COLUMNS = """r.id, r.project_id, r.user_id, r.username, r.name, r.tool_id, r.tool_name, r.tool_version, r.revision,
    r.parameters, r.output_dataset_id, r.resources, r.priority, r.state, r.reason, r.message, r.exit_code, r.attempts,
    r.max_attempts, r.retry_on, r.soft_seconds, r.hard_seconds, r.tag, r.reuse_key, r.reused_from,
    r.cancel_requested_at, r.created_at, r.queued_at, r.started_at, r.ended_at, r.request_id"""


def run_of(row: Row[Any], inputs: Sequence[RunInput], output: RunOutput | None) -> Run:
    """Build a run from its row, which has RUN_COLUMNS."""
    fields = row._asdict()
    return Run(
        **{name: fields[name] for name in _SAME},
        retry_on=frozenset(fields["retry_on"]),
        state=State(fields["state"]),
        reason=None if fields["reason"] is None else Reason(fields["reason"]),
        inputs=inputs,
        output=output,
    )


def attempt_of(row: Row[Any]) -> Attempt:
    """Build an attempt from its row."""
    return Attempt(
        id=row.id,
        run_id=row.run_id,
        number=row.number,
        engine=row.engine,
        state=AttemptState(row.state),
        outcome=None if row.outcome is None else Outcome(row.outcome),
        reason=None if row.reason is None else Reason(row.reason),
        exit_code=row.exit_code,
        claimed_at=row.claimed_at,
        running_at=row.running_at,
        exited_at=row.exited_at,
        ended_at=row.ended_at,
        usage=row.usage,
        logs=row.logs,
    )


_SPECIAL = {"retry_on", "state", "reason", "inputs", "output"}
_SAME = tuple(name for name in Run.__dataclass_fields__ if name not in _SPECIAL)
