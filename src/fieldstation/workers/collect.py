"""The collect loop: keeps outputs and logs of ended attempts, then ends them, many in one transaction.

Part one moves bytes and can be repeated; part two is one transaction under the fences. A batch that cannot be
published is tried one by one, so that one bad run spoils no other.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from fieldstation.core.datasets.model import NewVersion
from fieldstation.core.runs.model.reasons import Reason
from fieldstation.core.runs.model.values import Collectable, Holder, Run
from fieldstation.core.runs.model.veil import Veil
from fieldstation.core.runs.model.verdict import Evidence, judge
from fieldstation.core.runs.service.collect import Collected, Collecting, version_of
from fieldstation.core.runs.service.given import NO_VEIL
from fieldstation.core.tools.model.definition import Definition
from fieldstation.db import Database
from fieldstation.kernel.errors import FieldstationError, Invalid, TooLarge, Unavailable
from fieldstation.kernel.logs import logger
from fieldstation.kernel.processes import is_dead, process_name
from fieldstation.ports.engine import Engine, EngineBusy
from fieldstation.ports.storage import BlobStore
from fieldstation.workers.alone import LEASE_SECONDS
from fieldstation.workers.keep import OutputsRefused, keep_outputs
from fieldstation.workers.logs import keep_logs, keep_samples
from fieldstation.workers.points import reached

log = logger(__name__)
_IDLE_SECONDS = 1.0
_INHERIT_SECONDS = 5.0
_BATCH = 32
_GATHER_SECONDS = 0.06  # how far apart batches begin while more attempts are under way
_MOST_TEXT = 1000  # characters of why outputs were refused


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a collector works with."""

    name: str  # of the engine
    engine: Engine
    store: BlobStore
    definition: Callable[[str], Definition]


class Pace:
    """Keeps the batches of all collectors of an engine a little apart while much goes on: company makes ends cheap."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._next = 0.0

    @contextmanager
    def turn(self) -> Iterator[Callable[[], None]]:
        """Wait for one's turn to claim; call what is given where more attempts are under way."""
        with self._turn:
            if (pause := self._next - time.monotonic()) > 0:
                time.sleep(pause)
            began, busy = time.monotonic(), threading.Event()
            yield busy.set
            self._next = began + _GATHER_SECONDS if busy.is_set() else 0.0


class Collect:
    """Collects what ended on one engine; any number of these may work at once, at one pace."""

    def __init__(self, database: Database, collecting: Collecting, bench: Bench, pace: Pace) -> None:
        self._database = database
        self._collecting = collecting
        self._bench = bench
        self._holder = Holder(engine=bench.name, name=process_name(), lease_seconds=LEASE_SECONDS)
        self._inherit_at = 0.0
        self._pace = pace

    def step(self) -> float:
        """Collect a batch; returns how long there is nothing to do."""
        with self._pace.turn() as busy, self._database.begin() as tx:
            claimed = self._collecting.claim(tx, self._holder, limit=_BATCH, dead=self._dead())
            if claimed and self._collecting.under_way(tx, self._bench.name):
                busy()
            veils = self._collecting.veils(tx, [run for _, run in claimed])
        if not claimed:
            return _IDLE_SECONDS
        with self._renewing([item.attempt_id for item, _ in claimed]):
            found = [self._kept(item, run, veils.get(run.id, NO_VEIL)) for item, run in claimed]
            batch = [kept for kept in found if kept is not None]
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

    def _dead(self) -> Sequence[str]:
        """Return, now and then, holders of claims that are gone for sure."""
        if time.monotonic() < self._inherit_at:
            return ()
        self._inherit_at = time.monotonic() + _INHERIT_SECONDS
        with self._database.begin() as tx:
            return [name for name in self._collecting.holders(tx, self._bench.name) if is_dead(name)]

    @contextmanager
    def _renewing(self, attempt_ids: Sequence[str]) -> Iterator[None]:
        """Keep claims from running out while bytes move, however long that takes."""
        over = threading.Event()
        renewer = threading.Thread(target=self._renew_until, args=(over, attempt_ids), name="renew", daemon=True)
        renewer.start()
        try:
            yield
        finally:
            over.set()
            renewer.join()

    def _renew_until(self, over: threading.Event, attempt_ids: Sequence[str]) -> None:
        while not over.wait(self._holder.lease_seconds / 3):
            try:
                with self._database.alone() as tx:
                    self._collecting.renew(tx, self._holder, attempt_ids)
            except Unavailable as error:  # another may take them over; the fences keep us apart
                log.warning("claims not renewed", why=error.text)

    def _released(self, attempt_id: str) -> bool:
        try:
            self._bench.engine.release(attempt_id)
        except EngineBusy as error:
            log.warning("attempt not released yet", attempt=attempt_id, why=str(error))
            return False
        except OSError:
            log.exception("attempt could not be released", attempt=attempt_id)
            return False
        return True

    def _kept(self, item: Collectable, run: Run, veil: Veil) -> Collected | None:
        """Keep all of one attempt; None when that failed, and whoever claims it after our time tries again."""
        try:
            return self._keep(item, run, veil)
        except Unavailable:
            raise
        except Exception:  # the top of one attempt's collecting: it must not keep the others of its batch from theirs
            log.exception("not collected", run=run.id, attempt=item.attempt_id, request=run.request_id)
            return None

    def _keep(self, item: Collectable, run: Run, veil: Veil) -> Collected:
        version: NewVersion | None = None
        refused: tuple[Reason, str] | None = None
        if item.exit_code == 0 and not item.lost and run.output_dataset_id is not None:
            try:
                version = self._keep_outputs(item, run)
            except OutputsRefused as error:
                refused = (error.reason, error.text)
            except Invalid as error:
                refused = (Reason.OUTPUT_REFUSED, str(error)[:_MOST_TEXT])
        evidence = Evidence(
            lost=item.lost,
            exit_code=item.exit_code,
            breaches=item.breaches,
            stopped_for=Reason(item.stop_reason) if item.stop_reason else None,
            refused_output=refused,
        )
        engine = self._bench.engine
        logs = keep_logs(engine, self._bench.store, item.attempt_id, veil)
        logs = {**logs, **keep_samples(engine, item.attempt_id)}
        return Collected(item=item, run=run, verdict=judge(evidence), version=version, logs=logs)

    def _keep_outputs(self, item: Collectable, run: Run) -> NewVersion | None:
        rules = self._bench.definition(run.revision).outputs
        return version_of(run, keep_outputs(self._bench.store, self._bench.engine.outputs(item.attempt_id), rules))

    def _finish(self, batch: Sequence[Collected]) -> set[str]:
        if not batch:
            return set()
        try:
            return self._database.retrying(lambda tx: self._collecting.finish(tx, batch))
        except FieldstationError as error:
            if len(batch) > 1 and error.reason != "database_away":
                return self._each(batch)
            (one,) = batch[:1]
            if one.version is None or isinstance(error, Unavailable):
                raise
            return self._finish([one.judged(_reason_of(error), str(error)[:_MOST_TEXT])])
        except Exception:
            if len(batch) == 1:
                raise
            log.exception("batch not ended", attempts=len(batch))
            return self._each(batch)

    def _each(self, batch: Sequence[Collected]) -> set[str]:
        """End attempts one by one; one that cannot be ended is tried again by whoever claims it after our time."""
        ended: set[str] = set()
        for one in batch:
            try:
                ended |= self._finish([one])
            except Exception:  # the top of one attempt's end
                log.exception("not ended", run=one.run.id, attempt=one.item.attempt_id, request=one.run.request_id)
        return ended


def _reason_of(error: FieldstationError) -> Reason:
    if isinstance(error, TooLarge):
        return Reason.OUTPUT_TOO_LARGE
    return Reason.OUTPUT_REFUSED if isinstance(error, Invalid) else Reason.OUTPUT_DATASET_GONE
