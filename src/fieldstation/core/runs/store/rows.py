"""From rows to values, in one place."""

from typing import Any

from sqlalchemy import Row

from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import AttemptState, Outcome, State
from fieldstation.core.runs.model.values import Attempt, Run, RunInput, RunOutput

RUN_COLUMNS = """r.id, r.project_id, r.user_id, r.username, r.name, r.tool_id, r.tool_name, r.tool_version, r.revision,
    r.parameters, r.output_dataset_id, r.resources, r.priority, r.state, r.reason, r.message, r.exit_code, r.attempts,
    r.max_attempts, r.retry_on, r.soft_seconds, r.hard_seconds, r.tag, r.image, r.reuse_key, r.reused_from, r.rerun_of,
    r.cancel_requested_at, r.created_at, r.queued_at, r.started_at, r.ended_at, r.request_id,
    (SELECT jsonb_agg(jsonb_build_object('slot', i.slot, 'version_id', i.version_id, 'dataset_id', i.dataset_id,
            'number', i.number, 'manifest_digest', i.manifest_digest, 'path', i.path, 'target', i.target)
            ORDER BY i.place)
       FROM run_input i WHERE i.run_id = r.id) AS inputs,
    (SELECT jsonb_build_object('dataset_id', o.dataset_id, 'version_id', o.version_id, 'number', o.number)
       FROM run_output o WHERE o.run_id = r.id LIMIT 1) AS output"""


def run_of(row: Row[Any]) -> Run:
    """Build a run from its row, which has RUN_COLUMNS."""
    fields = row._asdict()
    return Run(
        **{name: fields[name] for name in _SAME},
        retry_on=frozenset(fields["retry_on"]),
        state=State(fields["state"]),
        reason=None if fields["reason"] is None else Reason(fields["reason"]),
        inputs=[RunInput(**item) for item in fields["inputs"] or ()],
        output=None if fields["output"] is None else RunOutput(**fields["output"]),
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
