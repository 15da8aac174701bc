"""The logs of a run, live from its engine or as they were kept; offsets count the bytes the program wrote."""

import base64
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fieldstation.core.people.model import Caller
from fieldstation.core.runs.model.states import AttemptState
from fieldstation.core.runs.model.values import Attempt
from fieldstation.core.runs.model.veil import Veil
from fieldstation.core.runs.service.given import NO_VEIL
from fieldstation.core.runs.service.show import Runs
from fieldstation.core.runs.store import runs as run_store
from fieldstation.db import Tx
from fieldstation.kernel.errors import NotFound
from fieldstation.ports.engine import Engine, LogChunk, Sample, Stream
from fieldstation.ports.storage import BlobStore

SAMPLES = "samples"  # beside the streams in what is kept of an attempt's logs
_READ = 1 << 16
VeilOf = Callable[[Tx, str], Veil]  # of the run of this id


@dataclass(frozen=True, kw_only=True)
class LogPlace:
    """Where the log of one attempt is to be read now; `over` when nothing will be added to it.

    `newest` is the number of the run's last attempt so far, 0 before the first.
    """

    attempt: Attempt | None
    over: bool
    newest: int = 0
    veil: Veil = NO_VEIL  # while it is read from where it runs


class Logs:
    """Finds and reads logs. `place` runs in a transaction, `read` outside of any."""

    def __init__(self, runs: Runs, engines: Mapping[str, Engine], store: BlobStore, veil: VeilOf) -> None:
        self._runs = runs
        self._veil = veil
        self._engines = engines
        self._store = store

    def place(self, tx: Tx, caller: Caller, run_id: str, number: int | None = None) -> LogPlace:
        """Find the log of an attempt, by default the newest; NotFound when the run had no such attempt."""
        self._runs.show(tx, caller, run_id)
        return self.place_of(tx, run_id, number)

    def place_of(self, tx: Tx, run_id: str, number: int | None = None) -> LogPlace:
        """Find the log of an attempt as `place` does, asking nobody whether the caller may read it."""
        run = run_store.run_by_id(tx, run_id)
        assert run is not None
        attempts = {attempt.number: attempt for attempt in run_store.attempts_of(tx, run_id)}
        if number is not None and number not in attempts:
            raise NotFound(
                f"the run has no attempt {number}", next_step=f"see its attempts: fieldstation run show {run_id}"
            )
        attempt = attempts[number or max(attempts)] if attempts else None
        newest = max(attempts, default=0)
        ended = attempt is None or attempt.state is AttemptState.ENDED
        is_last = attempt is None or attempt.number == newest
        veil = NO_VEIL if ended or run.output_dataset_id is not None else self._veil(tx, run_id)
        return LogPlace(attempt=attempt, over=ended and (run.state.final or not is_last), newest=newest, veil=veil)

    def read(self, place: LogPlace, stream: Stream, offset: int, limit: int) -> LogChunk:
        """Return up to `limit` bytes from `offset`; empty at the (present) end."""
        attempt = place.attempt
        if attempt is None or attempt.state is AttemptState.STAGING:  # what to hide may not be known yet
            return LogChunk(offset=offset, data=b"")
        if attempt.state is not AttemptState.ENDED:
            engine = self._engines.get(attempt.engine)
            if engine is None:
                return LogChunk(offset=offset, data=b"")
            return place.veil.read(partial(engine.logs, attempt.id, stream), offset, limit, over=place.over)
        return self._kept(attempt.logs.get(stream.value, {}), offset, limit)

    def samples(self, place: LogPlace) -> Sequence[Sample]:
        """Return what the attempt used over time so far, or as it was kept with its logs."""
        attempt = place.attempt
        if attempt is None:
            return ()
        if attempt.state is not AttemptState.ENDED:
            engine = self._engines.get(attempt.engine)
            return () if engine is None else engine.samples(attempt.id)
        points = attempt.logs.get(SAMPLES, {}).get("points", ())
        return [Sample(seconds=at, cpu_seconds=cpu, memory_bytes=ram, disk_bytes=disk) for at, cpu, ram, disk in points]

    def _kept(self, facts: Mapping[str, Any], offset: int, limit: int) -> LogChunk:
        hole = int(facts.get("dropped_at") or 0)
        dropped = int(facts.get("dropped_bytes") or 0)
        skipped = 0
        if dropped and hole <= offset < hole + dropped:
            skipped = hole + dropped - offset
            offset += skipped
        inside = offset - dropped if dropped and offset >= hole + dropped else offset
        if dropped and offset < hole:
            limit = min(limit, hole - offset)
        return LogChunk(offset=offset, data=self._unpacked(facts, inside, limit), skipped=skipped)

    def _unpacked(self, facts: Mapping[str, Any], start: int, limit: int) -> bytes:
        if "gzip" in facts:
            return zlib.decompress(base64.b64decode(facts["gzip"]), wbits=31)[start : start + limit]
        if "sha256" not in facts:
            return b""
        try:
            path = self._store.readable(facts["sha256"]).path
        except KeyError:
            return b""
        unpacker = zlib.decompressobj(wbits=31)
        place, kept = 0, bytearray()
        with path.open("rb") as packed:
            while len(kept) < limit and (piece := packed.read(_READ)):
                data = unpacker.decompress(piece)
                kept += data[max(0, start - place) :]
                place += len(data)
        return bytes(kept[:limit])
