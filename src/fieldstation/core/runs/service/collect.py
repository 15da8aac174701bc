"""From collecting to the end: one transaction for manifest, versions, lineage, states and events, under the fences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fieldstation.core.datasets.model import FileEntry, NewVersion
from fieldstation.core.datasets.service import Datasets
from fieldstation.core.datasets.service.use import DataUse
from fieldstation.core.projects.service import Files
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.states import Outcome, State
from fieldstation.core.runs.model.values import Collectable, End, Holder, Moved, Run, RunOutput, Verdict
from fieldstation.core.runs.model.veil import Veil
from fieldstation.core.runs.service.given import Givens
from fieldstation.core.runs.service.news import end_event, log_events
from fieldstation.core.runs.service.rights import Rights
from fieldstation.core.runs.store import attempts as attempt_store
from fieldstation.core.runs.store import runs as run_store
from fieldstation.db import Tx
from fieldstation.db.outbox import Event, Outbox
from fieldstation.ports.storage import Stored

LOST_ATTEMPTS = 3  # a run whose attempts vanish is tried so often, whatever its tool says


@dataclass(frozen=True, kw_only=True)
class Collected:
    """An attempt with all that was kept of it outside the database: its bytes are in the store, flushed."""

    item: Collectable
    run: Run
    verdict: Verdict
    version: NewVersion | None = None  # what it made, where it made anything and succeeded
    logs: Mapping[str, Any] = field(default_factory=dict)

    def judged(self, reason: Reason, message: str) -> "Collected":
        """Return the same, failed for `reason` instead of succeeded."""
        verdict = Verdict(outcome=Outcome.FAILED, reason=reason, message=message)
        return replace(self, verdict=verdict, version=None)


def version_of(run: Run, files: Sequence[FileEntry]) -> NewVersion | None:
    """Return the version that these outputs become, checked and sorted before any transaction; None without files.

    Raises Invalid when they cannot stand together.
    """
    if not files:
        return None
    assert run.output_dataset_id is not None
    made = NewVersion(dataset_id=run.output_dataset_id, files=files, author_id=run.user_id, run_id=run.id)
    _ = made.manifest
    return made


@dataclass(frozen=True, kw_only=True)
class CollectParts:
    """The features that collecting stands on."""

    datasets: Datasets
    use: DataUse
    outbox: Outbox
    rights: Rights
    files: Files
    givens: Givens


class Collecting:
    """What a collector does inside its transactions; bytes move before them."""

    def __init__(self, parts: CollectParts) -> None:
        self._datasets = parts.datasets
        self._use = parts.use
        self._outbox = parts.outbox
        self._rights = parts.rights
        self._files = parts.files
        self._givens = parts.givens

    def claim(
        self, tx: Tx, holder: Holder, *, limit: int, dead: Sequence[str] = ()
    ) -> Sequence[tuple[Collectable, Run]]:
        """Take attempts whose process is gone; each stays ours for the holder's time."""
        items = attempt_store.claim_collect(tx, holder, limit, dead)
        runs = run_store.runs_by_ids(tx, [item.run_id for item in items])
        return [(item, runs[item.run_id]) for item in items]

    def veils(self, tx: Tx, runs: Sequence[Run]) -> Mapping[str, Veil]:
        """Return what hides in their logs what these runs were given, by run."""
        return self._givens.veils(tx, [run.id for run in runs if run.output_dataset_id is None])

    def under_way(self, tx: Tx, engine: str) -> int:
        """Return how many attempts will soon be to collect, besides those that are."""
        return attempt_store.under_way(tx, engine)

    def holders(self, tx: Tx, engine: str) -> Sequence[str]:
        """Return who holds claims now."""
        return attempt_store.holders(tx, engine)

    def renew(self, tx: Tx, holder: Holder, attempt_ids: Sequence[str]) -> set[str]:
        """Prolong claims; what is not returned was lost."""
        return attempt_store.renew(tx, holder, attempt_ids)

    def finish(self, tx: Tx, batch: Sequence[Collected]) -> set[str]:
        """End these attempts and move their runs, publishing what succeeded; returns the attempts that were ours.

        Raises what `Datasets.publish` raises when one of them cannot be published, Forbidden when who submitted one may
        not write to its data set any more, TooLarge over a quota; then nothing of the batch stands.
        """
        moves = attempt_store.end(tx, [_end_of(collected, _next_state(collected)) for collected in batch])
        ours = {move.attempt_id for move in moves}
        kept = {collected.item.attempt_id: collected for collected in batch if collected.item.attempt_id in ours}
        outputs = self._publish(tx, list(kept.values()))
        self._keep_logs(tx, list(kept.values()))
        written = {one.run.project_id for one in kept.values() if one.run.output_dataset_id is None}
        if written:
            self._files.changed(tx, sorted(written))
            self._givens.take_back(tx, [one.run.id for one in kept.values() if one.run.output_dataset_id is None])
        attempt_store.add_use(tx, sorted(ours))
        self._outbox.emit(tx, [one for move in moves for one in _events_of(kept[move.attempt_id], move, outputs)])
        return ours

    def released(self, tx: Tx, attempt_ids: Sequence[str]) -> None:
        """Record that the engine has no trace of these attempts left."""
        attempt_store.released(tx, attempt_ids)

    def unreleased(self, tx: Tx, engine: str, limit: int) -> Sequence[str]:
        """Return ended attempts of which the engine may still have traces."""
        return attempt_store.unreleased(tx, engine, limit)

    def _keep_logs(self, tx: Tx, batch: Sequence[Collected]) -> None:
        for collected in batch:
            stored = [
                Stored(sha256=facts["sha256"], size=facts["size"])
                for facts in collected.logs.values()
                if "sha256" in facts
            ]
            if stored:
                self._use.keep(tx, collected.item.attempt_id, stored)

    def _publish(self, tx: Tx, batch: Sequence[Collected]) -> Mapping[str, RunOutput]:
        made = [
            (collected.run.id, collected.version)
            for collected in batch
            if collected.version is not None and collected.verdict.outcome is Outcome.SUCCEEDED
        ]
        if not made:
            return {}
        self._rights.require_output(tx, [run_id for run_id, _ in made])
        versions = self._datasets.publish(tx, [version for _, version in made])
        self._use.require_room(tx, {version.dataset_id for version in versions})
        outputs = {
            run_id: RunOutput(dataset_id=version.dataset_id, version_id=version.id, number=version.number)
            for (run_id, _), version in zip(made, versions, strict=True)
        }
        attempt_store.add_outputs(tx, list(outputs.items()))
        return outputs


def _next_state(collected: Collected) -> State:
    """Say what the run becomes: final, or queued for another attempt."""
    run, verdict = collected.run, collected.verdict
    if verdict.outcome is Outcome.SUCCEEDED:
        return State.SUCCEEDED
    if verdict.outcome is Outcome.CANCELED:
        return State.CANCELED
    allowed = LOST_ATTEMPTS if verdict.outcome is Outcome.LOST else 1
    wanted = run.max_attempts if verdict.reason in run.retry_on else 1
    return State.FAILED if collected.item.tries >= max(allowed, wanted) else State.QUEUED


def _end_of(collected: Collected, state: State) -> End:
    item, verdict = collected.item, collected.verdict
    again = state is State.QUEUED
    return End(
        attempt_id=item.attempt_id,
        run_id=item.run_id,
        fence=item.fence,
        outcome=verdict.outcome,
        reason=verdict.reason,
        message=None if again else verdict.message,
        exit_code=item.exit_code,
        logs=collected.logs,
        state=state,
        run_reason=Reason.WAITING_FOR_RETRY if again else verdict.reason,
    )


def _events_of(collected: Collected, move: Moved, outputs: Mapping[str, RunOutput]) -> Iterator[Event]:
    yield from log_events(move, collected.logs)
    verdict = collected.verdict
    event = end_event(move, verdict.reason, verdict.message)
    if (output := outputs.get(move.run_id)) is not None:
        made = {"dataset": output.dataset_id, "version": output.version_id, "number": output.number}
        event = replace(event, body={**event.body, "output": made})
    yield event
