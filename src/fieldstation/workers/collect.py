"""The collect loop: keeps outputs and logs of ended attempts, then ends them, many in one transaction.

Part one moves bytes and can be repeated; part two is one transaction under the fences. A batch that cannot be
published is tried one by one, so that one bad run spoils no other.
"""

import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fieldstation.core.datasets.model import FileEntry
from fieldstation.core.runs.model.globs import matches
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.values import Collectable, Holder, Run
from fieldstation.core.runs.model.verdict import Evidence, judge
from fieldstation.core.runs.service.collect import Collected, Collecting
from fieldstation.core.tools.model.definition import Definition, Output
from fieldstation.db import Database
from fieldstation.kernel.errors import FieldstationError, Forbidden, Invalid, NotFound, TooLarge, Unavailable
from fieldstation.kernel.logs import logger
from fieldstation.kernel.processes import process_name
from fieldstation.ports.engine import Engine, EngineBusy
from fieldstation.ports.storage import BlobStore, StoreFull
from fieldstation.workers.alone import LEASE_SECONDS
from fieldstation.workers.logs import keep_logs
from fieldstation.workers.outputs import Found, opened, walk
from fieldstation.workers.points import reached

log = logger(__name__)
_IDLE_SECONDS = 1.0
_BATCH = 32
_MOST_FILES = 1_000_000


class _Refused(Exception):
    """The outputs are not such as can be published."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a collector works with."""

    name: str  # of the engine
    engine: Engine
    store: BlobStore
    definition: Callable[[str], Definition]


class Collect:
    """Collects what ended on one engine; any number of these may work at once."""

    def __init__(self, database: Database, collecting: Collecting, bench: Bench) -> None:
        self._database = database
        self._collecting = collecting
        self._bench = bench
        self._holder = Holder(engine=bench.name, name=process_name(), lease_seconds=4 * LEASE_SECONDS)

    def step(self) -> float:
        """Collect a batch; returns how long there is nothing to do."""
        with self._database.begin() as tx:
            claimed = self._collecting.claim(tx, self._holder, limit=_BATCH)
        if not claimed:
            return _IDLE_SECONDS
        batch = [self._keep(item, run) for item, run in claimed]
        self._bench.store.flush()
        reached("between blobs and commit")
        ended = self._finish(batch)
        reached("after commit before reply")
        self.release(sorted(ended))
        return 0.0

    def release(self, attempt_ids: Sequence[str]) -> None:
        """Have the engine forget ended attempts, then give their uids back; what is still busy waits for the sweep."""
        gone = [attempt_id for attempt_id in attempt_ids if self._released(attempt_id)]
        if gone:
            with self._database.alone() as tx:
                self._collecting.released(tx, gone)

    def unreleased(self, limit: int) -> Sequence[str]:
        """Return ended attempts that the engine was not seen to forget, those of some seconds ago and more."""
        with self._database.begin() as tx:
            return self._collecting.unreleased(tx, self._bench.name, limit)

    def _released(self, attempt_id: str) -> bool:
        try:
            self._bench.engine.release(attempt_id)
        except EngineBusy as error:
            log.warning("attempt not released yet", attempt=attempt_id, why=str(error))
            return False
        return True

    def _keep(self, item: Collectable, run: Run) -> Collected:
        files: Sequence[FileEntry] = ()
        refused: tuple[Reason, str] | None = None
        if item.exit_code == 0 and not item.lost:
            try:
                files = self._keep_outputs(item, self._bench.definition(run.revision))
            except _Refused as error:
                refused = (error.reason, error.text)
        evidence = Evidence(
            lost=item.lost,
            exit_code=item.exit_code,
            breaches=item.breaches,
            stopped_for=Reason(item.stop_reason) if item.stop_reason else None,
            refused_output=refused,
        )
        logs = keep_logs(self._bench.engine, self._bench.store, item.attempt_id)
        return Collected(item=item, run=run, verdict=judge(evidence), files=files, logs=logs)

    def _keep_outputs(self, item: Collectable, definition: Definition) -> Sequence[FileEntry]:
        root = self._bench.engine.outputs(item.attempt_id)
        rules = definition.outputs
        chosen = [(found, rule) for found in walk(root) for rule in [_rule_of(rules, found)] if rule is not _NOT_WANTED]
        for found, _ in chosen:
            if found.refused:
                raise _Refused(Reason.OUTPUT_REFUSED, f"{found.path!r} is {found.refused}")
        for name, rule in rules.items():
            if rule.required and not any(chosen_rule is rule for _, chosen_rule in chosen):
                raise _Refused(Reason.OUTPUT_MISSING, f"{name}: no file matches {rule.glob!r}")
        if len(chosen) > _MOST_FILES:
            raise _Refused(Reason.OUTPUT_REFUSED, f"{len(chosen)} files; at most {_MOST_FILES} go into one version")
        try:
            return [self._keep_file(root, found, rule) for found, rule in chosen]
        except StoreFull as error:
            raise _Refused(Reason.STATION_FULL, str(error)) from error
        except OSError as error:
            raise _Refused(
                Reason.OUTPUT_REFUSED, f"a file changed or cannot be read: {error.strerror or error}"
            ) from error

    def _keep_file(self, root: Path, found: Found, rule: Output | None) -> FileEntry:
        with opened(root, found.path) as descriptor:
            (stored,) = self._bench.store.put_descriptors([descriptor])
        media_type = (rule.media_type if rule else None) or mimetypes.guess_type(found.path)[0]
        return FileEntry(path=found.path, size=stored.size, sha256=stored.sha256, media_type=media_type)

    def _finish(self, batch: Sequence[Collected]) -> set[str]:
        try:
            return self._database.retrying(lambda tx: self._collecting.finish(tx, batch))
        except Unavailable:
            raise
        except FieldstationError as error:
            if len(batch) > 1:
                return {attempt for one in batch for attempt in self._finish([one])}
            (one,) = batch
            if not one.files:
                raise
            return self._finish([one.judged(_reason_of(error), str(error))])


_NOT_WANTED = Output(glob="")


def _rule_of(rules: object, found: Found) -> Output | None:
    """Return the rule that wants a file; None wants everything, when the tool names no outputs."""
    if not rules:
        return None
    assert isinstance(rules, dict)
    return next((rule for rule in rules.values() if matches(rule.glob, found.path)), _NOT_WANTED)


def _reason_of(error: FieldstationError) -> Reason:
    if isinstance(error, TooLarge):
        return Reason.OUTPUT_TOO_LARGE
    if isinstance(error, NotFound | Forbidden):
        return Reason.OUTPUT_DATASET_GONE
    if isinstance(error, Invalid):
        return Reason.OUTPUT_REFUSED
    return Reason.OUTPUT_DATASET_GONE
