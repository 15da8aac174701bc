"""Submitting a run: everything that can be refused is refused here, in one transaction with the key that repeats."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fieldstation.core.datasets.model import NewVersion
from fieldstation.core.people.model import Caller
from fieldstation.core.runs.model.reuse import NotReusable
from fieldstation.core.runs.model.states import State
from fieldstation.core.runs.model.values import Run, RunOutput, Submission, SubmitKey
from fieldstation.core.runs.service.news import run_event
from fieldstation.core.runs.service.prepare import Collaborators, Prepared, Preparing
from fieldstation.core.runs.store import runs as run_store
from fieldstation.core.runs.store import submitted
from fieldstation.db import Tx
from fieldstation.kernel.errors import Conflict, Fault, Invalid
from fieldstation.kernel.ids import new_id
from fieldstation.kernel.logs import request_id

_MOST_FILES = 1_000_000  # as many as a run may have made


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The run of a submit; `repeated` when an earlier submit with the same key had made it."""

    run: Run
    repeated: bool


class Submits:
    """Takes submissions."""

    def __init__(self, parts: Collaborators, preparing: Preparing) -> None:
        self._preparing = preparing
        self._use = parts.use
        self._datasets = parts.datasets
        self._outbox = parts.outbox

    def submit(self, tx: Tx, caller: Caller, submission: Submission, key: SubmitKey | None = None) -> Answer:
        """Queue a run, or return the one that the same key made before.

        Raises Invalid (also for a key that came with another body), NotFound for what the caller may not see,
        Forbidden for what they may not do, OutOfCoins where what pays is at its limit, Unavailable while the first
        submit with this key is still at work.
        """
        if key is not None:
            earlier = self._earlier(tx, key)
            if earlier is not None:
                return Answer(run=earlier, repeated=True)
        run_id = self._queue(tx, caller, submission)
        if key is not None:
            submitted.keep(tx, key, run_id)
        run = run_store.run_by_id(tx, run_id)
        assert run is not None
        return Answer(run=run, repeated=False)

    def _earlier(self, tx: Tx, key: SubmitKey) -> Run | None:
        if not submitted.lock(tx, key):
            raise InProgress(
                "a submit with this Idempotency-Key is at work now", next_step="ask again in a moment with the same key"
            )
        found = submitted.find(tx, key)
        if found is None:
            return None
        body_digest, run_id = found
        if body_digest != key.body_digest:
            raise Invalid(
                "this Idempotency-Key came with another body before",
                next_step="use a new key for a new submit",
                reason="idempotency_key_reused",
            )
        return run_store.run_by_id(tx, run_id)

    def _queue(self, tx: Tx, caller: Caller, submission: Submission) -> str:
        prepared = self._preparing.prepare(tx, caller, submission)
        output = self._use.for_outputs(tx, caller, prepared.output)
        reused = self._preparing.reusable(tx, caller, prepared) if submission.reuse else None
        run_id, project = new_id("run"), prepared.project
        run_store.insert_run(
            tx,
            {
                "id": run_id,
                "user_id": caller.user_id,
                "username": caller.username,
                "name": submission.name,
                **_columns(prepared),
                "output_dataset_id": output,
                "state": State.SUCCEEDED if reused else State.QUEUED,
                "reason": None,
                "tag": submission.tag,
                "reuse": submission.reuse,
                "reused_from": reused.id if reused else None,
                "rerun_of": submission.rerun_of,
                "request_id": request_id.get(),
            },
            prepared.inputs,
        )
        if reused is None:
            self._outbox.emit(tx, [run_event(run_id, project, State.QUEUED)])
            return run_id
        if reused.output is not None:
            run_store.share_output(tx, run_id, self._given(tx, caller, run_id, reused.output, output))
        text = f"the result of {reused.id} was used again"
        self._outbox.emit(tx, [run_event(run_id, project, State.SUCCEEDED, text=text)])
        return run_id

    def _given(self, tx: Tx, caller: Caller, run_id: str, found: RunOutput, wanted: str) -> RunOutput:
        """Return the version that stands for a reused result: itself, or a new one in the data set asked for."""
        if found.dataset_id == wanted:
            return found
        files = self._use.first_files(tx, found.version_id, _MOST_FILES)
        new = NewVersion(dataset_id=wanted, files=files, author_id=caller.user_id, run_id=run_id)
        (made,) = self._datasets.publish(tx, [new])
        self._use.require_room(tx, [wanted])
        return RunOutput(dataset_id=made.dataset_id, version_id=made.id, number=made.number)


class InProgress(Conflict):
    """The first submit with this key has not ended yet."""

    reason = "idempotency_key_in_use"
    fault = Fault.PASSING
    retry_after_seconds = 1


def _columns(prepared: Prepared) -> Mapping[str, Any]:
    tool, definition, parts = prepared.tool, prepared.tool.definition, prepared.parts
    return {
        "project_id": prepared.project,
        "tool_id": tool.tool_id,
        "tool_name": tool.name,
        "tool_version": tool.version,
        "revision": tool.revision,
        "parameters": prepared.parameters,
        "resources": prepared.resources,
        "priority": prepared.priority,
        "max_attempts": definition.retry.attempts,
        "retry_on": list(definition.retry.reasons),
        "soft_seconds": prepared.soft_seconds,
        "hard_seconds": definition.limits.hard_seconds,
        "grace_seconds": definition.limits.grace_seconds,
        "image": prepared.image,
        "reuse_key": prepared.reuse_key,
        "reuse_parts": {"not_reusable": parts.why} if isinstance(parts, NotReusable) else parts,
    }
